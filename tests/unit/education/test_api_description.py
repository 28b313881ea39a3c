"""The API's description has every promised operation, and each function gets its part of it."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft4Validator
from openapi_spec_validator import validate

from education.openapi.description import DESCRIPTION_FILE, ApiDescription, load_api_description
from education.openapi.operations import FUNCTIONS, Operation

CONTRACT = """
GET    /courses
POST   /courses
GET    /courses/{courseId}
PATCH  /courses/{courseId}
PUT    /courses/{courseId}/lessons/{lessonId}
DELETE /courses/{courseId}/lessons/{lessonId}
POST   /courses/{courseId}/lessons/{lessonId}/upload
POST   /courses/{courseId}/lessons/{lessonId}/uploads
DELETE /courses/{courseId}/lessons/{lessonId}/uploads/{uploadId}
GET    /courses/{courseId}/lessons/{lessonId}/uploads/{uploadId}/parts
POST   /courses/{courseId}/lessons/{lessonId}/uploads/{uploadId}/parts
POST   /courses/{courseId}/lessons/{lessonId}/uploads/{uploadId}/complete
PUT    /courses/{courseId}/lessons/{lessonId}/captions/{language}
DELETE /courses/{courseId}/lessons/{lessonId}/captions/{language}
GET    /courses/{courseId}/lessons/{lessonId}/content
GET    /courses/{courseId}/lessons/{lessonId}/runtime
PUT    /courses/{courseId}/lessons/{lessonId}/runtime
GET    /courses/{courseId}/roster
POST   /courses/{courseId}/roster
DELETE /courses/{courseId}/roster/{userId}
POST   /enrollments
GET    /enrollments
DELETE /enrollments/{courseId}
GET    /progress/{courseId}
PUT    /progress/{courseId}/lessons/{lessonId}
PUT    /progress/{courseId}/lessons/{lessonId}/position
GET    /profile
PATCH  /profile
GET    /profile/export
DELETE /profile
GET    /courses/{courseId}/staff
POST   /courses/{courseId}/staff
PUT    /courses/{courseId}/staff/{userId}
DELETE /courses/{courseId}/staff/{userId}
GET    /courses/{courseId}/audit
GET    /users
GET    /users/{userId}/audit
PUT    /users/{userId}/groups/{group}
DELETE /users/{userId}/groups/{group}
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


def test_it_has_the_promised_routes_and_no_other(description: ApiDescription) -> None:
    expected = {tuple(line.split()) for line in CONTRACT.strip().splitlines()}
    assert {(each.method, each.path) for each in description.operations} == expected


def test_every_operation_describes_its_failures(document: Any) -> None:
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


def test_bodies_and_parameters_have_draft_4_schemas_and_bodies_list_their_fields(
    description: ApiDescription,
) -> None:
    for operation in description.operations:
        for schema in [*operation.body_schemas.values(), *(each.schema for each in operation.parameters)]:
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
        ("reportPosition", {"positionSeconds": 1}, True),
        ("reportPosition", {}, False),
        ("updateCourse", {"version": 1, "lessonOrder": ["b", "a"]}, True),
        ("updateCourse", {"version": 1, "lessonOrder": "a"}, False),
        ("saveRuntime", {"launch": 1, "sequence": 0, "model": {"cmi": {}}}, True),
        ("saveRuntime", {"launch": 0, "sequence": 0, "model": {}}, False),
        ("saveRuntime", {"launch": 1, "sequence": 0, "model": []}, False),
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
