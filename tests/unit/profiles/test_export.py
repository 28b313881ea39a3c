"""The export over HTTP events, with real DynamoDB and Cognito APIs: complete, and without the data of others."""

import json
import sys
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain import audit, staff
from domain.addresses.rules import UNKNOWN
from domain.addresses.store import AddressTable
from domain.audit import AuditEntry
from domain.audit_store import AuditTable
from domain.enrollments.model import EnrollmentRecord
from profiles.export import escaped_length
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import LambdaApi, LambdaApis
from tests.unit.profiles.profiles_api import profiles_api
from tests.unit.user_pool_fixture import UserPool
from toolkit import clients, cursor
from toolkit.dynamo import to_item

NOON, LATER = "2026-03-01T12:00:00.000Z", "2026-03-01T13:00:00.000Z"
PADDING = 90_000  # bytes of one record: a dozen of them do not fit into one page of a query


@pytest.fixture
def profiles(lambda_api: LambdaApis, dynamodb_tables: Tables, user_pool: UserPool) -> LambdaApi:
    return profiles_api(lambda_api, dynamodb_tables, user_pool.pool_id)


def enroll(tables: Tables, user_id: str, course_id: str, **more: object) -> None:
    item = {
        "userId": user_id,
        "courseId": course_id,
        "courseTitle": "Algebra",
        "status": "active",
        "enrolledAt": NOON,
        "lastActivityAt": NOON,
        "revision": 1,
        "completionPercentage": 50,
        "completedLessons": {"gone", "here"},
        "positions": {"here": {"seconds": 7, "at": NOON}},
    }
    tables.put(tables.progress, {**item, **more})


def watch(tables: Tables, user_id: str, course_id: str, **seconds: int) -> None:
    """Store the student's position in each of these lessons."""
    for lesson_id, second in seconds.items():
        key = {"userId": user_id, "courseLesson": f"{course_id}#{lesson_id}"}
        tables.put(tables.positions, {**key, "at": LATER, "seconds": second})


def test_the_export_is_complete(profiles: LambdaApi, dynamodb_tables: Tables, user_pool: UserPool) -> None:
    person, other = user_pool.new("instructors"), user_pool.new("instructors")
    profiles.call("PATCH", "/profile", caller=person, body={"displayName": "Ada"})
    for each in (person, other):
        enroll(dynamodb_tables, each.user_id, f"taken-by-{each.user_id}")
        watch(dynamodb_tables, each.user_id, f"taken-by-{each.user_id}", film=9)
        owned = {"courseId": f"owned-by-{each.user_id}", "ownerId": each.user_id, "title": "Own"}
        times = {"status": "draft", "createdAt": NOON, "updatedAt": NOON, "lessons": {}}
        dynamodb_tables.put(dynamodb_tables.courses, {**owned, **times})
        taught = staff.key_of(f"taught-by-{each.user_id}", each.user_id)
        dynamodb_tables.put(dynamodb_tables.courses, {**taught, "ownerId": each.user_id, "createdAt": NOON})
    AddressTable(dynamodb_tables.profiles).invite({person.email: UNKNOWN}, "awaited", "teacher")
    trail = AuditTable(dynamodb_tables.audit, 90)
    trail.record(
        AuditEntry(audit.ROSTER_READ, actor_id=person.user_id, subject=audit.course("read"), request_id="1")
    )
    trail.record(
        AuditEntry(
            audit.ROLE_GRANTED, actor_id=other.user_id, subject=audit.person(person.user_id), request_id="2"
        )
    )
    for entry in audit.on_person_in_course(
        audit.STUDENT_REMOVED,
        actor_id=person.user_id,
        user_id=other.user_id,
        course_id="read",
        request_id="3",
    ):
        trail.record(entry)
    dynamodb_tables.calls.clear()
    user_pool.calls.clear()

    answer = profiles.call("GET", "/profile/export", caller=person)

    assert answer.status == 200
    document = answer.body
    assert document["profile"]["displayName"] == "Ada"
    assert document["signIn"]["attributes"]["email"] == person.email
    assert document["signIn"]["groups"] == ["instructors"]
    (enrollment,), (progress,) = document["enrollments"], document["progress"]
    assert enrollment["courseId"] == progress["courseId"] == f"taken-by-{person.user_id}"
    assert progress["completedLessons"] == ["gone", "here"]
    assert progress["positions"] == {
        "here": {"seconds": 7, "at": NOON},  # from a former version, or from before a withdrawal
        "film": {"seconds": 9, "at": LATER},
    }
    assert progress["lastActivityAt"] == LATER
    assert document["invitedTo"] == ["awaited"]
    assert [course["courseId"] for course in document["ownedCourses"]] == [f"owned-by-{person.user_id}"]
    assert document["coTaughtCourses"] == [{"courseId": f"taught-by-{person.user_id}"}]
    entries = {(entry["action"], *entry["roles"]) for entry in document["auditTrail"]}
    assert entries == {
        ("roster-read", "actor"),
        ("role-granted", "subject"),
        ("student-removed", "actor"),
        ("person-exported", "actor", "subject"),
    }
    assert other.user_id not in str(document)
    assert audit.pseudonym(other.user_id) not in str(document)
    assert dict(dynamodb_tables.calls) == {"GetItem": 2, "PutItem": 1, "Query": 6}
    assert dict(user_pool.calls) == {"AdminGetUser": 1, "AdminListGroupsForUser": 1}


def test_the_export_reads_every_page(
    profiles: LambdaApi, dynamodb_tables: Tables, user_pool: UserPool
) -> None:
    person = user_pool.new()
    courses = [f"course-{number:02}" for number in range(25)]
    for course_id in courses:
        enroll(dynamodb_tables, person.user_id, course_id, padding="x" * PADDING)
    dynamodb_tables.calls.clear()
    document = profiles.call("GET", "/profile/export", caller=person).body
    assert [record["courseId"] for record in document["progress"]] == courses
    assert dynamodb_tables.calls["Query"] > 4, "one page would have been enough: the test proves nothing"


def test_a_long_export_continues_in_further_answers(
    profiles: LambdaApi, dynamodb_tables: Tables, user_pool: UserPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, other = user_pool.new("instructors"), user_pool.new()
    trail = AuditTable(dynamodb_tables.audit, 90)
    courses = [f"course-{number}" for number in range(3)]
    for number, course_id in enumerate(courses):
        enroll(dynamodb_tables, person.user_id, course_id)
        watch(dynamodb_tables, person.user_id, course_id, film=number, here=number, text=number)
        watch(dynamodb_tables, person.user_id, f"{course_id}-without-a-record", film=1)
        owned = {"courseId": f"owned-{number}", "ownerId": person.user_id, "title": "Own", "status": "draft"}
        times = {"createdAt": NOON, "updatedAt": NOON, "lessons": {}}
        dynamodb_tables.put(dynamodb_tables.courses, {**owned, **times})
        trail.record(
            AuditEntry(
                audit.ROSTER_READ,
                actor_id=person.user_id,
                subject=audit.course("c"),
                request_id=f"r-{number}",
            )
        )
        granted = audit.person(person.user_id)
        trail.record(
            AuditEntry(audit.ROLE_GRANTED, actor_id=other.user_id, subject=granted, request_id=f"g-{number}")
        )
    # Some entries of the audit trail. Each answer adds one, so with fewer the export would have no end.
    monkeypatch.setattr(sys.modules["profiles.export"], "MOST_BYTES", 300)
    real = clients.dynamodb()

    class SmallPages:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def query(self, **arguments: Any) -> Any:
            return real.query(**arguments, Limit=2)

    monkeypatch.setattr(clients, "dynamodb", SmallPages)
    pages: list[dict[str, Any]] = []
    query: dict[str, str] = {}
    while True:
        answer = profiles.call("GET", "/profile/export", caller=person, query=query)
        assert answer.status == 200
        pages.append(answer.body)
        if "nextCursor" not in answer.body:
            break
        query = {"cursor": answer.body["nextCursor"]}
    assert len(pages) > 6
    assert {page["profile"]["email"] for page in pages} == {person.email}
    for name in ("enrollments", "progress"):
        assert [entry["courseId"] for page in pages for entry in page[name]] == courses
    positions = [entry["positions"] for page in pages for entry in page["progress"]]
    for number, of_course in enumerate(positions):
        assert {lesson: each["seconds"] for lesson, each in of_course.items()} == dict.fromkeys(
            ("film", "here", "text"), number
        )
    assert sorted(entry["courseId"] for page in pages for entry in page["ownedCourses"]) == [
        "owned-0",
        "owned-1",
        "owned-2",
    ]
    entries = [
        entry for page in pages for entry in page["auditTrail"] if entry["action"] != "person-exported"
    ]
    assert sorted(entry["requestId"] for entry in entries) == ["g-0", "g-1", "g-2", "r-0", "r-1", "r-2"]


def test_many_years_of_entries_stay_below_lambdas_limit(
    profiles: LambdaApi, user_pool: UserPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Queries of 1 MB each, as DynamoDB would answer them for 30,000 entries."""
    person = user_pool.new("instructors")
    real = clients.dynamodb()
    entry = {
        "recordId": "r" * 40,
        "action": audit.ROSTER_EXPORTED,
        "actor": audit.pseudonym(person.user_id),
        "subject": audit.course("c" * 36),
        "at": NOON,
        "day": NOON[:10],
        "requestId": "q" * 36,
        "expiresAt": 1,
    }
    each = sum(len(name) + len(str(value)) for name, value in entry.items())
    key = to_item({name: entry[name] for name in ("recordId", "actor", "at")})

    class MuchToSay:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def query(self, **arguments: Any) -> Any:
            if arguments.get("IndexName") != "actor-index":
                return real.query(**arguments)
            return {"Items": [to_item(entry)] * (2**20 // each), "LastEvaluatedKey": key}

    monkeypatch.setattr(clients, "dynamodb", MuchToSay)
    answer = profiles.call("GET", "/profile/export", caller=person)
    assert answer.body["nextCursor"]
    # Lambda sends the body as a JSON text within JSON.
    assert len(json.dumps(json.dumps(answer.body))) < 4_000_000


def test_records_with_long_texts_are_cut_within_a_page_and_none_is_lost(
    profiles: LambdaApi, dynamodb_tables: Tables, user_pool: UserPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is short in DynamoDB may be six times as long in Lambda's answer."""
    person = user_pool.new()
    real = clients.dynamodb()
    records = [
        to_item(
            EnrollmentRecord(
                person.user_id, f"course-{number:04}", "\U0001f600" * 200, "active", NOON, NOON
            ).to_stored(1)
        )
        for number in range(900)
    ]

    class LongTexts:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def query(self, **arguments: Any) -> Any:
            values, table = arguments["ExpressionAttributeValues"], arguments["TableName"]
            if ":value" not in values or "IndexName" in arguments or table != dynamodb_tables.progress:
                return real.query(**arguments)
            start = arguments.get("ExclusiveStartKey", {"courseId": {"S": ""}})["courseId"]["S"]
            return {"Items": [each for each in records if each["courseId"]["S"] > start]}

    monkeypatch.setattr(clients, "dynamodb", LongTexts)
    seen: list[str] = []
    query: dict[str, str] = {}
    while True:
        body = profiles.call("GET", "/profile/export", caller=person, query=query).body
        assert len(json.dumps(json.dumps(body))) < 4_000_000
        seen += [entry["courseId"] for entry in body["progress"]]
        if "nextCursor" not in body:
            break
        query = {"cursor": body["nextCursor"]}
    assert seen == [f"course-{number:04}" for number in range(900)]
    assert query, "one answer would have been enough: the test proves nothing"


@pytest.mark.parametrize("section", [-1, 5])
def test_a_forged_cursor_is_refused(profiles: LambdaApi, user_pool: UserPool, section: int) -> None:
    forged = cursor.encode("export", {"section": section, "first": "a", "second": "b"})
    answer = profiles.call("GET", "/profile/export", caller=user_pool.new(), query={"cursor": forged})
    assert answer.problem() == (400, "bad-request")


def test_a_person_without_a_profile_can_export(profiles: LambdaApi, user_pool: UserPool) -> None:
    person = user_pool.new()
    document = profiles.call("GET", "/profile/export", caller=person).body
    assert document["profile"]["email"] == person.email
    assert document["enrollments"] == document["ownedCourses"] == document["invitedTo"] == []


def test_an_address_that_is_not_verified_shows_no_invitations(
    profiles: LambdaApi, dynamodb_tables: Tables, user_pool: UserPool
) -> None:
    """Also not if the profile has the address from a former version, which took it over unverified."""
    person = user_pool.new()
    assert profiles.call("GET", "/profile", caller=person).body["email"] == person.email
    AddressTable(dynamodb_tables.profiles).invite({person.email: UNKNOWN}, "awaited", "teacher")
    document = profiles.call("GET", "/profile/export", caller=replace(person, verified=False)).body
    assert (document["profile"]["email"], document["invitedTo"]) == ("", [])
    document = profiles.call("GET", "/profile/export", caller=person).body
    assert document["invitedTo"] == ["awaited"]


@given(st.one_of(st.text(), st.text('az"\\\n\0\x7f')))
@example("\x7f")
def test_the_length_of_an_entry_in_the_answer_is_known_before_the_answer_is_made(title: str) -> None:
    """Lambda's answer has the body as a text in JSON, with all but ASCII escaped."""
    entry = json.dumps({"title": title}, ensure_ascii=False)
    whole = len(json.dumps({"body": f"[{entry}]"}))
    assert escaped_length(entry) == whole - len(json.dumps({"body": "[]"}))
