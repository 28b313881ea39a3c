"""The export over HTTP events, with real DynamoDB and Cognito APIs: complete, and nobody else's."""

import pytest

from shared import audit, patience
from shared.addresses import Addresses
from shared.audit import AuditTrail
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import LambdaApi, LambdaApis
from tests.unit.user_pool_fixture import UserPool

NOON = "2026-03-01T12:00:00.000Z"
PADDING = 90_000  # bytes of one record: a dozen of them do not fit into one page of a query


@pytest.fixture
def profiles(lambda_api: LambdaApis, dynamodb_tables: Tables, user_pool: UserPool) -> LambdaApi:
    return lambda_api(
        "profile",
        USER_PROFILES_TABLE=dynamodb_tables.profiles,
        COURSE_PROGRESS_TABLE=dynamodb_tables.progress,
        COURSES_TABLE=dynamodb_tables.courses,
        AUDIT_TABLE=dynamodb_tables.audit,
        ROSTER_SHARDS="1",
        USER_POOL_ID=user_pool.pool_id,
    )


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


def test_everything_is_in_it(profiles: LambdaApi, dynamodb_tables: Tables, user_pool: UserPool) -> None:
    person, other = user_pool.new("instructors"), user_pool.new("instructors")
    profiles.call("PATCH", "/profile", caller=person, body={"displayName": "Ada"})
    for each in (person, other):
        enroll(dynamodb_tables, each.user_id, f"taken-by-{each.user_id}")
        owned = {"courseId": f"owned-by-{each.user_id}", "ownerId": each.user_id, "title": "Own"}
        times = {"status": "draft", "createdAt": NOON, "updatedAt": NOON, "lessons": {}}
        dynamodb_tables.put(dynamodb_tables.courses, {**owned, **times})
    Addresses(dynamodb_tables.profiles).invite([person.email], "awaited", patience.attempts)
    trail = AuditTrail(dynamodb_tables.audit, 90)
    trail.record(audit.ROSTER_READ, by=person.user_id, on=audit.course("read"), request_id="1")
    trail.record(audit.ROLE_GRANTED, by=other.user_id, on=audit.person(person.user_id), request_id="2")
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
    assert progress["positions"] == {"here": {"seconds": 7, "at": NOON}}
    assert document["invitedTo"] == ["awaited"]
    assert [course["courseId"] for course in document["ownedCourses"]] == [f"owned-by-{person.user_id}"]
    entries = {(entry["action"], *entry["roles"]) for entry in document["auditTrail"]}
    assert entries == {
        ("roster-read", "actor"),
        ("role-granted", "subject"),
        ("person-exported", "actor", "subject"),
    }
    assert other.user_id not in str(document)
    assert audit.pseudonym(other.user_id) not in str(document)
    assert dict(dynamodb_tables.calls) == {"GetItem": 2, "PutItem": 1, "Query": 4}
    assert dict(user_pool.calls) == {"AdminGetUser": 1, "AdminListGroupsForUser": 1}


def test_it_goes_on_to_the_last_page(
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


def test_somebody_who_was_never_here_has_a_profile_to_export(
    profiles: LambdaApi, user_pool: UserPool
) -> None:
    person = user_pool.new()
    document = profiles.call("GET", "/profile/export", caller=person).body
    assert document["profile"]["email"] == person.email
    assert document["enrollments"] == document["ownedCourses"] == document["invitedTo"] == []
