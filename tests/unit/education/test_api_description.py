"""The API's description: that ours says what the contract says, and that a broken one is refused in one sentence."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft4Validator
from openapi_spec_validator import validate

from education.errors import UserError
from education.openapi.description import (
    DESCRIPTION_FILE,
    FUNCTIONS,
    ApiDescription,
    Operation,
    load_api_description,
)
from education.openapi.document import DescriptionError

CONTRACT = """
GET    /courses
POST   /courses
GET    /courses/{courseId}
PATCH  /courses/{courseId}
PUT    /courses/{courseId}/lessons/{lessonId}
DELETE /courses/{courseId}/lessons/{lessonId}
POST   /courses/{courseId}/lessons/{lessonId}/upload
GET    /courses/{courseId}/lessons/{lessonId}/content
GET    /courses/{courseId}/roster
POST   /courses/{courseId}/roster
POST   /enrollments
GET    /enrollments
DELETE /enrollments/{courseId}
GET    /progress/{courseId}
PUT    /progress/{courseId}/lessons/{lessonId}
GET    /profile
PATCH  /profile
GET    /profile/export
DELETE /profile
PUT    /users/{userId}/groups/{group}
DELETE /users/{userId}/groups/{group}
"""

MINIMAL = """\
openapi: 3.0.3
info: {title: Test, version: "1"}
security: [{token: []}]
x-maximum-body-bytes: 1000
paths:
  /things/{thingId}:
    parameters:
      - {name: thingId, in: path, required: true, schema: {type: string}}
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
        name: {type: string, nullable: true}
        parts: {type: array, items: {$ref: "#/components/schemas/Part"}}
    Part: {type: string, description: Not a rule}
"""


@pytest.fixture(scope="module")
def description() -> ApiDescription:
    return load_api_description()


@pytest.fixture(scope="module")
def document() -> Any:
    return yaml.safe_load(DESCRIPTION_FILE.read_text())


def described(document: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and literal description of every operation."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield method.upper(), path, operation


def operation_of(description: ApiDescription, operation_id: str) -> Operation:
    return next(each for each in description.operations if each.operation_id == operation_id)


def accepts(description: ApiDescription, operation_id: str, body: Any) -> bool:
    schema = operation_of(description, operation_id).body_schema
    assert schema is not None
    return bool(Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER).is_valid(body))


def test_it_is_valid_openapi(document: Any) -> None:
    validate(document)


def test_it_holds_the_routes_of_the_contract_and_no_other(description: ApiDescription) -> None:
    expected = {tuple(line.split()) for line in CONTRACT.strip().splitlines()}
    assert {(each.method, each.path) for each in description.operations} == expected


def test_every_operation_tells_its_failures(document: Any) -> None:
    for method, path, operation in described(document):
        expected = {"400", "401", "429", "503"} | ({"413", "415"} if "requestBody" in operation else set())
        missing = expected - set(operation["responses"])
        assert not missing, f"{method} {path} does not say that it may answer {sorted(missing)}"
        assert operation["summary"], f"{method} {path}"
        assert operation["tags"], f"{method} {path}"
        assert operation["x-roles"], f"{method} {path}"


def test_every_failure_is_a_problem_document(document: Any) -> None:
    for method, path, operation in described(document):
        for status, response in operation["responses"].items():
            name = response.get("$ref", "").rpartition("/")[2]
            whole = document["components"]["responses"][name] if name else response
            assert "Access-Control-Allow-Origin" in whole["headers"], f"{method} {path} {status}"
            if status >= "400":
                assert list(whole["content"]) == ["application/problem+json"], f"{method} {path} {status}"


def test_the_digest_is_that_of_the_literal_file(description: ApiDescription) -> None:
    assert description.digest == hashlib.sha256(DESCRIPTION_FILE.read_bytes()).hexdigest()


def test_each_function_gets_its_own_operations(description: ApiDescription) -> None:
    slices = {name: description.function_slice(name)["operations"] for name in FUNCTIONS}
    assert all(slices.values())
    assert sum(map(len, slices.values())) == len(description.operations)
    assert description.function_slice("identity_triggers") == {"operations": []}


def test_a_slice_is_plain_json_without_references(description: ApiDescription) -> None:
    for name in FUNCTIONS:
        text = json.dumps(description.function_slice(name))
        assert "$ref" not in text
        assert "nullable" not in text


def test_every_body_has_a_draft_4_schema_that_lists_its_fields(description: ApiDescription) -> None:
    for operation in description.operations:
        for schema in operation.body_schemas.values():
            Draft4Validator.check_schema(schema)
        if operation.body_schema:
            assert operation.body_schema["additionalProperties"] is False, operation.operation_id


@pytest.mark.parametrize(
    ("operation_id", "body", "accepted"),
    [
        ("createCourse", {"title": "Algebra"}, True),
        ("createCourse", {"title": "x" * 200, "summary": "y" * 2000, "capacity": None}, True),
        ("createCourse", {"title": "x" * 201}, False),
        ("createCourse", {"title": "   "}, False),
        ("createCourse", {"title": ""}, False),
        ("createCourse", {"summary": "no title"}, False),
        ("createCourse", {"title": "Algebra", "ownerId": "me"}, False),
        ("createCourse", {"title": "Algebra", "capacity": 0}, False),
        ("updateCourse", {"version": 1, "status": "published"}, True),
        ("updateCourse", {"status": "published"}, False),
        ("updateCourse", {"version": 1, "status": "deleted"}, False),
        ("putLesson", {"title": "One", "contentType": "pdf", "premium": False, "position": 0}, True),
        ("putLesson", {"title": "One", "contentType": "pdf", "premium": False, "position": -1}, False),
        ("updateLessonProgress", {}, True),
        ("updateLessonProgress", {"positionSeconds": 1.5}, False),
        ("updateProfile", {"displayName": "Ada", "locale": "de-CH"}, True),
        ("updateProfile", {"displayName": "\t"}, False),
        ("updateProfile", {"locale": "English"}, False),
        ("enrollRoster", {"emails": ["a@example.org"] * 500}, True),
        ("enrollRoster", {"emails": ["a@example.org"] * 501}, False),
        ("enrollRoster", {"emails": []}, False),
    ],
)
def test_bodies(description: ApiDescription, operation_id: str, body: Any, accepted: bool) -> None:
    assert accepts(description, operation_id, body) is accepted


def test_the_longest_roster_fits_its_limit(description: ApiDescription) -> None:
    roster = json.dumps({"emails": ["a" * 308 + "@example.org"] * 500})
    assert len(roster) <= operation_of(description, "enrollRoster").maximum_body_bytes


def test_references_are_followed_and_nullable_becomes_a_type(tmp_path: Path) -> None:
    file = tmp_path / "openapi.yaml"
    file.write_text(MINIMAL)
    (operation,) = load_api_description(file).operations
    assert operation.body_schema == {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "name": {"type": ["string", "null"]},
            "parts": {"type": "array", "items": {"type": "string"}},
        },
    }


@pytest.mark.parametrize(
    ("literal", "broken", "sentence"),
    [
        ("openapi: 3.0.3", "openapi: 2.0.0", "not an OpenAPI 3.0 document"),
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
        ("schemas/Part", "schemas/Pieces", "a reference to #/components/schemas/Pieces, which is not there"),
        (
            "Part: {type: string,",
            'Part: {$ref: "#/components/schemas/Part",',
            "#/components/schemas/Part refers to itself",
        ),
        (
            "name: thingId, in",
            "name: id, in",
            "PUT /things/{thingId}: path parameter 'id' does not occur in the path",
        ),
        ("/things/{thingId}", "/things/{thingId}/{partId}", "path parameter 'partId' is not declared"),
        ("required: true, schema", "schema", "path parameter 'thingId' must be `required: true`"),
        ("in: path", "in: cookie", "parameter 'thingId' must be in path or query and have a schema"),
        ('{"204": {description: Done}}', "{}", "responses must hold the answer of a success"),
        (
            '      responses: {"204": {description: Done}}\n',
            "",
            "responses must hold the answer of a success",
        ),
        ("security: [{token: []}]", "security: []", "security is missing"),
        ("x-maximum-body-bytes: 1000", "x-maximum-body-bytes: much", "x-maximum-body-bytes is 'much'"),
        ("additionalProperties: false", "additionalProperties: true", "with `additionalProperties: false`"),
        (
            "    put:\n",
            "    trace:\n",
            "/things/{thingId}: trace is unknown; allowed: get, put, post, patch, delete",
        ),
        ("/things/{thingId}", "things/{thingId}", "path 'things/{thingId}' must begin with a slash"),
        ("/things/{thingId}", "/things/{thing id}", "'{thing id}' is no path part"),
        ("paths:\n", "paths: {}\nx-rest:\n", "paths: at least one path is needed"),
        (
            "      - {name: thingId",
            "      - thingId\n      - {name: thingId",
            "parameters must hold a list of parameters",
        ),
        (
            "    parameters:\n",
            "    parameters: 5\n    x-were:\n",
            "PUT /things/{thingId}: parameters must be a list",
        ),
        (
            "      x-function: c",
            "      x-roles: 5\n      x-function: c",
            "PUT /things/{thingId}: x-roles must be a list",
        ),
        ("      x-function: c", "      x-roles: [5]\n      x-function: c", "x-roles must be a list of names"),
        (
            "        content:\n",
            "        content: [a]\n        x-was:\n",
            "PUT /things/{thingId}: content must be a map",
        ),
        ('{"204": {description: Done}}', "5", "PUT /things/{thingId}: responses must be a mapping"),
        (
            '{"204": {',
            "{204: {",
            "responses must be a mapping with names (in quotes, where they are numbers)",
        ),
        ("    put:\n", "    200:\n", "/things/{thingId}: 200 is unknown; allowed: get, put"),
        (
            "{type: string, nullable",
            "{nullable",
            "PUT /things/{thingId}: `nullable: true` needs a type beside it",
        ),
        (
            "      properties:\n",
            "      properties: [a]\n      x-were:\n",
            "/{thingId}: properties must be a mapping",
        ),
        (
            "Part: {type: string,",
            "Part: {type: strnig,",
            "parts: items: type is 'strnig'; allowed: array, boolean",
        ),
        (
            "required: true, schema",
            "required: 'yes', schema",
            "parameter 'thingId': required is 'yes'; allowed: true",
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
    with pytest.raises(DescriptionError, match="operationId putThing is taken by PUT /things"):
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
def test_whatever_stands_anywhere_a_broken_description_is_refused_or_harmless(
    tmp_path: Path, replacement: Any
) -> None:
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
