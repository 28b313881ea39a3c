"""A schema that could check nothing is refused with its place, what stands there and what may."""

from typing import Any

import pytest

from education.openapi.description import load_api_description
from education.openapi.document import RefusedError
from education.openapi.schemas import check_schema


@pytest.mark.parametrize(
    ("schema", "sentence"),
    [
        ("text", "a schema must be a mapping, and 'text' is none"),
        ({"type": "strnig"}, "type is 'strnig'; allowed: array, boolean, integer, null"),
        ({"type": []}, "type is []; allowed: "),
        ({"minLenght": 1}, "minLenght is no known word of a schema; allowed: type, properties, "),
        ({"maxLength": "x"}, "maxLength is 'x'; allowed: a whole number from 0"),
        ({"maxItems": True}, "maxItems is True; allowed: a whole number"),
        ({"minimum": "1"}, "minimum is '1'; allowed: a number"),
        ({"exclusiveMinimum": 3}, "exclusiveMinimum is 3; allowed: true or false"),
        ({"pattern": "("}, "pattern is '('; allowed: a regular expression"),
        ({"enum": []}, "enum is []; allowed: a list of values"),
        ({"required": "title"}, "required is 'title'; allowed: a list of names"),
        ({"required": []}, "required is []; allowed: a list of names"),
        ({"properties": {"title": {"type": 3}}}, "title: type is 3; allowed: "),
        ({"items": {"items": {"pattern": 1}}}, "items: items: pattern is 1; allowed: "),
        ({"additionalProperties": {"x": 1}}, "additionalProperties: x is no known word"),
        ({"anyOf": [{"type": "string"}, {"kind": 1}]}, "anyOf: kind is no known word"),
    ],
)
def test_what_could_check_nothing_is_refused(schema: Any, sentence: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        check_schema("POST /things", schema)
    assert str(refusal.value).startswith(f"POST /things: {sentence}")


def test_our_own_are_taken() -> None:
    for operation in load_api_description().operations:
        for schema in operation.body_schemas.values():
            check_schema(operation.operation_id, schema)
