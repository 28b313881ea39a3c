"""Whether a schema in the description says something that can be checked: known words, with values that fit them.

JSON Schema ignores words that it does not know, so a `minLenght` would check nothing, and a wrong value shows itself at
the first request only. Schemas are in the form of draft 4 (education/openapi/document.py).
http://json-schema.org/draft-04/json-schema-validation.html
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from education.openapi.document import RefusedError

TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")


def check_schema(place: str, schema: Any) -> None:
    """Raises `RefusedError`, beginning with `place`, for the first thing in a schema that nothing could check."""
    if not isinstance(schema, Mapping):
        raise RefusedError(f"{place}: a schema must be a mapping, and {schema!r} is none")
    for word, value in schema.items():
        if word not in _FITS:
            raise RefusedError(f"{place}: {word} is no known word of a schema; allowed: {', '.join(_FITS)}")
        fits, wanted = _FITS[word]
        if not fits(value):
            raise RefusedError(f"{place}: {word} is {value!r}; allowed: {wanted}")
    for name, member in schema.get("properties", {}).items():
        check_schema(f"{place}: {name}", member)
    for word in ("items", "additionalProperties", "not"):
        if isinstance(schema.get(word), Mapping):
            check_schema(f"{place}: {word}", schema[word])
    for word in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(word, ()):
            check_schema(f"{place}: {word}", part)


def _is_type(value: Any) -> bool:
    named = value if isinstance(value, list) else [value]
    return bool(named) and all(each in TYPES for each in named)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_pattern(value: Any) -> bool:
    try:
        re.compile(value)
    except (re.error, TypeError):
        return False
    return isinstance(value, str)


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(name, str) for name in value)


_COUNT = (_is_count, "a whole number from 0")
_NUMBER = (_is_number, "a number")
_FLAG = (_is_flag, "true or false")
_SCHEMA = (lambda value: isinstance(value, Mapping), "a schema")
_SCHEMAS = (lambda value: isinstance(value, list) and bool(value), "a list of schemas")
_FITS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "type": (_is_type, ", ".join(TYPES)),
    "properties": (lambda value: isinstance(value, Mapping), "a mapping"),
    "required": (_is_names, "a list of names"),
    "additionalProperties": (lambda value: isinstance(value, bool | Mapping), "true, false or a schema"),
    "items": _SCHEMA,
    "enum": (lambda value: isinstance(value, list) and bool(value), "a list of values"),
    "pattern": (_is_pattern, "a regular expression"),
    "format": (lambda value: isinstance(value, str), "a name"),
    "minLength": _COUNT,
    "maxLength": _COUNT,
    "minItems": _COUNT,
    "maxItems": _COUNT,
    "uniqueItems": _FLAG,
    "minProperties": _COUNT,
    "maxProperties": _COUNT,
    "minimum": _NUMBER,
    "maximum": _NUMBER,
    "exclusiveMinimum": _FLAG,
    "exclusiveMaximum": _FLAG,
    "multipleOf": (lambda value: _is_number(value) and value > 0, "a number above 0"),
    "allOf": _SCHEMAS,
    "anyOf": _SCHEMAS,
    "oneOf": _SCHEMAS,
    "not": _SCHEMA,
    "default": (lambda _: True, "any value"),
    "title": (lambda value: isinstance(value, str), "a text"),
}
