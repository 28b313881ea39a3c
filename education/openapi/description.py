"""Reads api/openapi.yaml, the one description of the HTTP API, into typed operations.

API Gateway's resources and the request checks inside the functions are made from them. A description that could not
be deployed is refused here with one sentence. Answers are described for clients and tests, and not read here.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from education.openapi.document import (
    DescriptionError,
    References,
    RefusedError,
    load_yaml,
    mapping,
    sequence,
)
from education.openapi.schemas import check_schema

DESCRIPTION_FILE = Path(__file__).resolve().parents[2] / "api" / "openapi.yaml"
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

    `body_schemas` holds a JSON Schema (draft 4, without references) for each content type the body may have; it is
    empty where there is no body. `maximum_body_bytes` is the longest body that the function takes.
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


@dataclass(frozen=True)
class ApiDescription:
    """The whole API. `digest` is the SHA-256 of the description's bytes, so that any change of it is a new one."""

    operations: tuple[Operation, ...]
    digest: str

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that has an operation, in the description's order."""
        return tuple(dict.fromkeys(operation.path for operation in self.operations))

    def methods_of(self, path: str) -> tuple[str, ...]:
        """The HTTP methods of a path, in upper case."""
        return tuple(operation.method for operation in self.operations if operation.path == path)

    def function_slice(self, name: str) -> dict[str, Any]:
        """What the function called `name` must know to check its requests, ready for JSON.

        A function that answers no operation has an empty list of them.
        """
        return {
            "operations": [
                {
                    "operationId": operation.operation_id,
                    "method": operation.method,
                    "path": operation.path,
                    "parameters": [
                        {"name": p.name, "in": p.location, "required": p.required, "schema": p.schema}
                        for p in operation.parameters
                    ],
                    "requestBody": {
                        "required": operation.body_required,
                        "maximumBytes": operation.maximum_body_bytes,
                        "content": {
                            kind: {"schema": schema} for kind, schema in operation.body_schemas.items()
                        },
                    },
                }
                for operation in self.operations
                if operation.function == name
            ]
        }


def function_slice(name: str) -> dict[str, Any]:
    """What the function called `name` must know of the API: see `ApiDescription.function_slice`."""
    return load_api_description().function_slice(name)


@cache
def load_api_description(file: Path = DESCRIPTION_FILE) -> ApiDescription:
    """The description in `file`; raises `DescriptionError` with one sentence if it cannot be deployed."""
    try:
        literal = file.read_bytes()
    except FileNotFoundError:
        raise DescriptionError(file, "the file is missing; restore it from the repository") from None
    try:
        document = load_yaml(literal)
        return ApiDescription(tuple(_Reader(document).operations()), hashlib.sha256(literal).hexdigest())
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise DescriptionError(file, f"not valid YAML: {' '.join(str(problem).split())}") from None
    except RefusedError as refusal:
        raise DescriptionError(file, str(refusal)) from None
    except RecursionError:
        raise DescriptionError(
            file, "something in it contains itself, which no request of this API can"
        ) from None


def _flag(place: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise RefusedError(f"{place} is {value!r}; allowed: true or false")
    return value


class _Reader:
    """Goes through one parsed document."""

    def __init__(self, document: Any) -> None:
        if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3.0."):
            raise RefusedError("not an OpenAPI 3.0 document: it must begin with `openapi: 3.0.3`")
        self._document = document
        self._references = References(document)
        self._seen: dict[str, str] = {}

    def operations(self) -> Iterator[Operation]:
        self._references.check()
        paths = self._document.get("paths")
        if not isinstance(paths, dict) or not paths:
            raise RefusedError("paths: at least one path is needed")
        self._check_siblings(paths)
        for path, item in paths.items():
            if not isinstance(item, dict):
                raise RefusedError(f"{path}: must hold operations")
            for key in item:
                if key in METHODS:
                    yield self._operation(path, key, item)
                elif key != "parameters" and not str(key).startswith("x-"):
                    raise RefusedError(f"{path}: {key} is unknown; allowed: {', '.join(METHODS)}, parameters")

    def _operation(self, path: str, method: str, item: dict[str, Any]) -> Operation:
        place, operation = f"{method.upper()} {path}", item[method]
        if not isinstance(operation, dict):
            raise RefusedError(f"{place}: must describe an operation")
        operation_id = operation.get("operationId")
        if not isinstance(operation_id, str) or not _OPERATION_ID.fullmatch(operation_id):
            raise RefusedError(f"{place}: operationId is {operation_id!r}; allowed: a name in camelCase")
        if operation_id in self._seen:
            raise RefusedError(f"{place}: operationId {operation_id} is taken by {self._seen[operation_id]}")
        self._seen[operation_id] = place
        function = operation.get("x-function")
        if function not in FUNCTIONS:
            raise RefusedError(f"{place}: x-function is {function!r}; allowed: {', '.join(FUNCTIONS)}")
        if not operation.get("security", self._document.get("security")):
            raise RefusedError(f"{place}: security is missing; every operation needs a signed-in caller")
        responses = mapping(f"{place}: responses", operation.get("responses"))
        if not any(status.startswith("2") for status in responses):
            raise RefusedError(f"{place}: responses must hold the answer of a success (2xx)")
        maximum = operation.get("x-maximum-body-bytes", self._document.get("x-maximum-body-bytes"))
        if not isinstance(maximum, int) or isinstance(maximum, bool) or maximum < 1:
            raise RefusedError(f"{place}: x-maximum-body-bytes is {maximum!r}; allowed: a number of bytes")
        body = self._resolved(place, operation.get("requestBody", {}))
        if not isinstance(body, dict):
            raise RefusedError(f"{place}: requestBody must hold content")
        roles = sequence(f"{place}: x-roles", operation.get("x-roles"))
        if not all(isinstance(role, str) for role in roles):
            raise RefusedError(f"{place}: x-roles must be a list of names")
        return Operation(
            method=method.upper(),
            path=path,
            operation_id=operation_id,
            function=function,
            roles=tuple(roles),
            parameters=self._parameters(place, path, item, operation),
            body_required=_flag(f"{place}: requestBody: required", body.get("required", False)),
            body_schemas=self._body_schemas(place, body),
            maximum_body_bytes=maximum,
        )

    def _resolved(self, place: str, node: Any) -> Any:
        try:
            return self._references.resolved(node)
        except RefusedError as refusal:
            raise RefusedError(f"{place}: {refusal}") from None

    def _parameters(
        self, place: str, path: str, item: dict[str, Any], operation: dict[str, Any]
    ) -> tuple[Parameter, ...]:
        parameters: dict[tuple[str, str], Parameter] = {}
        raws = [
            raw
            for holder in (item, operation)
            for raw in sequence(f"{place}: parameters", holder.get("parameters"))
        ]
        for raw in raws:
            described = self._resolved(place, raw)
            if not isinstance(described, dict):
                raise RefusedError(f"{place}: parameters must hold a list of parameters")
            name, location = described.get("name"), described.get("in")
            schema = described.get("schema")
            required = _flag(f"{place}: parameter {name!r}: required", described.get("required", False))
            if not isinstance(name, str) or location not in ("path", "query") or not isinstance(schema, dict):
                raise RefusedError(f"{place}: parameter {name!r} must be in path or query and have a schema")
            if location == "path" and not required:
                raise RefusedError(f"{place}: path parameter {name!r} must be `required: true`")
            check_schema(f"{place}: parameter {name!r}", schema)
            parameters[name, str(location)] = Parameter(name, str(location), required, schema)
        in_path = {match for match in _SEGMENT.findall(path) if match}
        declared = {name for name, location in parameters if location == "path"}
        for name in sorted(in_path ^ declared):
            problem = "is not declared" if name in in_path else "does not occur in the path"
            raise RefusedError(f"{place}: path parameter {name!r} {problem}")
        return tuple(parameters.values())

    def _body_schemas(self, place: str, body: dict[str, Any]) -> dict[str, Mapping[str, Any]]:
        schemas: dict[str, Mapping[str, Any]] = {}
        for content_type, content in mapping(f"{place}: content", body.get("content")).items():
            schema = content.get("schema") if isinstance(content, dict) else None
            if not isinstance(schema, dict):
                raise RefusedError(f"{place}: the body as {content_type} has no schema")
            closed = schema.get("type") == "object" and schema.get("additionalProperties") is False
            if content_type == JSON_TYPE and not closed:
                raise RefusedError(
                    f"{place}: a JSON body must be `type: object` with `additionalProperties: false`"
                )
            check_schema(f"{place}: the body as {content_type}", schema)
            schemas[content_type] = schema
        return schemas

    @staticmethod
    def _check_siblings(paths: dict[Any, Any]) -> None:
        """API Gateway takes one variable, with one name, below each part of a path."""
        variables: dict[str, str] = {}
        for path in paths:
            if not isinstance(path, str) or not path.startswith("/"):
                raise RefusedError(f"path {path!r} must begin with a slash")
            parent = ""
            for segment in path[1:].split("/"):
                match = _SEGMENT.fullmatch(segment)
                if not match:
                    raise RefusedError(
                        f"path {path}: {segment!r} is no path part; allowed: a word or {{name}}"
                    )
                if match.group(1) and variables.setdefault(parent, segment) != segment:
                    raise RefusedError(
                        f"path {path}: {segment} is called {variables[parent]} in another path"
                    )
                parent += f"/{segment}"
