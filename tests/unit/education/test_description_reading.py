"""How a description is read: references are followed, and each mistake is refused with one sentence."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from education.errors import UserError
from education.openapi import validation
from education.openapi.description import load_api_description
from education.openapi.errors import DescriptionError
from education.openapi.operations import FUNCTIONS

MINIMAL = """\
openapi: 3.0.3
info: {title: Test, version: "1"}
security: [{token: []}]
x-maximum-body-bytes: 1000
paths:
  /things/{thingId}:
    parameters:
      - {name: thingId, in: path, required: true, schema: {type: string, x-text: line}}
    put:
      operationId: putThing
      x-function: catalog
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Thing"}
      responses: {"204": {description: Done}}
components:
  securitySchemes:
    token: {type: http, scheme: bearer}
  schemas:
    Thing:
      type: object
      additionalProperties: false
      properties:
        name: {type: string, nullable: true, x-text: lines}
        parts: {type: array, items: {$ref: "#/components/schemas/Part"}}
    Part: {type: string, description: Not a rule, x-text: own-rules}
"""


@pytest.fixture(autouse=True)
def passed_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files that pass the check are remembered here, and not in `build/`."""
    folder = tmp_path / "passed"
    monkeypatch.setattr(validation, "PASSED_FOLDER", folder)
    return folder


def test_line_ends_of_a_checkout_are_no_change(tmp_path: Path) -> None:
    """The digest is a trigger of the API's deployment."""
    unix, dos = tmp_path / "unix.yaml", tmp_path / "dos.yaml"
    unix.write_bytes(MINIMAL.encode())
    dos.write_bytes(MINIMAL.replace("\n", "\r\n").encode())
    assert load_api_description(dos) == load_api_description(unix)


def test_references_are_followed_and_nullable_becomes_a_type(tmp_path: Path) -> None:
    file = tmp_path / "openapi.yaml"
    file.write_text(MINIMAL)
    (operation,) = load_api_description(file).operations
    assert operation.body_schema == {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "name": {"type": ["string", "null"], "x-text": "lines"},
            "parts": {"type": "array", "items": {"type": "string", "x-text": "own-rules"}},
        },
    }


@pytest.mark.parametrize(
    ("literal", "broken", "sentence"),
    [
        ("openapi: 3.0.3", "openapi: 2.0.0", "openapi: '2.0.0' does not match '^3\\\\.0"),
        ("openapi: 3.0.3", "openapi: [", "not valid YAML"),
        ("    put:\n", "    put:\n      summary: x\n      summary: y\n", "'summary' occurs twice"),
        (
            "x-function: catalog",
            "x-function: catalogue",
            "PUT /things/{thingId}: x-function is 'catalogue'; allowed: ",
        ),
        ("      x-function: catalog\n", "", "PUT /things/{thingId}: x-function is None; allowed: catalog, "),
        ("      operationId: putThing\n", "", "PUT /things/{thingId}: operationId is None; allowed: "),
        ("putThing", "Put Thing", "operationId is 'Put Thing'"),
        (
            "schemas/Part",
            "schemas/Pieces",
            "a reference to #/components/schemas/Pieces, which is not in this file",
        ),
        (
            "Part: {type: string,",
            'Part: {$ref: "#/components/schemas/Part",',
            "#/components/schemas/Part refers to itself",
        ),
        (
            "name: thingId, in",
            "name: id, in",
            "Path parameter 'thingId' for 'put' operation in '/things/{thingId}' was not resolved",
        ),
        (
            "/things/{thingId}",
            "/things/{thingId}/{partId}",
            "Path parameter 'partId' for 'put' operation in ",
        ),
        ("required: true, schema", "schema", "/things/{thingId} > parameters > 0: {'name': 'thingId', "),
        (
            "required: true, schema",
            "schema",
            "fits no form that OpenAPI allows here: 'required' is a required prop",
        ),
        (
            "required: true, schema",
            "required: false, schema",
            "fits no form that OpenAPI allows here: False is not",
        ),
        (
            "      operationId: p",
            "      parameters: [{name: p, in: cookie, schema: {type: string}}]\n      operationId: p",
            "PUT /things/{thingId}: parameter 'p' must be in path or query and have a schema",
        ),
        ("in: path", "in: pth", "'pth' is not one of ['path'], or 'pth' is not one of ['query']"),
        ('{"204": {description: Done}}', "{}", "{thingId} > put > responses: {} should be non-empty"),
        ('{"204"', '{"404"', "PUT /things/{thingId}: responses must have the answer to a success (2xx)"),
        (
            '      responses: {"204": {description: Done}}\n',
            "",
            "paths > /things/{thingId} > put: 'responses' is a required property",
        ),
        (
            "    put:\n",
            "    put:\n      nonsense: 1\n",
            "> put: 'nonsense' is not known here; allowed: tags, summary, ",
        ),
        ("security: [{token: []}]", "security: []", "security is missing"),
        ("x-maximum-body-bytes: 1000", "x-maximum-body-bytes: much", "x-maximum-body-bytes is 'much'"),
        ("additionalProperties: false", "additionalProperties: true", "with `additionalProperties: false`"),
        (
            "    put:\n",
            "    trace:\n",
            "/things/{thingId}: trace is unknown; allowed: get, put, post, patch, delete",
        ),
        (
            "/things/{thingId}",
            "things/{thingId}",
            "paths: 'things/{thingId}' is not known here; allowed: ^\\/",
        ),
        ("/things/{thingId}", "x-things/{thingId}", "path 'x-things/{thingId}' must begin with a slash"),
        ("/things/{thingId}", "/things/{thing id}", "Path parameter 'thing id' for 'put' operation in "),
        (
            "/things/{thingId}",
            "/some things/{thingId}",
            "'some things' is not a part of a path; allowed: a word",
        ),
        ("paths:\n", "paths: {}\nx-rest:\n", "paths: at least one path is needed"),
        (
            "      - {name: thingId",
            "      - thingId\n      - {name: thingId",
            "parameters > 0: 'thingId' fits no form that OpenAPI allows here: wrong type",
        ),
        (
            "    parameters:\n",
            "    parameters: 5\n    x-were:\n",
            "paths > /things/{thingId} > parameters: 5 is not of type 'array'",
        ),
        (
            "      x-function: c",
            "      x-roles: 5\n      x-function: c",
            "PUT /things/{thingId}: x-roles is 5; allowed: a list of names",
        ),
        (
            "      x-function: c",
            "      x-roles: [5]\n      x-function: c",
            "x-roles is [5]; allowed: a list of n",
        ),
        (
            "        content:\n",
            "        content: [a]\n        x-was:\n",
            "{thingId} > put > requestBody > content: ['a'] is not of type 'object'",
        ),
        ('{"204": {description: Done}}', "5", "{thingId} > put > responses: 5 is not of type 'object'"),
        (
            '{"204": {',
            "{204: {",
            "not valid YAML: the key 204 must be a text; put it in quotes",
        ),
        ("    put:\n", "    200:\n", "not valid YAML: the key 200 must be a text"),
        (
            "{type: string, nullable: true, x-text: lines",
            "{nullable: true",
            "PUT /things/{thingId}: `nullable: true` needs a type beside it",
        ),
        (
            "      properties:\n",
            "      properties: [a]\n      x-were:\n",
            "components > schemas > Thing > properties: ['a'] is not of type 'object'",
        ),
        (
            "Part: {type: string,",
            "Part: {type: strnig,",
            "components > schemas > Part > type: 'strnig' is not one of ['array', 'boolean', ",
        ),
        (
            "required: true, schema",
            "required: 'yes', schema",
            "parameters > 0 > required: 'yes' is not of type 'boolean'",
        ),
        (", x-text: lines", "", "PUT /things/{thingId}: name: a text needs x-text (line, lines, own-rules)"),
        (", x-text: own", ", x-was: own", "PUT /things/{thingId}: parts: a text needs x-text"),
        ("string, x-text: line}", "string, pattern: '^a'}", "thingId: a text needs x-text"),
        ("x-text: lines", "x-text: liens", "name: x-text is 'liens'; allowed, for a string: line, lines, "),
        (
            "parts: {type: array,",
            "parts: {type: array, x-text: line,",
            "parts: x-text is 'line'; allowed, for",
        ),
        ("    put:\n", "    ? [a, b]\n    : c\n    put:\n", "not valid YAML: "),
        ("      type: object\n", "      type: object\n      not: &self {not: *self}\n", "contains itself"),
    ],
)
def test_a_broken_description_is_refused_with_one_sentence(
    tmp_path: Path, literal: str, broken: str, sentence: str
) -> None:
    assert literal in MINIMAL
    file = tmp_path / "api" / "openapi.yaml"
    file.parent.mkdir()
    file.write_text(MINIMAL.replace(literal, broken, 1))
    with pytest.raises(DescriptionError) as refusal:
        load_api_description(file)
    assert str(refusal.value).startswith("api/openapi.yaml: ")
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_two_operations_cannot_share_an_id(tmp_path: Path) -> None:
    second = MINIMAL[MINIMAL.index("    put:") : MINIMAL.index("components:")].replace("put:", "post:", 1)
    file = tmp_path / "openapi.yaml"
    file.write_text(MINIMAL.replace("components:", f"{second}components:", 1))
    with pytest.raises(
        DescriptionError, match=r"Operation ID 'putThing' for 'post' in '/things/\{thingId\}' is not unique"
    ):
        load_api_description(file)


def test_a_variable_has_one_name_at_one_place(tmp_path: Path) -> None:
    start, end = MINIMAL.index("  /things"), MINIMAL.index("components:")
    second = (
        MINIMAL[start:end]
        .replace("thingId", "id")
        .replace("putThing", "getPart")
        .replace("{id}:", "{id}/part:")
    )
    file = tmp_path / "openapi.yaml"
    file.write_text(MINIMAL[:end] + second + MINIMAL[end:])
    with pytest.raises(
        DescriptionError, match=r"path /things/\{id\}/part: \{id\} is called \{thingId\} in another"
    ):
        load_api_description(file)


def test_a_missing_description_is_an_error_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is missing"):
        load_api_description(tmp_path / "openapi.yaml")


def edited(node: Any, replacement: Any) -> Iterator[Any]:
    """Every document that `node` becomes when one thing in it, or one of its keys, is replaced."""
    yield replacement
    if isinstance(node, dict):
        for key, value in node.items():
            yield from ({**node, key: changed} for changed in edited(value, replacement))
            if isinstance(replacement, str | int):
                yield {replacement if each == key else each: node[each] for each in node}
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from (
                [*node[:index], changed, *node[index + 1 :]] for changed in edited(value, replacement)
            )


@pytest.mark.parametrize(
    "replacement", [None, 5, True, "text", [], ["a"], {}, {"a": 1}, {1: {"$ref": 5}}], ids=str
)
def test_any_value_anywhere_in_a_description_is_refused_or_harmless(tmp_path: Path, replacement: Any) -> None:
    sentences = []
    for number, broken in enumerate(edited(yaml.safe_load(MINIMAL), replacement)):
        file = tmp_path / f"{number}.yaml"
        file.write_text(yaml.safe_dump(broken))
        try:
            description = load_api_description(file)
        except DescriptionError as refusal:
            sentences.append(str(refusal))
        else:
            json.dumps([description.function_slice(name) for name in FUNCTIONS])
    assert sentences
    assert not any("\n" in sentence for sentence in sentences)
