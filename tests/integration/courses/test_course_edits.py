"""The effects of a changed course on its enrolments: percentages, titles, the roster, seats."""

import json
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.support.course_helpers import (
    enroll,
    eventually,
    give_content,
    lesson,
    new_course,
    set_status,
)
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, Person, SharedUsers
from tests.integration.support.stored_state import leave_unfinished, pass_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient


def enrollment(student: Person, course_id: str) -> dict[str, Any]:
    """The enrolment of a student in a course, from the student's own list."""
    return next(each for each in student.get_all("/enrollments") if each["courseId"] == course_id)


def edit(owner: Person, course_id: str, **changes: Any) -> None:
    """Change a course from its current version."""
    version = owner.get(f"/courses/{course_id}")["version"]
    owner.patch(f"/courses/{course_id}", {**changes, "version": version})


def test_changed_lessons_update_percentages_and_the_roster(users: SharedUsers, people: People) -> None:
    course_id = new_course(users.owner, "one", "two")
    first, second = people.many(2)
    for student, done in ((first, ("one",)), (second, ("one", "two"))):
        enroll(student, course_id)
        for lesson_id in done:
            student.put(f"/progress/{course_id}/lessons/{lesson_id}", {"completed": True})
    for lesson_id in ("three", "four"):
        users.owner.put(f"/courses/{course_id}/lessons/{lesson_id}", lesson(position=9), expect=201)
    give_content(users.owner, course_id, "three", "four")
    eventually(lambda: enrollment(second, course_id)["completionPercentage"] == 50)
    eventually(lambda: enrollment(first, course_id)["completionPercentage"] == 25)
    assert enrollment(second, course_id)["status"] == "completed"
    for lesson_id in ("two", "three", "four"):
        users.owner.delete(f"/courses/{course_id}/lessons/{lesson_id}")
    eventually(lambda: enrollment(first, course_id)["completionPercentage"] == 100)
    assert enrollment(first, course_id)["status"] == "active"

    def roster() -> list[float]:
        entries = users.owner.get_all(f"/courses/{course_id}/roster")
        return [entry["completionPercentage"] for entry in entries]

    eventually(lambda: roster() == [100, 100])


def test_a_new_title_is_shown_with_enrolments(users: SharedUsers, people: People) -> None:
    course_id = new_course(users.owner, "one")
    student = people.new()
    enroll(student, course_id)
    edit(users.owner, course_id, title="Another title")
    eventually(lambda: enrollment(student, course_id)["courseTitle"] == "Another title")


def test_a_raised_capacity_enrols_the_students_who_waited_longest(users: SharedUsers, people: People) -> None:
    course_id = new_course(users.owner, "one", capacity=1)
    students = people.many(4)
    for student in students:
        enroll(student, course_id)
    edit(users.owner, course_id, capacity=3)
    eventually(lambda: enrollment(students[2], course_id)["status"] == "active")
    assert [enrollment(student, course_id)["status"] for student in students] == [
        "active",
        "active",
        "active",
        "waitlisted",
    ]
    edit(users.owner, course_id, capacity=None)
    eventually(lambda: enrollment(students[3], course_id)["status"] == "active")


def test_a_republished_course_fills_its_free_seats(users: SharedUsers, people: People) -> None:
    course_id = new_course(users.owner, "one", capacity=1)
    first, second = people.many(2)
    enroll(first, course_id)
    enroll(second, course_id)
    set_status(users.owner, course_id, "draft")
    first.delete(f"/enrollments/{course_id}")
    assert enrollment(second, course_id)["status"] == "waitlisted"
    set_status(users.owner, course_id, "published")
    eventually(lambda: enrollment(second, course_id)["status"] == "active")


@pytest.mark.intrusive
def test_an_unfinished_pass_goes_on_until_all_students_are_in_line(
    deployed: Deployed, users: SharedUsers, people: People
) -> None:
    """The stream calls the function again for each slice. This pass has only one partition of the roster left."""
    course_id = new_course(users.owner, "one", "two")
    student = people.new()
    enroll(student, course_id)
    student.put(f"/progress/{course_id}/lessons/one", {"completed": True})
    dynamodb: DynamoDBClient = deployed.client("dynamodb")
    record = {"userId": {"S": student.user_id}, "courseId": {"S": course_id}}
    answer = dynamodb.update_item(
        TableName=deployed.outputs["course_progress_table_name"],
        Key=record,
        UpdateExpression="SET completionPercentage = :wrong",
        ExpressionAttributeValues={":wrong": {"N": "12"}},
        ReturnValues="ALL_NEW",
    )
    leave_unfinished(deployed, course_id, answer["Attributes"]["courseShard"]["S"])
    eventually(lambda: enrollment(student, course_id)["completionPercentage"] == 50)
    eventually(lambda: not pass_of(deployed, course_id))


@pytest.mark.intrusive
def test_repeated_course_changes_assign_each_seat_once(
    deployed: Deployed, users: SharedUsers, people: People
) -> None:
    course_id = new_course(users.owner, "one", capacity=1)
    students = people.many(10)
    for student in students:
        enroll(student, course_id)
    record = admission_record(deployed, course_id, capacity=7)
    functions: LambdaClient = deployed.client("lambda")

    def send_record(_: int) -> None:
        answer = functions.invoke(
            FunctionName=f"education-followups-{deployed.outputs['environment_suffix']}",
            Payload=json.dumps({"Records": [record]}).encode(),
        )
        assert "FunctionError" not in answer, answer["Payload"].read()

    edit(users.owner, course_id, capacity=7)
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(send_record, range(6)))
    statuses = [enrollment(student, course_id)["status"] for student in students]
    assert statuses == ["active"] * 7 + ["waitlisted"] * 3


def admission_record(deployed: Deployed, course_id: str, *, capacity: int) -> dict[str, Any]:
    """The stream record of the admission item of a course whose capacity was raised."""
    dynamodb: DynamoDBClient = deployed.client("dynamodb")
    table, key = deployed.outputs["courses_table_name"], {"courseId": {"S": f"admission#{course_id}"}}
    image = dynamodb.get_item(TableName=table, Key=key)["Item"]
    return {
        "eventID": secrets.token_hex(16),
        "eventName": "MODIFY",
        "eventSource": "aws:dynamodb",
        "eventSourceARN": dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"],
        "dynamodb": {
            "ApproximateCreationDateTime": int(time.time()),
            "Keys": key,
            "SequenceNumber": "1",
            "OldImage": image,
            "NewImage": {**image, "capacity": {"N": str(capacity)}},
        },
    }
