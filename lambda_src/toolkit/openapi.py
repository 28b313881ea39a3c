"""The function's part of the HTTP API's description, and the checks that are made from it.

`api.json` is bundled beside this package; education.openapi.description extracts it from api/openapi.yaml.
Validators are compiled at the first request that needs them.
"""

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import fastjsonschema

from toolkit import texts
from toolkit.errors import LONGEST_NAME, BadRequest, FieldError, UnsupportedMediaType

DESCRIPTION_FILE = Path(__file__).resolve().parent.parent / "api.json"

JSON_TYPE = "application/json"
# For operations without a body, which accept only an empty one.
_SMALL = 1024
# An error has to name its field, and `""` is a name in JSON and in a query.
NO_NAME = "(empty name)"

Validator = Callable[[Any], Any]


class Operation:
    """One operation of the description with its validators."""

    def __init__(self, described: Mapping[str, Any]) -> None:
        self.operation_id: str = described["operationId"]
        self.method: str = described["method"].upper()
        self.path: str = described["path"]
        self._parameters: list[dict[str, Any]] = described.get("parameters", [])
        body = described.get("requestBody") or {}
        self.body_required: bool = bool(body.get("required"))
        self.maximum_body_bytes: int = body.get("maximumBytes", _SMALL)
        self._body_schemas: dict[str, Any] = {
            media_type.lower(): content.get("schema", True)
            for media_type, content in body.get("content", {}).items()
        }

    @property
    def takes_body(self) -> bool:
        """Whether a body is described at all."""
        return bool(self._body_schemas)

    def require_media_type(self, media_type: str) -> None:
        """Refuse a body in a format that is not described.

        Raises:
            UnsupportedMediaType: the body has another format; the message names the accepted formats.
        """
        if media_type not in self._body_schemas:
            raise UnsupportedMediaType(f"The body must be {' or '.join(sorted(self._body_schemas))}.")

    def check_path(self, values: Mapping[str, str]) -> dict[str, Any]:
        """Path parameters, converted and checked.

        Raises:
            BadRequest: one of them is not valid.
        """
        return self._path(values)

    def check_query(self, values: Mapping[str, str]) -> dict[str, Any]:
        """Query parameters, converted, checked, with defaults filled in; unknown ones are refused.

        Raises:
            BadRequest: one of them is not valid or not known.
        """
        return self._query(values)

    def check_body(self, media_type: str, value: Any) -> Any:
        """Check a parsed body against its schema; the body with its texts as they are stored.

        Raises:
            BadRequest: with one FieldError per field at fault.
        """
        return self._body_checks[media_type](value)

    @cached_property
    def _path(self) -> "_ParameterCheck":
        return _ParameterCheck([parameter for parameter in self._parameters if parameter["in"] == "path"])

    @cached_property
    def _query(self) -> "_ParameterCheck":
        return _ParameterCheck([parameter for parameter in self._parameters if parameter["in"] == "query"])

    @cached_property
    def _body_checks(self) -> "dict[str, _SchemaCheck]":
        return {media_type: _SchemaCheck(schema, "body") for media_type, schema in self._body_schemas.items()}


def load(path: Path | None = None) -> dict[tuple[str, str], Operation]:
    """The described operations by (method, resource path)."""
    described = json.loads((path or DESCRIPTION_FILE).read_text(encoding="utf-8"))
    operations = [Operation(entry) for entry in described["operations"]]
    return {(operation.method, operation.path): operation for operation in operations}


class _SchemaCheck:
    """Checks a value against a schema; finds every field at fault, not only the first."""

    def __init__(self, schema: Any, subject: str) -> None:
        self._schema = schema
        self._subject = subject

    @cached_property
    def _whole(self) -> Validator:
        return _compile(self._schema)

    @cached_property
    def _members(self) -> dict[str, Validator]:
        return {name: _compile(schema) for name, schema in self._schema.get("properties", {}).items()}

    def __call__(self, value: Any) -> Any:
        value, unfit = _with_clean_texts(self._schema, value)
        faults = [FieldError(".".join(path) or self._subject, message) for path, message in unfit.items()]
        try:
            self._whole(value)
        except fastjsonschema.JsonSchemaValueException as error:
            named = {fault.field for fault in faults}
            found = self._faults(value) or [_fault(error, self._subject)]
            faults += [fault for fault in found if fault.field not in named]
        if faults:
            raise _refusal(self._subject, faults)
        return value

    def _faults(self, value: Any) -> list[FieldError]:
        if (
            not isinstance(value, dict)
            or not isinstance(self._schema, dict)
            or "properties" not in self._schema
        ):
            return []
        members = self._members
        faults = [
            FieldError(name, "is required") for name in self._schema.get("required", ()) if name not in value
        ]
        for name, member in value.items():
            if name not in members:
                if self._schema.get("additionalProperties") is False:
                    faults.append(FieldError(name or NO_NAME, "is not a known field"))
                continue
            try:
                members[name](member)
            except fastjsonschema.JsonSchemaValueException as error:
                fault = _fault(error, "")
                faults.append(FieldError(f"{name}.{fault.field}".rstrip("."), fault.message))
        return faults


class _ParameterCheck:
    """Converts the strings of a path or query and checks them together."""

    def __init__(self, parameters: list[dict[str, Any]]) -> None:
        self._schemas = {parameter["name"]: parameter.get("schema", {}) for parameter in parameters}
        required = [parameter["name"] for parameter in parameters if parameter.get("required")]
        self._check = _SchemaCheck(
            {
                "type": "object",
                "properties": self._schemas,
                "required": required,
                "additionalProperties": False,
            },
            "request",
        )
        self._defaults = {
            name: schema["default"] for name, schema in self._schemas.items() if "default" in schema
        }

    def __call__(self, values: Mapping[str, str]) -> dict[str, Any]:
        converted = {name: _convert(text, self._schemas.get(name, {})) for name, text in values.items()}
        return {**self._defaults, **self._check(converted)}


def _with_clean_texts(
    schema: Any, value: Any, path: tuple[str, ...] = ()
) -> tuple[Any, dict[tuple[str, ...], str]]:
    """A value with its texts as they are stored, and by path what is wrong with those that break their rule."""
    if not isinstance(schema, dict):
        return value, {}
    kind = schema.get("x-text", texts.OWN_RULES)
    if isinstance(value, str) and kind != texts.OWN_RULES:
        try:
            return texts.clean(value, kind, may_be_empty=not schema.get("minLength")), {}
        except texts.TextError as problem:
            return value, {path: str(problem)}
    parts: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        of_members = schema.get("properties", {})
        others = schema.get("additionalProperties")
        parts = [(name, of_members.get(name, others)) for name in value]
    elif isinstance(value, list):
        parts = [(number, schema.get("items")) for number in range(len(value))]
    changed: dict[Any, Any] = {}
    unfit: dict[tuple[str, ...], str] = {}
    for key, of_part in parts:
        cleaned, faults = _with_clean_texts(of_part, value[key], (*path, str(key)))
        unfit.update(faults)
        if cleaned is not value[key]:
            changed[key] = cleaned
    if changed:
        value = value.copy()
        for key, cleaned in changed.items():
            value[key] = cleaned
    return value, unfit


def _refusal(subject: str, faults: list[FieldError]) -> BadRequest:
    """The error for these faults; the sentence names the field if it is one."""
    detail = f"The {subject} is not valid"
    if len(faults) == 1:
        detail += f": {texts.excerpt(faults[0].field, LONGEST_NAME)} {faults[0].message}"
    return BadRequest(f"{detail}.", errors=tuple(faults))


def _compile(schema: Any) -> Validator:
    validator: Validator = fastjsonschema.compile(schema, use_default=False)
    return validator


def _convert(text: str, schema: Mapping[str, Any]) -> Any:
    """A parameter's text as its schema's type; text that does not fit stays text and is refused."""
    kind = schema.get("type")
    if kind == "integer" and len(text) <= 18 and text.isascii() and text.lstrip("-").isdigit():
        try:
            return int(text)
        except ValueError:
            return text
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text


def _fault(error: fastjsonschema.JsonSchemaValueException, subject: str) -> FieldError:
    """What fastjsonschema found, as a field and a message."""
    path = [str(part) for part in error.path[1:]]
    message = str(error.message).removeprefix(str(error.name)).strip()
    return FieldError(".".join(path) or subject, message)
