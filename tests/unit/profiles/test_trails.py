"""Administrators read the audit trail of a course or a person, with real DynamoDB and Cognito APIs."""

import re
from typing import Any
from uuid import uuid4

import pytest

from domain import audit
from tests.unit.domain.test_enrollment_table import COURSE, course_item
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import (
    ADMINISTRATOR,
    OTHER_INSTRUCTOR,
    STUDENT,
    Answer,
    LambdaApi,
    LambdaApis,
    Person,
)
from tests.unit.profiles.profiles_api import profiles_api
from tests.unit.user_pool_fixture import UserPool
from toolkit.dynamo import from_item

TEACHER = Person("teacher", ("instructors",))
CHIEF = audit.pseudonym(ADMINISTRATOR.user_id)


class Archive:
    """The two routes."""

    def __init__(self, tables: Tables, api: LambdaApi) -> None:
        self.tables, self._api = tables, api

    def note(self, action: str, actor: str, subject: str, second: int) -> None:
        entry = {
            "actor": audit.pseudonym(actor),
            "subject": subject,
            "at": f"2026-01-01T12:00:{second:02}.000Z",
        }
        stored = {"recordId": uuid4().hex, "action": action, "day": "2026-01-01", "requestId": "r", **entry}
        self.tables.put(self.tables.audit, stored)

    def course(self, course_id: str = COURSE, caller: Person = ADMINISTRATOR, **query: str) -> Answer:
        path = {"courseId": course_id}
        return self._api.call("GET", "/courses/{courseId}/audit", path, caller=caller, query=query)

    def person(self, user_id: str, caller: Person = ADMINISTRATOR, **query: str) -> Answer:
        return self._api.call("GET", "/users/{userId}/audit", {"userId": user_id}, caller=caller, query=query)

    def pages(self, user_id: str, limit: int) -> list[list[dict[str, Any]]]:
        """All pages of a person's trail, without the entries about reading it."""
        pages: list[list[dict[str, Any]]] = []
        query = {"limit": str(limit)}
        while True:
            body = self.person(user_id, ADMINISTRATOR, **query).body
            pages.append([entry for entry in body["items"] if entry["action"] != "audit-read"])
            if "nextCursor" not in body:
                return pages
            query["cursor"] = body["nextCursor"]

    def reads(self) -> list[tuple[str, str]]:
        items = map(from_item, self.tables.client.scan(TableName=self.tables.audit)["Items"])
        return [(item["actor"], item["subject"]) for item in items if item["action"] == "audit-read"]


@pytest.fixture
def archive(lambda_api: LambdaApis, dynamodb_tables: Tables, user_pool: UserPool) -> Archive:
    api = profiles_api(lambda_api, dynamodb_tables, user_pool.pool_id)
    dynamodb_tables.put(dynamodb_tables.courses, course_item())
    return Archive(dynamodb_tables, api)


def test_the_trail_of_a_course_page_by_page(archive: Archive) -> None:
    for second in range(5):
        archive.note(f"act-{second}", "teacher", audit.course(COURSE), second)
    archive.note("act-elsewhere", "teacher", audit.course("other"), 3)
    first = archive.course(limit="3").body
    second_page = archive.course(limit="3", cursor=first["nextCursor"]).body
    assert [entry["action"] for entry in first["items"]] == ["act-4", "act-3", "act-2"]
    assert [entry["action"] for entry in second_page["items"]] == ["act-1", "act-0"]
    assert "nextCursor" not in second_page
    assert first["items"][0] == {
        "action": "act-4",
        "at": "2026-01-01T12:00:04.000Z",
        "actor": audit.pseudonym("teacher"),
        "subject": f"course#{COURSE}",
        "requestId": "r",
    }
    assert archive.course("other", cursor=first["nextCursor"]).problem() == (400, "bad-request")


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
def test_the_trail_of_a_person_has_every_entry_once(archive: Archive, limit: int) -> None:
    """Acts of the person, acts on the person, and acts of the person on themselves, also in the same millisecond."""
    ada, bo = audit.person("ada"), audit.person("bo")
    for second in (1, 1, 1, 2, 3, 3):
        archive.note("own", "ada", ada, second)
        archive.note("did", "ada", bo, second)
        archive.note("suffered", "bo", ada, second)
        archive.note("other", "bo", bo, second)
    pages = archive.pages("ada", limit)
    shown = [entry for page in pages for entry in page]
    assert [entry["at"] for entry in shown] == sorted((entry["at"] for entry in shown), reverse=True)
    roles = {"own": ["actor", "subject"], "did": ["actor"], "suffered": ["subject"]}
    assert sorted(entry["action"] for entry in shown) == sorted([*roles] * 6)
    assert all(entry["roles"] == roles[entry["action"]] for entry in shown)
    assert all(len(page) <= limit for page in pages)


def test_an_erased_person_stays_a_pseudonym(archive: Archive) -> None:
    archive.note("person-erased", "ada", audit.person("ada"), 1)
    archive.note("student-removed", "ada", audit.course(COURSE), 2)
    answer = archive.person("ADA")
    assert [entry["action"] for entry in answer.body["items"]] == ["student-removed", "person-erased"]
    assert {entry["actor"] for entry in answer.body["items"]} == {audit.pseudonym("ada")}
    assert not re.search(r"\bada\b", str(answer.body) + str(archive.course().body))


def test_what_never_was_is_not_found_and_what_has_no_entry_is_empty(
    archive: Archive, user_pool: UserPool
) -> None:
    assert archive.course("nowhere").problem() == (404, "not-found")
    assert archive.person("nobody").problem() == (404, "not-found")
    for odd in ("a b", "a#b", "a/b", "%"):
        assert archive.course(odd).problem() == archive.person(odd).problem() == (400, "bad-request")
    assert archive.reads() == []
    assert archive.course().body == {"items": []}
    assert archive.person(user_pool.new().user_id).body == {"items": []}
    archive.note("course-published", "teacher", audit.course("deleted"), 1)
    assert len(archive.course("deleted").body["items"]) == 1


def test_reading_a_trail_is_recorded_in_it(archive: Archive) -> None:
    archive.note("act", "ada", audit.course(COURSE), 1)
    archive.course()
    archive.person("ada")
    assert sorted(archive.reads()) == [(CHIEF, f"course#{COURSE}"), (CHIEF, audit.person("ada"))]
    assert [entry["action"] for entry in archive.course().body["items"]] == ["audit-read", "act"]


@pytest.mark.parametrize("caller", [STUDENT, OTHER_INSTRUCTOR, TEACHER], ids=str)
def test_only_administrators_read_trails(archive: Archive, caller: Person) -> None:
    archive.note("act", caller.user_id, audit.course(COURSE), 1)
    assert archive.course(caller=caller).problem() == (403, "forbidden")
    assert archive.person(caller.user_id, caller=caller).problem() == (403, "forbidden")
    assert archive.person("nobody", caller=caller).problem() == (403, "forbidden")
    archive.tables.set(archive.tables.courses, {"courseId": COURSE}, status="draft", ownerId="another")
    assert (
        archive.course(caller=caller).problem()
        == archive.course("nowhere", caller).problem()
        == (404, "not-found")
    )
    assert archive.reads() == []
