"""Erasure and export: an erasure removes all data for good, and an interrupted one is finished."""

from typing import TYPE_CHECKING

import pytest

from domain.people.erasure import REQUESTED_AT
from domain.people.tombstones import key_of
from tests.integration.support.aws_proxy import FailureKind, Fault
from tests.integration.support.course_helpers import enroll, eventually, lesson, new_course
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import INSTRUCTORS, People, Person, SharedUsers
from tests.integration.support.personal_data import find_personal_data, has_account
from tests.integration.support.proxied_functions import proxied_functions
from toolkit.dynamo import to_item

MOST_SECONDS = 60
"""The longest time from the request until all data is gone."""
FAILURE = Fault(FailureKind.ERROR)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def person(people: People, users: SharedUsers) -> Person:
    """A user with data everywhere: an own course, and one enrolled with progress, one waitlisted, one withdrawn."""
    person = people.new(INSTRUCTORS)
    person.patch("/profile", {"displayName": "Ada"})
    new_course(person, "page", title="Owned")
    taken = new_course(users.owner, "one", "two", title="Taken")
    enroll(person, taken)
    person.put(f"/progress/{taken}/lessons/one", {"completed": True})
    person.put(f"/progress/{taken}/lessons/two", {"positionSeconds": 7})
    full = new_course(users.owner, "page", title="Full", capacity=1)
    enroll(people.new(), full)
    assert enroll(person, full)["status"] == "waitlisted"
    left = new_course(users.owner, "page", title="Left")
    enroll(person, left)
    person.delete(f"/enrollments/{left}")
    return person


def test_the_export_is_complete(person: Person) -> None:
    """The document has everything that the other routes show, and more."""
    document = person.get("/profile/export")
    assert document["profile"] == person.get("/profile")
    assert document["signIn"]["attributes"]["email"] == person.email
    assert document["signIn"]["groups"] == [INSTRUCTORS]
    statuses = {entry["courseTitle"]: entry["status"] for entry in document["enrollments"]}
    assert statuses == {"Taken": "active", "Full": "waitlisted", "Left": "withdrawn"}
    assert {entry["courseTitle"] for entry in document["progress"]} == set(statuses)
    (taken,) = (entry for entry in document["progress"] if entry["courseTitle"] == "Taken")
    assert taken["completedLessons"] == ["one"]
    assert taken["positions"]["two"]["seconds"] == 7
    assert [course["title"] for course in document["ownedCourses"]] == ["Owned"]
    later = person.get("/profile/export")
    assert "person-exported" in {entry["action"] for entry in later["auditTrail"]}


@pytest.mark.intrusive
def test_erasure_removes_all_personal_data(deployed: Deployed, person: Person, users: SharedUsers) -> None:
    """No item, index or account has the user's id or e-mail address any more."""
    assert find_personal_data(deployed, person), "there must be something to erase"
    person.delete("/profile")
    assert not has_account(deployed, person), "the sign-in ends with the request"
    person.delete("/profile")
    eventually(lambda: not find_personal_data(deployed, person), seconds=MOST_SECONDS)
    person.delete("/profile")
    assert not find_personal_data(deployed, person)


@pytest.mark.intrusive
def test_nothing_of_a_person_is_shown_while_the_erasure_goes_on(
    deployed: Deployed, people: People, users: SharedUsers
) -> None:
    """The function that erases is held up, as it may be by a failing service. The sign-in has ended anyway."""
    person, other = people.new(), people.new()
    course_id = new_course(users.owner, "page")
    for student in (person, other):
        student.get("/profile")
        enroll(student, course_id)
    with proxied_functions(deployed) as functions, functions.proxies["erasure"].failing(FAILURE):
        person.delete("/profile")
        for caller in (users.owner, users.administrator):
            (row,) = caller.get(f"/courses/{course_id}/roster")["items"]
            assert row["userId"] == other.user_id
            table = caller.call("GET", f"/courses/{course_id}/roster", query={"format": "csv"}, expect=200)
            assert person.user_id not in table.body
            assert person.email not in table.body
        assert find_personal_data(deployed, person), "the erasure goes on"
    eventually(lambda: not find_personal_data(deployed, person), seconds=MOST_SECONDS)


def test_erasure_frees_the_seat_and_keeps_owned_courses(people: People, users: SharedUsers) -> None:
    """A waitlisted student gets the seat, and administrators can edit the courses of an erased instructor."""
    leaving, waiting = people.new(INSTRUCTORS), people.new()
    owned = new_course(leaving, "page")
    course_id = new_course(users.owner, "page", capacity=1)
    enroll(leaving, course_id)
    assert enroll(waiting, course_id)["status"] == "waitlisted"
    leaving.delete("/profile")
    eventually(
        lambda: [each["status"] for each in waiting.get("/enrollments")["items"]] == ["active"],
        seconds=MOST_SECONDS,
    )
    course = eventually(
        lambda: next(
            (
                found
                for found in [users.administrator.get(f"/courses/{owned}")]
                if found["ownerId"] == "erased"
            ),
            None,
        )
    )
    assert course is not None
    changed = {"title": "Taken over", "version": course["version"]}
    users.administrator.patch(f"/courses/{owned}", changed)


@pytest.mark.intrusive
def test_an_old_token_of_an_erased_person_recreates_nothing(
    deployed: Deployed, person: Person, users: SharedUsers
) -> None:
    """A token is valid for an hour, but the token of an erased user changes nothing."""
    course_id = new_course(users.owner, "page")
    person.delete("/profile")
    person.get("/profile", expect=401)
    person.patch("/profile", {"displayName": "Back"}, expect=401)
    person.get("/profile/export", expect=401)
    person.post("/enrollments", {"courseId": course_id}, expect=401)
    person.post("/courses", {"title": "Back"}, expect=401)
    person.put(f"/progress/{course_id}/lessons/page", {"completed": True}, expect=403)
    person.put(f"/courses/{course_id}/lessons/new", lesson(), expect=403)
    eventually(lambda: not find_personal_data(deployed, person), seconds=MOST_SECONDS)
    assert person.get("/enrollments")["items"] == []


@pytest.mark.intrusive
def test_an_interrupted_erasure_is_finished_in_the_background(deployed: Deployed, person: Person) -> None:
    """The request is stored as if it was interrupted at once. Without another request, all data is removed."""
    client: DynamoDBClient = deployed.client("dynamodb")
    table = deployed.outputs["user_profiles_table_name"]
    client.put_item(TableName=table, Item=to_item(key_of(person.user_id)))
    client.update_item(
        TableName=table,
        Key=to_item({"userId": person.user_id}),
        UpdateExpression=f"SET {REQUESTED_AT} = :now, erasureRequestId = :request",
        ExpressionAttributeValues=to_item({":now": "2026-03-01T12:00:00.000Z", ":request": "cut-off"}),
    )
    eventually(lambda: not find_personal_data(deployed, person), seconds=MOST_SECONDS)
    stored = client.get_item(TableName=table, Key=to_item(key_of(person.user_id)))["Item"]
    assert set(stored) == {"userId", "expiresAt"}


def test_an_erased_person_can_sign_up_again_as_a_new_user(people: People, person: Person) -> None:
    """The address can be used again, and the old data is gone."""
    person.delete("/profile")
    again = people.new(email=person.email)
    assert again.user_id != person.user_id
    assert again.get("/profile")["displayName"] != "Ada"
    assert again.get("/enrollments")["items"] == []
