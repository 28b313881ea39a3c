"""Enrolment against a real DynamoDB API: conditions mean what the rules say, races, rosters, calls."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product
from threading import Barrier
from typing import Any

import pytest
from botocore.exceptions import ClientError

from domain.courses import ARCHIVED, PUBLISHED, Course
from domain.enrollments import admission_store, withdrawals
from domain.enrollments import rules as enrollments
from domain.enrollments.admission import first_of, key_of
from domain.enrollments.guards import Guard
from domain.enrollments.model import (
    ACTIVE,
    ROSTER_INDEX,
    WAITLISTED,
    WITHDRAWN,
    EnrollmentRecord,
    Position,
    waitlist_key,
)
from domain.enrollments.seats import SeatChange
from domain.enrollments.views import enrollment_view
from domain.enrollments.withdrawals import fill_seats
from enrollment import roster_rules, rules
from enrollment.store import RosterTable
from tests.unit.emulator_fixture import Tables
from toolkit import clients, clock
from toolkit.caller import Caller
from toolkit.errors import BadRequest
from toolkit.retries import Retries

COURSE = "course-1"
NOON = "2026-01-01T12:00:00.000Z"
SHARDS = 4
TEACHER = Caller("teacher", "", frozenset({"instructors"}))
THREADS = 32


def student(user_id: str) -> Caller:
    return Caller(user_id, "", frozenset({"students"}))


def course_item(**fields: Any) -> dict[str, Any]:
    lesson = {
        "title": "One",
        "contentType": "video",
        "premium": False,
        "position": 0,
        "contentKey": "public/a",
    }
    return {
        "courseId": COURSE,
        "title": "Algebra",
        "summary": "",
        "status": PUBLISHED,
        "ownerId": "teacher",
        "version": 1,
        "lessons": {"one": lesson, "two": {**lesson, "position": 1}},
        "createdAt": NOON,
        "updatedAt": NOON,
        **fields,
    }


@pytest.fixture
def table(dynamodb_tables: Tables) -> RosterTable:
    """The table under test, with one published course."""
    return make_table(dynamodb_tables)


def make_table(dynamodb_tables: Tables) -> RosterTable:
    """The table, with one published course."""
    dynamodb_tables.put_course(course_item())
    dynamodb_tables.calls.clear()
    return RosterTable(
        courses_table=dynamodb_tables.courses,
        progress_table=dynamodb_tables.progress,
        profiles_table=dynamodb_tables.profiles,
        shards=SHARDS,
    )


def enroll(table: RosterTable, user_id: str, course_id: str) -> tuple[EnrollmentRecord, bool]:
    return enrollments.enroll(table, user_id, course_id, clock.now(), Retries())


def withdraw(table: RosterTable, user_id: str, course_id: str) -> None:
    withdrawals.withdraw(table, user_id, course_id, clock.now(), Retries())


def set_course(tables: Tables, **fields: Any) -> None:
    tables.set_course(COURSE, **fields)


@pytest.fixture
def without_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests take their seats themselves, however late. What becomes of a queue is tested in `admissions`."""
    monkeypatch.setattr(enrollments, "DIRECT_ATTEMPTS", 1_000)
    monkeypatch.setattr(enrollments, "DIRECT_SECONDS", 60)


def counters(tables: Tables) -> tuple[int, int]:
    return tables.counters(COURSE)


def statuses(table: RosterTable, user_ids: list[str]) -> Counter[str]:
    found = [table.load(user_id, COURSE)[1] for user_id in user_ids]
    return Counter(record.status for record in found if record is not None)


def at_once(count: int, work: Any) -> list[Any]:
    barrier = Barrier(count)

    def run(number: int) -> Any:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_parallel_requests_of_one_student_enrol_once(table: RosterTable, dynamodb_tables: Tables) -> None:
    answers = at_once(THREADS, lambda _: enroll(table, "ada", COURSE))
    assert Counter(is_new for _, is_new in answers) == {True: 1, False: THREADS - 1}
    assert all(enrollment == answers[0][0] for enrollment, _ in answers)
    assert statuses(table, ["ada"]) == {ACTIVE: 1}


@pytest.mark.usefixtures("without_queue")
def test_parallel_requests_of_many_students_never_take_a_seat_too_many(
    table: RosterTable, dynamodb_tables: Tables
) -> None:
    set_course(dynamodb_tables, capacity=5)
    users = [f"student-{number}" for number in range(THREADS)]
    at_once(THREADS, lambda number: enroll(table, users[number], COURSE))
    assert statuses(table, users) == {ACTIVE: 5, WAITLISTED: THREADS - 5}
    assert counters(dynamodb_tables) == (5, THREADS - 5)


@pytest.mark.usefixtures("without_queue")
def test_no_seat_is_lost_while_students_come_and_go(table: RosterTable, dynamodb_tables: Tables) -> None:
    set_course(dynamodb_tables, capacity=3)
    users = [f"student-{number}" for number in range(12)]

    def come_and_go(number: int) -> None:
        for _ in range(4):
            enroll(table, users[number], COURSE)
            if number >= 4:
                withdraw(table, users[number], COURSE)

    at_once(len(users), come_and_go)
    assert statuses(table, users) == {ACTIVE: 3, WAITLISTED: 1, WITHDRAWN: 8}
    assert counters(dynamodb_tables) == (3, 1)


def test_the_waitlist_moves_up_when_seats_are_given_back(table: RosterTable, dynamodb_tables: Tables) -> None:
    set_course(dynamodb_tables, capacity=2)
    for user in ("a", "b"):
        enroll(table, user, COURSE)
    waiting = [f"w{number}" for number in range(5)]
    for user in waiting:
        enrollment, is_new = enroll(table, user, COURSE)
        assert is_new
        assert enrollment.status == WAITLISTED
        assert enrollment_view(enrollment)["completionPercentage"] == 0
        # Two students may come within one millisecond; then either goes first.
        time.sleep(0.002)
    assert enroll(table, "w3", COURSE)[1] is False
    at_once(2, lambda number: withdraw(table, "ab"[number], COURSE))
    assert [table.load(user, COURSE)[1].status for user in waiting] == [ACTIVE] * 2 + [WAITLISTED] * 3  # type: ignore[union-attr]
    set_course(dynamodb_tables, capacity=None)
    assert fill_seats(table, COURSE, NOON, Retries()) == 3
    assert counters(dynamodb_tables) == (5, 0)


def test_a_promotion_keeps_what_the_index_does_not_have(table: RosterTable, dynamodb_tables: Tables) -> None:
    """The index of who waits has only what rosters show. A record made from it would lose the student's progress."""
    set_course(dynamodb_tables, capacity=1, seatsTaken=1, waitlisted=1)
    seated = EnrollmentRecord("ada", COURSE, "Algebra", ACTIVE, NOON, NOON)
    waits = EnrollmentRecord(
        "bo",
        COURSE,
        "Algebra",
        WAITLISTED,
        NOON,
        NOON,
        revision=7,
        percentage=50,
        completed=frozenset({"one"}),
        positions={"two": Position(NOON, 30)},
        waitlisted_at=NOON,
        own_enrolments=(NOON,),
    )
    for record in (seated, waits):
        dynamodb_tables.put(dynamodb_tables.progress, record.to_stored(SHARDS))
    withdraw(table, "ada", COURSE)
    _, promoted = table.load("bo", COURSE)
    assert promoted == waits.changed(status=ACTIVE, waitlisted_at=None)


def test_whom_the_late_index_still_shows_as_waiting_is_passed_over(
    table: RosterTable, dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One has left, one has been promoted, one has left and waits again at the end."""
    times = {name: f"2026-01-0{number + 1}T12:00:00.000Z" for number, name in enumerate("abcd")}

    def put(user_id: str, status: str, since: str | None) -> EnrollmentRecord:
        record = EnrollmentRecord(
            user_id, COURSE, "Algebra", status, NOON, NOON, revision=2, waitlisted_at=since
        )
        dynamodb_tables.put(dynamodb_tables.progress, record.to_stored(SHARDS))
        return record

    for user_id, since in times.items():
        put(user_id, WAITLISTED, since)
    late = clients.dynamodb().query(
        TableName=dynamodb_tables.progress,
        IndexName=ROSTER_INDEX,
        KeyConditionExpression="courseShard = :waitlist",
        ExpressionAttributeValues={":waitlist": {"S": waitlist_key(COURSE)}},
    )
    put("a", WITHDRAWN, None)
    put("b", ACTIVE, None)
    put("c", WAITLISTED, "2026-02-01T12:00:00.000Z")
    monkeypatch.setattr(clients.dynamodb(), "query", lambda **_: late)
    first = table.first_waiting(COURSE)
    assert first is not None
    assert first.user_id == "d"


def test_a_commit_follows_its_guard(table: RosterTable, dynamodb_tables: Tables) -> None:
    always, soon, over = (None, None), ("2026-02", None), (None, NOON)
    cases = [
        *product([PUBLISHED], (None, 2), (None, 1, 2), (None, 1), [always]),
        *product([ARCHIVED], [2], (1, 2), (0, 1), [always]),
        *product([PUBLISHED], [2], (1, 2), [None], [soon, over]),
    ]
    for number, (status, capacity, taken, waiting, (opens, closes)) in enumerate(cases):
        fields = {
            "capacity": capacity,
            "seatsTaken": taken,
            "waitlisted": waiting,
            "opensAt": opens,
            "closesAt": closes,
        }
        item = course_item(
            status=status, **{name: value for name, value in fields.items() if value is not None}
        )
        for guard in Guard:
            dynamodb_tables.put_course(item)
            record = EnrollmentRecord(f"{guard}{number}", COURSE, "Algebra", ACTIVE, NOON, NOON)
            course = first_of(Course.from_stored(item))
            refused = table.commit(SeatChange(COURSE, guard, 1, 0, [record], NOON, seen=course)) is not None
            assert refused != guard.is_met(course, NOON), (guard, item)


@pytest.mark.parametrize("guard", [Guard.SEAT_FREE, Guard.MUST_WAIT])
def test_a_record_is_not_written_from_a_course_that_was_edited_meanwhile(
    table: RosterTable, dynamodb_tables: Tables, guard: Guard
) -> None:
    full = {"capacity": 1, "seatsTaken": 1} if guard is Guard.MUST_WAIT else {}
    dynamodb_tables.put_course(course_item(version=2, **full))
    record = EnrollmentRecord("ada", COURSE, "Algebra", ACTIVE, NOON, NOON)
    now = table.admission_now(COURSE)
    assert now is not None
    before = replace(now, version=1)
    assert table.commit(SeatChange(COURSE, guard, 1, 0, [record], NOON, seen=before)) is not None
    assert table.commit(SeatChange(COURSE, guard, 1, 0, [record], NOON, seen=now)) is None


def test_no_condition_is_true_of_a_missing_course(table: RosterTable) -> None:
    record = EnrollmentRecord("ada", "nowhere", "", ACTIVE, NOON, NOON)
    for guard in Guard:
        assert table.commit(SeatChange("nowhere", guard, 1, 0, [record], NOON)) is not None


def cancelled(*codes: str) -> ClientError:
    return refused("TransactionCanceledException", *codes)


def refused(code: str, *codes: str) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": ""},
        "CancellationReasons": [{"Code": code} for code in codes],
    }
    return ClientError(response, "TransactWriteItems")


def test_calls_per_request(
    table: RosterTable, dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission_store, "CACHE_SECONDS", 60)  # however slow this machine is
    calls = dynamodb_tables.calls

    def calls_of(work: Any) -> dict[str, int]:
        calls.clear()
        work()
        return dict(calls)

    assert calls_of(lambda: enroll(table, "ada", COURSE)) == {"BatchGetItem": 1, "TransactWriteItems": 1}
    assert calls_of(lambda: enroll(table, "ada", COURSE)) == {"BatchGetItem": 1, "TransactWriteItems": 1}
    assert calls_of(lambda: rules.list_own(table, "ada", 20, None)) == {"Query": 1}
    assert calls_of(lambda: withdraw(table, "ada", COURSE)) == {
        "BatchGetItem": 1,
        "TransactWriteItems": 1,
    }
    assert calls_of(lambda: withdraw(table, "ada", COURSE)) == {"BatchGetItem": 1}
    course = table.course_now(COURSE)
    assert course is not None
    assert calls_of(lambda: roster_rules.page_of(table, course, 20, None)) == {"Query": SHARDS}


@pytest.mark.parametrize(("capacity", "units"), [(None, 6), (9, 8)])
@pytest.mark.parametrize("lessons", [1, 200])
def test_an_enrolment_writes_no_course(
    table: RosterTable,
    dynamodb_tables: Tables,
    monkeypatch: pytest.MonkeyPatch,
    capacity: int | None,
    units: int,
    lessons: int,
) -> None:
    lesson = {
        "title": "One" * 20,
        "contentType": "video",
        "premium": False,
        "position": 0,
        "contentKey": "public/a",
    }
    many = {f"lesson-{number}": lesson for number in range(lessons)}
    dynamodb_tables.put_course(
        course_item(lessons=many, catalogue="published", publishedAt=NOON)
        | ({"capacity": capacity} if capacity else {})
    )
    written: list[Any] = []
    write = clients.dynamodb().transact_write_items

    def transact_write_items(**parameters: Any) -> Any:
        written.extend(parameters["TransactItems"])
        answer = write(**parameters, ReturnConsumedCapacity="TOTAL")
        consumed.extend(each["CapacityUnits"] for each in answer["ConsumedCapacity"])
        return answer

    consumed: list[float] = []
    monkeypatch.setattr(clients.dynamodb(), "transact_write_items", transact_write_items)
    assert enroll(table, "ada", COURSE)[1]
    keys = [part["Update"]["Key"]["courseId"]["S"] for part in written if "Update" in part]
    assert keys == ([key_of(COURSE)["courseId"]] if capacity else [])
    assert sum(consumed) == units


@pytest.mark.parametrize(("capacity", "writes"), [(None, 0), (9, 2)])
def test_enrolling_writes_no_index_of_courses(
    table: RosterTable,
    dynamodb_tables: Tables,
    monkeypatch: pytest.MonkeyPatch,
    capacity: int | None,
    writes: int,
) -> None:
    set_course(dynamodb_tables, catalogue="published", publishedAt=NOON, capacity=capacity)
    consumed: list[Any] = []
    write = clients.dynamodb().transact_write_items

    def transact_write_items(**parameters: Any) -> Any:
        answer = write(**parameters, ReturnConsumedCapacity="INDEXES")
        consumed.extend(answer["ConsumedCapacity"])
        return answer

    monkeypatch.setattr(clients.dynamodb(), "transact_write_items", transact_write_items)
    enroll(table, "ada", COURSE)
    withdraw(table, "ada", COURSE)
    of_courses = [each for each in consumed if each["TableName"] == dynamodb_tables.courses]
    assert len(of_courses) == writes
    for each in of_courses:
        assert sum(index["CapacityUnits"] for index in each.get("GlobalSecondaryIndexes", {}).values()) == 0


def test_own_enrolments_page_by_page(table: RosterTable, dynamodb_tables: Tables) -> None:
    course_ids = [f"c{number}" for number in range(5)]
    for course_id in course_ids:
        dynamodb_tables.put_course(course_item(courseId=course_id))
        enroll(table, "ada", course_id)
        enroll(table, "bo", course_id)
    withdraw(table, "ada", "c1")
    first = rules.list_own(table, "ada", 2, None)
    second = rules.list_own(table, "ada", 3, first.next_cursor)
    shown = first.items + second.items
    assert [enrollment.course_id for enrollment in shown] == course_ids
    assert [enrollment.status for enrollment in shown] == [ACTIVE, WITHDRAWN, ACTIVE, ACTIVE, ACTIVE]
    assert second.next_cursor is None
    assert {enrollment.user_id for enrollment in shown} == {"ada"}
    with pytest.raises(BadRequest):
        rules.list_own(table, "bo", 2, first.next_cursor)
