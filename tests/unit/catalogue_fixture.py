"""A fixture to call the routes of the catalogue by name. They use a real DynamoDB API."""

import pytest

from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import OWNER, STUDENT, Answer, LambdaApi, LambdaApis, Person

LESSON = {"title": "Sets", "contentType": "video", "premium": True, "position": 1}


class Catalogue:
    """The routes of the catalogue, one method each."""

    def __init__(self, api: LambdaApi, tables: Tables) -> None:
        self.api = api
        self.tables = tables

    def create(self, caller: Person = OWNER, **fields: object) -> Answer:
        return self.api.call("POST", "/courses", caller=caller, body={"title": "Algebra", **fields})

    def get(self, course_id: str, caller: Person = STUDENT) -> Answer:
        return self.api.call("GET", "/courses/{courseId}", {"courseId": course_id}, caller=caller)

    def patch(self, course_id: str, caller: Person = OWNER, **fields: object) -> Answer:
        return self.api.call(
            "PATCH", "/courses/{courseId}", {"courseId": course_id}, caller=caller, body=fields
        )

    def put_lesson(self, course_id: str, lesson_id: str, caller: Person = OWNER, **fields: object) -> Answer:
        return self.api.call(
            "PUT",
            "/courses/{courseId}/lessons/{lessonId}",
            {"courseId": course_id, "lessonId": lesson_id},
            caller=caller,
            body={**LESSON, **fields},
        )

    def delete_lesson(self, course_id: str, lesson_id: str, caller: Person = OWNER) -> Answer:
        return self.api.call(
            "DELETE",
            "/courses/{courseId}/lessons/{lessonId}",
            {"courseId": course_id, "lessonId": lesson_id},
            caller=caller,
        )

    def list(self, caller: Person = STUDENT, **query: str) -> Answer:
        return self.api.call("GET", "/courses", caller=caller, query=query)

    def new(self, status: str = "draft") -> str:
        """Create a course of OWNER in a given status and return its id."""
        course_id = str(self.create().body["courseId"])
        if status != "draft":
            assert self.patch(course_id, version=1, status=status).status == 200
        return course_id


@pytest.fixture
def catalogue(lambda_api: LambdaApis, dynamodb_tables: Tables) -> Catalogue:
    api = lambda_api(
        "catalog",
        COURSES_TABLE=dynamodb_tables.courses,
        USER_PROFILES_TABLE=dynamodb_tables.profiles,
        AUDIT_TABLE=dynamodb_tables.audit,
    )
    return Catalogue(api, dynamodb_tables)
