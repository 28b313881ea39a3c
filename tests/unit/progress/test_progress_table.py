"""Progress against a real DynamoDB API: races between devices, late updates, and calls per update."""

from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from typing import Any

import pytest
from botocore.exceptions import ClientError

from domain.enrollments.model import ACTIVE, COMPLETED, WAITLISTED, EnrollmentRecord
from domain.positions.store import PositionTable
from progress import rules
from progress.activities import Activity
from progress.store import ProgressTable
from tests.unit.emulator_fixture import Tables
from toolkit import clients
from toolkit.caller import Caller
from toolkit.errors import Forbidden
from toolkit.retries import Retries

COURSE = "course-1"
NOON = "2026-01-01T12:00:00.000Z"
NOW = "2026-06-01T12:00:00.000Z"
ADA = Caller("ada", "", frozenset({"students"}))
LESSONS = [f"lesson-{number}" for number in range(8)]


@pytest.fixture
def table(dynamodb_tables: Tables) -> ProgressTable:
    """The table under test, with a course and a student in it."""
    dynamodb_tables.put(
        dynamodb_tables.courses,
        {
            "courseId": COURSE,
            "title": "Algebra",
            "summary": "",
            "status": "published",
            "ownerId": "teacher",
            "version": 1,
            "lessons": {
                lesson_id: {
                    "title": "A",
                    "contentType": "interactive",
                    "premium": False,
                    "position": number,
                    "contentKey": "public/a",
                }
                for number, lesson_id in enumerate(LESSONS)
            },
            "createdAt": NOON,
            "updatedAt": NOON,
        },
    )
    put_record(dynamodb_tables, ACTIVE)
    dynamodb_tables.calls.clear()
    return ProgressTable(
        courses_table=dynamodb_tables.courses,
        progress_table=dynamodb_tables.progress,
        positions_table=dynamodb_tables.positions,
        runtime_table=dynamodb_tables.runtime,
        profiles_table=dynamodb_tables.profiles,
    )


def put_record(tables: Tables, status: str) -> None:
    record = EnrollmentRecord("ada", COURSE, "Algebra", status, NOON, NOON, waitlisted_at=NOON)
    tables.put(tables.progress, record.to_stored(2))


def send(table: ProgressTable, activity: Activity) -> dict[str, Any]:
    return rules.update(table, ADA, COURSE, activity, NOW, Retries())


def stored(tables: Tables) -> dict[str, Any]:
    item = tables.get(tables.progress, {"userId": "ada", "courseId": COURSE})
    assert item is not None
    return item


def learned(table: ProgressTable) -> EnrollmentRecord:
    """The record with the student's positions."""
    record = table.record("ada", COURSE)
    assert record is not None
    return record.with_positions(table.positions("ada", COURSE))


def at_once(activities: list[Activity], table: ProgressTable) -> list[dict[str, Any]]:
    barrier = Barrier(len(activities))

    def run(activity: Activity) -> dict[str, Any]:
        barrier.wait()
        return send(table, activity)

    with ThreadPoolExecutor(len(activities)) as pool:
        return list(pool.map(run, activities))


def test_parallel_completions_lose_nothing(table: ProgressTable, dynamodb_tables: Tables) -> None:
    # Each lesson from three devices at once.
    answers = at_once([Activity(lesson_id, NOON, None, True) for lesson_id in LESSONS] * 3, table)
    item = stored(dynamodb_tables)
    assert item["completedLessons"] == set(LESSONS)
    assert item["completionPercentage"] == 100
    assert item["status"] == COMPLETED
    assert item["completedAt"] == NOW
    finished = [answer for answer in answers if answer["status"] == COMPLETED]
    assert all(answer["completionPercentage"] == 100 for answer in finished)


def test_parallel_updates_of_every_kind_end_as_if_they_had_come_in_order(
    table: ProgressTable, dynamodb_tables: Tables
) -> None:
    random = Random(7)
    activities = [
        Activity(
            lesson_id=random.choice(LESSONS[:3]),
            at=f"2026-03-01T12:{random.randrange(10):02}:00.000Z",
            seconds=random.choice([None, *range(5)]),
            completed=random.random() < 0.4,
        )
        for _ in range(24)
    ]
    at_once(activities, table)
    parallel = learned(table)
    put_record(dynamodb_tables, ACTIVE)
    PositionTable(
        positions_table=dynamodb_tables.positions, progress_table=dynamodb_tables.progress
    ).delete_of("ada")
    for activity in activities:
        send(table, activity)
    ordered = learned(table)
    for attribute in ("completed", "positions", "percentage", "status", "last_activity_at"):
        assert getattr(parallel, attribute) == getattr(ordered, attribute)


def test_a_completion_does_not_take_back_a_position_that_came_in_between(
    table: ProgressTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, newer = table.save, [Activity("lesson-0", "2026-03-02T00:00:00.000Z", 100)]

    def save_late(before: EnrollmentRecord, after: EnrollmentRecord) -> Any:
        while newer:
            send(table, newer.pop())
        return save(before, after)

    monkeypatch.setattr(table, "save", save_late)
    shown = send(table, Activity("lesson-0", "2026-03-01T00:00:00.000Z", 7, True))
    assert shown["positions"] == {"lesson-0": 100}
    assert shown["completedLessons"] == ["lesson-0"]
    assert learned(table).positions["lesson-0"].seconds == 100


def test_a_late_position_changes_nothing_and_is_answered_with_what_is_there(
    table: ProgressTable, dynamodb_tables: Tables
) -> None:
    send(table, Activity("lesson-0", "2026-03-02T00:00:00.000Z", 100))
    before = stored(dynamodb_tables), table.positions("ada", COURSE)
    for late in ("2026-03-01T00:00:00.000Z", "2026-03-02T00:00:00.000Z"):
        shown = send(table, Activity("lesson-0", late, 50))
        assert shown["positions"] == {"lesson-0": 100}
        assert shown["lastActivityAt"] == "2026-03-02T00:00:00.000Z"
    assert (stored(dynamodb_tables), table.positions("ada", COURSE)) == before
    assert send(table, Activity("lesson-0", "2026-03-02T00:00:00.000Z", 101))["positions"] == {
        "lesson-0": 101
    }


def test_calls_per_request(table: ProgressTable, dynamodb_tables: Tables) -> None:
    def calls_of(activity: Activity | None) -> dict[str, int]:
        dynamodb_tables.calls.clear()
        if activity is None:
            rules.read(table, ADA, COURSE)
        else:
            send(table, activity)
        return dict(dynamodb_tables.calls)

    # The positions of the answer are a Query.
    assert calls_of(None) == {"BatchGetItem": 1, "Query": 1}
    first = {"UpdateItem": 1, "GetItem": 3, "TransactWriteItems": 1, "Query": 1}
    assert calls_of(Activity("lesson-0", NOON, 5)) == first
    assert calls_of(Activity("lesson-0", NOON, 6)) == {"UpdateItem": 1, "GetItem": 1, "Query": 1}
    assert calls_of(Activity("lesson-0", NOON, 6)) == {"UpdateItem": 1, "GetItem": 1, "Query": 1}
    completion = {"BatchGetItem": 1, "UpdateItem": 1, "Query": 1}
    assert calls_of(Activity("lesson-0", NOON, None, True)) == completion
    assert calls_of(Activity("lesson-0", NOON, None, True)) == {"BatchGetItem": 1, "Query": 1}
    both = {**completion, "UpdateItem": 2}
    assert calls_of(Activity("lesson-0", NOON, 9, True)) == {**both, "UpdateItem": 1}
    assert calls_of(Activity("lesson-1", NOON, 9, True)) == {
        **both,
        "GetItem": 1,
        "TransactWriteItems": 1,
    }


def test_the_waitlist_is_not_enrolment(table: ProgressTable, dynamodb_tables: Tables) -> None:
    put_record(dynamodb_tables, WAITLISTED)
    for activity in (Activity("lesson-0", NOON, 5), Activity("lesson-0", NOON, None, True)):
        with pytest.raises(Forbidden):
            send(table, activity)
    assert "completedLessons" not in stored(dynamodb_tables)
    assert learned(table).positions == {}


def test_an_update_during_an_enrolment_transaction_is_tried_again(
    table: ProgressTable, dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    update_item = dynamodb_tables.client.update_item
    collisions = iter(range(2))

    def collide(**parameters: Any) -> Any:
        if next(collisions, None) is None:
            return update_item(**parameters)
        response: Any = {"Error": {"Code": "TransactionConflictException", "Message": ""}}
        raise ClientError(response, "UpdateItem")

    monkeypatch.setattr(clients.dynamodb(), "update_item", collide)
    assert send(table, Activity("lesson-0", NOON, 5))["positions"] == {"lesson-0": 5}
    collisions = iter(range(2))
    assert send(table, Activity("lesson-0", NOON, None, True))["completedLessons"] == ["lesson-0"]


def test_the_place_on_a_waitlist_is_counted_with_one_bounded_query(
    table: ProgressTable, dynamodb_tables: Tables
) -> None:
    """The order is that of joining; people in other courses and people with a seat do not count."""
    for number, (user, course_id, status) in enumerate(
        [
            ("first", COURSE, WAITLISTED),
            ("seated", COURSE, ACTIVE),
            ("elsewhere", "course-2", WAITLISTED),
            ("second", COURSE, WAITLISTED),
            ("third", COURSE, WAITLISTED),
        ]
    ):
        since = f"2026-01-01T12:00:0{number}.000Z"
        record = EnrollmentRecord(user, course_id, "Algebra", status, NOON, NOON, waitlisted_at=since)
        dynamodb_tables.put(dynamodb_tables.progress, record.to_stored(2))
    dynamodb_tables.calls.clear()
    third = table.record("third", COURSE)
    assert third is not None
    assert table.waiting_before(third, 100) == 2
    assert table.waiting_before(third, 1) == 1
    assert dynamodb_tables.calls == {"GetItem": 1, "Query": 2}
