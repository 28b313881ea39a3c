"""Reads the operations of a valid OpenAPI document, by the rules of this project.

Every operation names its function, its roles and the longest body, needs a signed-in caller, and takes JSON bodies
only with a list of their fields. Answers are described for clients and tests; they are not read here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from education.openapi.errors import DescriptionError
from education.openapi.references import References
from education.openapi.texts import check_texts

FUNCTIONS = ("catalog", "content", "enrollment", "profile", "progress")
METHODS = ("get", "put", "post", "patch", "delete")
JSON_TYPE = "application/json"

_SEGMENT = re.compile(r"[A-Za-z0-9._-]+|\{([A-Za-z][A-Za-z0-9]*)\}")
_OPERATION_ID = re.compile(r"[a-z][A-Za-z0-9]*")


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation; `location` is `path` or `query`, `schema` a JSON Schema (draft 4)."""

    name: str
    location: str
    required: bool
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """One method of one path.

    `body_schemas` has a JSON Schema (draft 4, without references) for each content type that the body may have; it is
    empty where there is no body. `maximum_body_bytes` is the longest body that the function accepts.
    """

    method: str
    path: str
    operation_id: str
    function: str
    roles: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    body_required: bool
    body_schemas: Mapping[str, Mapping[str, Any]]
    maximum_body_bytes: int

    @property
    def content_types(self) -> tuple[str, ...]:
        """What the body's Content-Type may be."""
        return tuple(self.body_schemas)

    @property
    def body_schema(self) -> Mapping[str, Any] | None:
        """The schema of a JSON body, if the operation takes one."""
        return self.body_schemas.get(JSON_TYPE)


def read_operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    """The operations in the document's order; raises `DescriptionError` for one that cannot be deployed."""
    paths = document["paths"]
    if not paths:
        raise DescriptionError("paths: at least one path is needed")
    _check_siblings(paths)
    reader = _Reader(document)
    for path, item in paths.items():
        for key in item:
            if key in METHODS:
                yield reader.operation(path, key, item)
            elif key != "parameters" and not key.startswith("x-"):
                raise DescriptionError(f"{path}: {key} is unknown; allowed: {', '.join(METHODS)}, parameters")


class _Reader:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._references = References(document)

    def operation(self, path: str, method: str, item: Mapping[str, Any]) -> Operation:
        place, operation = f"{method.upper()} {path}", item[method]
        operation_id, function = operation.get("operationId"), operation.get("x-function")
        roles = operation.get("x-roles", [])
        maximum = operation.get("x-maximum-body-bytes", self._document.get("x-maximum-body-bytes"))
        if operation_id is None or not _OPERATION_ID.fullmatch(operation_id):
            raise DescriptionError(f"{place}: operationId is {operation_id!r}; allowed: a name in camelCase")
        if function not in FUNCTIONS:
            raise DescriptionError(f"{place}: x-function is {function!r}; allowed: {', '.join(FUNCTIONS)}")
        if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
            raise DescriptionError(f"{place}: x-roles is {roles!r}; allowed: a list of names")
        if not isinstance(maximum, int) or isinstance(maximum, bool) or maximum < 1:
            raise DescriptionError(
                f"{place}: x-maximum-body-bytes is {maximum!r}; allowed: a number of bytes"
            )
        if not operation.get("security", self._document.get("security")):
            raise DescriptionError(f"{place}: security is missing; every operation needs a signed-in caller")
        if not any(status.startswith("2") for status in operation["responses"]):
            raise DescriptionError(f"{place}: responses must have the answer to a success (2xx)")
        body = self._resolved(place, operation.get("requestBody", {}))
        return Operation(
            method=method.upper(),
            path=path,
            operation_id=operation_id,
            function=function,
            roles=tuple(roles),
            parameters=self._parameters(place, item, operation),
            body_required=body.get("required", False),
            body_schemas=dict(_body_schemas(place, body)),
            maximum_body_bytes=maximum,
        )

    def _resolved(self, place: str, node: Any) -> Any:
        try:
            return self._references.resolved(node)
        except DescriptionError as problem:
            raise DescriptionError(f"{place}: {problem}") from None

    def _parameters(
        self, place: str, item: Mapping[str, Any], operation: Mapping[str, Any]
    ) -> tuple[Parameter, ...]:
        """The parameters of a path and of its operation; the latter win."""
        parameters: dict[tuple[str, str], Parameter] = {}
        for literal in [*item.get("parameters", []), *operation.get("parameters", [])]:
            described = self._resolved(place, literal)
            name, location = described["name"], described["in"]
            if location not in ("path", "query") or "schema" not in described:
                raise DescriptionError(
                    f"{place}: parameter {name!r} must be in path or query and have a schema"
                )
            check_texts(f"{place}: {name}", described["schema"])
            parameters[name, location] = Parameter(
                name, location, described.get("required", False), described["schema"]
            )
        return tuple(parameters.values())


def _body_schemas(place: str, body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for content_type, content in body.get("content", {}).items():
        schema = content.get("schema")
        if schema is None:
            raise DescriptionError(f"{place}: the body as {content_type} has no schema")
        closed = schema.get("type") == "object" and schema.get("additionalProperties") is False
        if content_type == JSON_TYPE and not closed:
            raise DescriptionError(
                f"{place}: a JSON body must be `type: object` with `additionalProperties: false`"
            )
        check_texts(place, schema)
        yield content_type, schema


def _check_siblings(paths: Mapping[str, Any]) -> None:
    """API Gateway takes one variable, with one name, below each part of a path."""
    variables: dict[str, str] = {}
    for path in paths:
        if not path.startswith("/"):
            raise DescriptionError(f"path {path!r} must begin with a slash")
        parent = ""
        for segment in path[1:].split("/"):
            match = _SEGMENT.fullmatch(segment)
            if not match:
                raise DescriptionError(
                    f"path {path}: {segment!r} is not a part of a path; allowed: a word or {{name}}"
                )
            if match.group(1) and variables.setdefault(parent, segment) != segment:
                raise DescriptionError(
                    f"path {path}: {segment} is called {variables[parent]} in another path"
                )
            parent += f"/{segment}"
