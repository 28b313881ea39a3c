"""The enrollment and progress functions as API Gateway calls them: statuses, bodies, who may what."""

from typing import Any

import pytest

from domain.enrollments import admission_store
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import (
    ADMINISTRATOR,
    NEWCOMER,
    OTHER_INSTRUCTOR,
    OWNER,
    STUDENT,
    Answer,
    LambdaApi,
    LambdaApis,
    Person,
)

COURSE = "course-1"
NOON = "2026-01-01T12:00:00.000Z"


class Portal:
    """Both functions behind one API, with one published course of two lessons."""

    def __init__(self, tables: Tables, enrollment: LambdaApi, progress: LambdaApi) -> None:
        self.tables = tables
        self._enrollment = enrollment
        self._progress = progress
        lesson = {
            "title": "A",
            "contentType": "video",
            "premium": False,
            "position": 0,
            "contentKey": "public/a",
        }
        tables.put_course(
            {
                "courseId": COURSE,
                "title": "Algebra",
                "summary": "",
                "status": "published",
                "ownerId": OWNER.user_id,
                "version": 1,
                "lessons": {"one": lesson, "two": {**lesson, "position": 1}},
                "createdAt": NOON,
                "updatedAt": NOON,
            }
        )

    def set_course(self, **fields: Any) -> None:
        self.tables.set_course(COURSE, **fields)
        admission_store._cache.clear()  # as if a second had passed

    def enroll(self, caller: Person = STUDENT, course_id: str = COURSE) -> Answer:
        return self._enrollment.call("POST", "/enrollments", caller=caller, body={"courseId": course_id})

    def withdraw(self, caller: Person = STUDENT) -> Answer:
        return self._enrollment.call("DELETE", "/enrollments/{courseId}", {"courseId": COURSE}, caller=caller)

    def enrollments(self, caller: Person = STUDENT, **query: str) -> Answer:
        return self._enrollment.call("GET", "/enrollments", caller=caller, query=query)

    def roster(self, caller: Person, **query: str) -> Answer:
        return self._enrollment.call(
            "GET", "/courses/{courseId}/roster", {"courseId": COURSE}, caller=caller, query=query
        )

    def progress(self, caller: Person = STUDENT) -> Answer:
        return self._progress.call("GET", "/progress/{courseId}", {"courseId": COURSE}, caller=caller)

    def stored_positions(self) -> list[Any]:
        """The items of the table of positions."""
        return self.tables.client.scan(TableName=self.tables.positions)["Items"]

    def report(self, body: dict[str, Any], lesson_id: str = "one", caller: Person = STUDENT) -> Answer:
        return self._progress.call(
            "PUT",
            "/progress/{courseId}/lessons/{lessonId}",
            {"courseId": COURSE, "lessonId": lesson_id},
            caller=caller,
            body=body,
        )


@pytest.fixture
def portal(dynamodb_tables: Tables, lambda_api: LambdaApis) -> Portal:
    """The two functions on empty tables."""
    names = {
        "COURSES_TABLE": dynamodb_tables.courses,
        "COURSE_PROGRESS_TABLE": dynamodb_tables.progress,
        "POSITIONS_TABLE": dynamodb_tables.positions,
    }
    enrollment = lambda_api(
        "enrollment",
        ROSTER_SHARDS="2",
        USER_PROFILES_TABLE=dynamodb_tables.profiles,
        AUDIT_TABLE=dynamodb_tables.audit,
        **names,
    )
    # The description is read at the first request, and each function has its own.
    assert enrollment.call("GET", "/enrollments").status == 200
    progress = lambda_api(
        "progress",
        USER_PROFILES_TABLE=dynamodb_tables.profiles,
        RUNTIME_TABLE=dynamodb_tables.runtime,
        **names,
    )
    assert progress.call("GET", "/progress/{courseId}", {"courseId": "none"}).status == 404
    return Portal(dynamodb_tables, enrollment, progress)


def test_a_student_enrols_learns_withdraws_and_resumes(portal: Portal) -> None:
    first = portal.enroll()
    assert first.status == 201
    assert first.headers["Location"] == f"/enrollments/{COURSE}"
    enrolled_at = first.body.pop("enrolledAt")
    assert first.body == {
        "userId": STUDENT.user_id,
        "courseId": COURSE,
        "courseTitle": "Algebra",
        "status": "active",
        "completionPercentage": 0,
    }
    again = portal.enroll()
    assert (again.status, again.body) == (200, {**first.body, "enrolledAt": enrolled_at})

    assert portal.report({"positionSeconds": 30}).body["positions"] == {"one": 30}
    half = portal.report({"completed": True})
    assert half.status == 200
    assert (half.body["completionPercentage"], half.body["completedLessons"]) == (50, ["one"])
    assert "completedAt" not in half.body

    assert portal.withdraw().status == 204
    assert portal.stored_positions() == []
    assert portal.withdraw().status == 204
    assert portal.progress().problem() == (403, "forbidden")
    assert portal.report({"positionSeconds": 31}).problem() == (403, "forbidden")
    assert portal.enrollments().body["items"][0]["status"] == "withdrawn"
    assert portal.roster(OWNER).body == {"items": []}

    resumed = portal.enroll()
    assert (resumed.status, resumed.body["completionPercentage"]) == (201, 50)
    assert resumed.body["enrolledAt"] == enrolled_at
    assert portal.progress().body["positions"] == {"one": 30}
    done = portal.report({"completed": True, "positionSeconds": 60}, "two")
    assert (done.body["status"], done.body["completionPercentage"]) == ("completed", 100)
    assert done.body["completedAt"] == portal.report({"completed": True}).body["completedAt"]
    assert portal.roster(OWNER).body["items"][0]["completedAt"] == done.body["completedAt"]


def test_occurred_at_decides_which_position_wins(portal: Portal) -> None:
    portal.enroll()
    portal.report({"positionSeconds": 50, "occurredAt": "2026-01-02T10:00:00+02:00"})
    late = portal.report({"positionSeconds": 70, "occurredAt": "2026-01-02T07:59:59Z"})
    assert late.body["positions"] == {"one": 50}
    # A clock that is ahead does not keep the next update from being the latest.
    portal.report({"positionSeconds": 80, "occurredAt": "2999-01-01T00:00:00Z"})
    assert portal.report({"positionSeconds": 90}).body["positions"] == {"one": 90}
    bad = portal.report({"positionSeconds": 1, "occurredAt": "yesterday"})
    assert (bad.problem(), bad.faulty_fields()) == ((400, "bad-request"), ["occurredAt"])


def test_a_device_with_a_slow_clock_keeps_its_positions(portal: Portal) -> None:
    portal.enroll()
    portal.report({"positionSeconds": 50})
    slow = {"occurredAt": "1970-01-01T09:00:00Z", "sentAt": "1970-01-01T09:00:00Z"}
    assert portal.report({"positionSeconds": 70, **slow}).body["positions"] == {"one": 70}
    queued = {"occurredAt": "1970-01-01T08:59:00Z", "sentAt": "1970-01-01T09:00:00Z"}
    assert portal.report({"positionSeconds": 60, **queued}).body["positions"] == {"one": 70}
    for field in ("occurredAt", "sentAt"):
        bad = portal.report({"positionSeconds": 1, **slow, field: "1970-01-01T09:00:00"})
        assert (bad.problem(), bad.faulty_fields()) == ((400, "bad-request"), [field])
    later = portal.report({"positionSeconds": 1, **slow, "occurredAt": "1970-01-01T10:00:00Z"})
    assert (later.problem(), later.faulty_fields()) == ((400, "bad-request"), ["occurredAt"])


def test_a_full_course_has_a_waitlist(portal: Portal) -> None:
    portal.set_course(capacity=1)
    assert portal.enroll().body["status"] == "active"
    waiting = portal.enroll(NEWCOMER)
    assert (waiting.status, waiting.body["status"]) == (201, "waitlisted")
    assert portal.enroll(NEWCOMER).status == 200
    refused = portal.progress(NEWCOMER)
    assert refused.problem() == (403, "enrollment-waitlisted")
    assert refused.body["waitlistPlace"] == 1
    portal.withdraw()
    assert portal.enroll(NEWCOMER).body["status"] == "active"
    assert portal.progress(NEWCOMER).status == 200


def test_outside_of_the_enrolment_window(portal: Portal) -> None:
    portal.set_course(closesAt=NOON)
    assert portal.enroll().problem() == (409, "enrollment-closed")


def test_what_is_not_there(portal: Portal) -> None:
    assert portal.enroll(course_id="none").problem() == (404, "not-found")
    assert portal.withdraw().problem() == (404, "not-found")
    portal.set_course(status="draft")
    for caller in (STUDENT, OWNER, ADMINISTRATOR):
        assert portal.enroll(caller).problem() == (404, "not-found")
    assert portal.progress().problem() == (404, "not-found")
    assert portal.progress(OWNER).problem() == (403, "forbidden")
    portal.set_course(status="published")
    portal.enroll()
    assert portal.report({"completed": True}, "nine").problem() == (404, "not-found")


def test_who_reads_a_roster(portal: Portal) -> None:
    portal.enroll()
    portal.enroll(NEWCOMER)
    for caller in (OWNER, ADMINISTRATOR):
        first = portal.roster(caller, limit="1")
        second = portal.roster(caller, limit="1", cursor=first.body["nextCursor"])
        assert "nextCursor" not in second.body
        shown = {entry["userId"] for entry in first.body["items"] + second.body["items"]}
        assert shown == {STUDENT.user_id, NEWCOMER.user_id}
    for caller in (STUDENT, OTHER_INSTRUCTOR):
        assert portal.roster(caller).problem() == (403, "forbidden")
    portal.set_course(status="draft")
    for caller in (STUDENT, OTHER_INSTRUCTOR):
        assert portal.roster(caller).problem() == (404, "not-found")


@pytest.mark.parametrize("cursor", ["x", "bm90aGluZw", "W10"])
def test_cursors_that_are_not_ours(portal: Portal, cursor: str) -> None:
    assert portal.enrollments(cursor=cursor).problem() == (400, "bad-request")
    assert portal.roster(OWNER, cursor=cursor).problem() == (400, "bad-request")
