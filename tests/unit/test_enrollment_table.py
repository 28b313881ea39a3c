"""Enrolment against a real DynamoDB API: conditions mean what the rules say, races, rosters, calls."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from threading import Barrier
from typing import Any

import pytest
from botocore.exceptions import ClientError

from enrollment import operations, rosters
from enrollment.table import EnrollmentTable
from shared import clients, patience
from shared.caller import Caller
from shared.courses import ARCHIVED, PUBLISHED, Course
from shared.enrollments import Change, Guard, fill_places, holds
from shared.errors import BadRequest, Forbidden, NotFound, Unavailable
from shared.records import ACTIVE, WAITLISTED, WITHDRAWN, Record, shard_of
from tests.unit.emulator_fixture import Tables

COURSE = "course-1"
NOON = "2026-01-01T12:00:00.000Z"
SHARDS = 4
TEACHER = Caller("teacher", "", frozenset({"instructors"}))
THREADS = 32


def student(user_id: str) -> Caller:
    return Caller(user_id, "", frozenset({"students"}))


def course_item(**fields: Any) -> dict[str, Any]:
    lesson = {"title": "One", "contentType": "video", "premium": False, "position": 0}
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
def table(dynamodb_tables: Tables) -> EnrollmentTable:
    """The table under test, with one published course."""
    dynamodb_tables.put(dynamodb_tables.courses, course_item())
    dynamodb_tables.calls.clear()
    return EnrollmentTable(
        courses_table=dynamodb_tables.courses,
        progress_table=dynamodb_tables.progress,
        profiles_table=dynamodb_tables.profiles,
        shards=SHARDS,
    )


def set_course(tables: Tables, **fields: Any) -> None:
    tables.set(tables.courses, {"courseId": COURSE}, **fields)


def course_now(table: EnrollmentTable, course_id: str = COURSE) -> Course:
    course = table.course_now(course_id)
    assert course is not None
    return course


def counters(tables: Tables) -> tuple[int, int]:
    item = tables.get(tables.courses, {"courseId": COURSE}) or {}
    return item.get("seatsTaken", 0), item.get("waitlisted", 0)


def statuses(table: EnrollmentTable, user_ids: list[str]) -> Counter[str]:
    found = [table.look(user_id, COURSE)[1] for user_id in user_ids]
    return Counter(record.status for record in found if record is not None)


def at_once(count: int, work: Any) -> list[Any]:
    barrier = Barrier(count)

    def run(number: int) -> Any:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_parallel_requests_of_one_student_enrol_once(table: EnrollmentTable, dynamodb_tables: Tables) -> None:
    answers = at_once(THREADS, lambda _: operations.enroll(table, student("ada"), COURSE))
    assert Counter(is_new for _, is_new in answers) == {True: 1, False: THREADS - 1}
    assert all(enrollment == answers[0][0] for enrollment, _ in answers)
    assert counters(dynamodb_tables) == (1, 0)


def test_parallel_requests_of_many_students_never_take_a_place_too_many(
    table: EnrollmentTable, dynamodb_tables: Tables
) -> None:
    set_course(dynamodb_tables, capacity=5)
    users = [f"student-{number}" for number in range(THREADS)]
    at_once(THREADS, lambda number: operations.enroll(table, student(users[number]), COURSE))
    assert statuses(table, users) == {ACTIVE: 5, WAITLISTED: THREADS - 5}
    assert counters(dynamodb_tables) == (5, THREADS - 5)


def test_no_place_is_lost_while_students_come_and_go(table: EnrollmentTable, dynamodb_tables: Tables) -> None:
    set_course(dynamodb_tables, capacity=3)
    users = [f"student-{number}" for number in range(12)]

    def come_and_go(number: int) -> None:
        for _ in range(4):
            operations.enroll(table, student(users[number]), COURSE)
            if number >= 4:
                operations.withdraw(table, student(users[number]), COURSE)

    at_once(len(users), come_and_go)
    assert statuses(table, users) == {ACTIVE: 3, WAITLISTED: 1, WITHDRAWN: 8}
    assert counters(dynamodb_tables) == (3, 1)


def test_the_waitlist_moves_up_when_places_are_given_back(
    table: EnrollmentTable, dynamodb_tables: Tables
) -> None:
    set_course(dynamodb_tables, capacity=2)
    for user in ("a", "b"):
        operations.enroll(table, student(user), COURSE)
    waiting = [f"w{number}" for number in range(5)]
    for user in waiting:
        enrollment, is_new = operations.enroll(table, student(user), COURSE)
        assert is_new
        assert enrollment["status"] == WAITLISTED
        assert enrollment["completionPercentage"] == 0
        # Two students may come within one millisecond; then either goes first.
        time.sleep(0.002)
    assert operations.enroll(table, student("w3"), COURSE)[1] is False
    at_once(2, lambda number: operations.withdraw(table, student("ab"[number]), COURSE))
    assert [table.look(user, COURSE)[1].status for user in waiting] == [ACTIVE] * 2 + [WAITLISTED] * 3  # type: ignore[union-attr]
    set_course(dynamodb_tables, capacity=None)
    assert fill_places(table, COURSE, NOON, patience.attempts()) == 3
    assert counters(dynamodb_tables) == (5, 0)


def test_every_condition_means_what_the_rules_say(table: EnrollmentTable, dynamodb_tables: Tables) -> None:
    always, soon, over = (None, None), ("2026-02", None), (None, NOON)
    cases = [
        *product([PUBLISHED], (None, 2), (None, 1, 2, 3), (None, 0, 1), [always]),
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
            dynamodb_tables.put(dynamodb_tables.courses, item)
            record = Record(f"{guard}{number}", COURSE, "Algebra", ACTIVE, NOON, NOON)
            refused = table.commit(Change(COURSE, guard, 1, 0, [record], NOON)) is not None
            assert refused != holds(guard, Course.from_stored(item), NOON), (guard, item)


def test_no_condition_holds_of_a_course_that_is_not_there(table: EnrollmentTable) -> None:
    record = Record("ada", "nowhere", "", ACTIVE, NOON, NOON)
    for guard in Guard:
        assert table.commit(Change("nowhere", guard, 1, 0, [record], NOON)) is not None


def test_a_transaction_that_collides_is_tried_again(
    table: EnrollmentTable, dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    collisions = iter(["None", "TransactionConflict"] * 2)

    class Colliding:
        def __getattr__(self, name: str) -> Any:
            return getattr(dynamodb_tables.client, name)

        def transact_write_items(self, **parameters: Any) -> Any:
            if next(collisions, None) is None:
                return dynamodb_tables.client.transact_write_items(**parameters)
            raise cancelled("None", "TransactionConflict")

    monkeypatch.setattr(clients, "dynamodb", Colliding)
    assert operations.enroll(table, student("ada"), COURSE)[1]
    assert counters(dynamodb_tables) == (1, 0)


def test_endless_collisions_end_as_unavailable(
    table: EnrollmentTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def collide(**_: Any) -> None:
        raise cancelled("TransactionConflict", "None")

    monkeypatch.setattr(clients.dynamodb(), "transact_write_items", collide)
    monkeypatch.setattr(patience.attempts, "__defaults__", (0.1,))
    with pytest.raises(Unavailable):
        operations.enroll(table, student("ada"), COURSE)


def test_throttling_is_not_taken_for_a_lost_race(
    table: EnrollmentTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throttle(**_: Any) -> None:
        raise cancelled("ThrottlingError", "None")

    monkeypatch.setattr(clients.dynamodb(), "transact_write_items", throttle)
    with pytest.raises(ClientError):
        operations.enroll(table, student("ada"), COURSE)


def cancelled(*codes: str) -> ClientError:
    response: Any = {
        "Error": {"Code": "TransactionCanceledException", "Message": ""},
        "CancellationReasons": [{"Code": code} for code in codes],
    }
    return ClientError(response, "TransactWriteItems")


def test_calls_per_request(table: EnrollmentTable, dynamodb_tables: Tables) -> None:
    calls = dynamodb_tables.calls

    def calls_of(work: Any) -> dict[str, int]:
        calls.clear()
        work()
        return dict(calls)

    ada = student("ada")
    assert calls_of(lambda: operations.enroll(table, ada, COURSE)) == {"GetItem": 1, "TransactWriteItems": 1}
    assert calls_of(lambda: operations.enroll(table, ada, COURSE)) == {"TransactWriteItems": 1}
    assert calls_of(lambda: operations.list_own(table, ada, 20, None)) == {"Query": 1}
    assert calls_of(lambda: operations.withdraw(table, ada, COURSE)) == {
        "BatchGetItem": 1,
        "TransactWriteItems": 1,
    }
    assert calls_of(lambda: operations.withdraw(table, ada, COURSE)) == {"BatchGetItem": 1}
    course = course_now(table)
    assert calls_of(lambda: rosters.page_of(table, course, 20, None)) == {"Query": SHARDS}


def test_enrolling_writes_no_index_of_courses(
    table: EnrollmentTable, dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_course(dynamodb_tables, catalogue="published", publishedAt=NOON)
    consumed: list[Any] = []
    write = clients.dynamodb().transact_write_items

    def transact_write_items(**parameters: Any) -> Any:
        answer = write(**parameters, ReturnConsumedCapacity="INDEXES")
        consumed.extend(answer["ConsumedCapacity"])
        return answer

    monkeypatch.setattr(clients.dynamodb(), "transact_write_items", transact_write_items)
    operations.enroll(table, student("ada"), COURSE)
    operations.withdraw(table, student("ada"), COURSE)
    of_courses = [each for each in consumed if each["TableName"] == dynamodb_tables.courses]
    assert len(of_courses) == 2
    for each in of_courses:
        assert sum(index["CapacityUnits"] for index in each.get("GlobalSecondaryIndexes", {}).values()) == 0


def put_records(tables: Tables, percentages: dict[str, float]) -> None:
    for user_id, percentage in percentages.items():
        record = Record(user_id, COURSE, "Algebra", ACTIVE, NOON, NOON, percentage=percentage)
        tables.put(tables.progress, record.to_stored(SHARDS))


def roster_of(
    table: EnrollmentTable, tables: Tables, limit: int, course_id: str = COURSE
) -> tuple[list[str], list[int]]:
    course = course_now(table, course_id)
    users: list[str] = []
    sizes: list[int] = []
    cursor: str | None = None
    while True:
        page = rosters.page_of(table, course, limit, cursor)
        users += [entry["userId"] for entry in page.items]
        sizes.append(len(page.items))
        cursor = page.next_cursor
        if cursor is None:
            return users, sizes
        assert len(set(users)) == len(users), "somebody is shown twice"


@pytest.mark.parametrize("limit", [1, 3, 5, 20, 100])
def test_a_roster_lists_everybody_once_furthest_first(
    table: EnrollmentTable, dynamodb_tables: Tables, limit: int
) -> None:
    percentages = {f"s{number}": float(number // 7 * 25) for number in range(20)} | {"x": 33.33, "y": 66.67}
    put_records(dynamodb_tables, percentages)
    assert len({shard_of(user, SHARDS) for user in percentages}) == SHARDS
    users, sizes = roster_of(table, dynamodb_tables, limit)
    assert sorted(users) == sorted(percentages)
    order = [percentages[user] for user in users]
    assert order == sorted(order, reverse=True)
    assert all(size == limit for size in sizes[:-1])
    assert 0 < sizes[-1] <= limit


def test_a_roster_cursor_outlives_the_student_it_stands_at(
    table: EnrollmentTable, dynamodb_tables: Tables
) -> None:
    put_records(dynamodb_tables, {f"s{number}": 50 for number in range(12)})
    course = course_now(table)
    everybody, _ = roster_of(table, dynamodb_tables, 100)
    page = rosters.page_of(table, course, 5, None)
    operations.withdraw(table, student(page.items[-1]["userId"]), COURSE)
    rest = rosters.page_of(table, course, 100, page.next_cursor)
    assert [entry["userId"] for entry in rest.items] == everybody[5:]


def test_a_roster_shows_neither_who_waits_nor_who_withdrew_nor_other_courses(
    table: EnrollmentTable, dynamodb_tables: Tables
) -> None:
    dynamodb_tables.put(dynamodb_tables.courses, course_item(courseId="other"))
    set_course(dynamodb_tables, capacity=1)
    for user in ("ada", "bo", "cy"):
        operations.enroll(table, student(user), COURSE)
    operations.enroll(table, student("di"), "other")
    operations.withdraw(table, student("ada"), COURSE)
    assert roster_of(table, dynamodb_tables, 20)[0] == ["bo"]
    assert roster_of(table, dynamodb_tables, 20, "other")[0] == ["di"]


def test_a_roster_counts_by_the_lessons_of_today(table: EnrollmentTable, dynamodb_tables: Tables) -> None:
    record = Record(
        "ada", COURSE, "Algebra", ACTIVE, NOON, NOON, percentage=100, completed=frozenset({"one"})
    )
    dynamodb_tables.put(dynamodb_tables.progress, record.to_stored(SHARDS))
    course = course_now(table)
    page = rosters.page_of(table, course, 20, None)
    assert [entry["completionPercentage"] for entry in page.items] == [50]


class RosterReads:
    """What queries of the roster asked for and were answered."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.queries = self.records = 0
        ask = clients.dynamodb().query

        def query(**parameters: Any) -> Any:
            answer = ask(**parameters)
            self.queries += 1
            self.records += len(answer["Items"])
            return answer

        monkeypatch.setattr(clients.dynamodb(), "query", query)


@pytest.mark.parametrize("limit", [30, 80])
def test_a_long_roster_reads_hardly_more_than_it_shows(
    table: EnrollmentTable, dynamodb_tables: Tables, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("enrollment.table.READ_AT_ONCE", 10)
    percentages = {f"s{number}": float(number % 50) for number in range(120)}
    put_records(dynamodb_tables, percentages)
    reads = RosterReads(monkeypatch)
    entries = table.roster(COURSE, None, limit)
    shown = [position.percentage for position, _ in entries]
    assert shown == sorted(percentages.values(), reverse=True)[:limit]
    # A page more than needed from each shard is the most that can be left over.
    assert reads.records <= limit + SHARDS * 10
    assert reads.queries <= limit / 10 + 2 * SHARDS


def test_the_furthest_may_all_be_in_one_shard(
    table: EnrollmentTable, dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("enrollment.table.READ_AT_ONCE", 3)
    ahead = [f"s{number}" for number in range(100) if shard_of(f"s{number}", SHARDS) == 2][:17]
    put_records(dynamodb_tables, {f"x{number}": 1 for number in range(9)} | dict.fromkeys(ahead, 99.0))
    users, sizes = roster_of(table, dynamodb_tables, 20)
    assert sorted(users[:17]) == sorted(ahead)
    assert sizes == [20, 6]


def test_who_sinks_while_a_shard_is_read_is_listed_once(
    table: EnrollmentTable, dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("enrollment.table.READ_AT_ONCE", 2)
    users = [f"s{number}" for number in range(100) if shard_of(f"s{number}", SHARDS) == 1][:8]
    put_records(dynamodb_tables, {user: 90.0 - number for number, user in enumerate(users)})
    ask = clients.dynamodb().query

    def sinking(**parameters: Any) -> Any:
        answer = ask(**parameters)
        put_records(dynamodb_tables, {users[0]: 10})  # an instructor added lessons
        return answer

    monkeypatch.setattr(clients.dynamodb(), "query", sinking)
    listed, _ = roster_of(table, dynamodb_tables, 20)
    assert listed == users


class Notes:
    """An audit trail and a directory of nobody, to see in which order things happen."""

    def __init__(self, tables: Tables) -> None:
        self._calls = tables.calls
        self.noted: list[tuple[str, str, str]] = []
        self.queries_before: list[int] = []

    def record(
        self, action: str, *, by: str, on: str, request_id: str, details: Mapping[str, str | int] | None
    ) -> None:
        self.noted.append((action, by, on))
        self.queries_before.append(self._calls["Query"])

    def find(self, user_ids: Sequence[str]) -> dict[str, rosters.Contact]:
        return {}


def test_who_may_read_a_roster_and_that_it_is_noted_first(
    table: EnrollmentTable, dynamodb_tables: Tables
) -> None:
    other = Caller("other", "", frozenset({"instructors"}))
    admin = Caller("admin", "", frozenset({"administrators"}))
    notes = Notes(dynamodb_tables)

    def read(caller: Caller, *, as_table: bool = False) -> operations.Page:
        visit = rosters.Visit(caller, "request-1")
        return rosters.read(table, notes, notes, visit, COURSE, 20, None, as_table=as_table)

    assert read(admin).items == []
    assert notes.queries_before == [0]
    read(TEACHER, as_table=True)
    for caller in (other, student("ada")):
        with pytest.raises(Forbidden):
            read(caller)
    set_course(dynamodb_tables, status="draft")
    for caller in (other, student("ada")):
        with pytest.raises(NotFound):
            read(caller)
    assert notes.noted == [
        ("roster-read", "admin", f"course#{COURSE}"),
        ("roster-exported", "teacher", f"course#{COURSE}"),
    ]


def test_what_decides_about_a_roster_is_the_course_of_now(
    table: EnrollmentTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right after a publication, an eventually consistent read may still show the draft."""
    asked: list[Any] = []
    get = clients.dynamodb().get_item

    def get_item(**parameters: Any) -> Any:
        asked.append(parameters["ConsistentRead"])
        return get(**parameters)

    monkeypatch.setattr(clients.dynamodb(), "get_item", get_item)
    table.course_now(COURSE)
    assert asked == [True]


def test_own_enrolments_page_by_page(table: EnrollmentTable, dynamodb_tables: Tables) -> None:
    course_ids = [f"c{number}" for number in range(5)]
    for course_id in course_ids:
        dynamodb_tables.put(dynamodb_tables.courses, course_item(courseId=course_id))
        operations.enroll(table, student("ada"), course_id)
        operations.enroll(table, student("bo"), course_id)
    operations.withdraw(table, student("ada"), "c1")
    first = operations.list_own(table, student("ada"), 2, None)
    second = operations.list_own(table, student("ada"), 3, first.next_cursor)
    shown = first.items + second.items
    assert [enrollment["courseId"] for enrollment in shown] == course_ids
    assert [enrollment["status"] for enrollment in shown] == [ACTIVE, WITHDRAWN, ACTIVE, ACTIVE, ACTIVE]
    assert second.next_cursor is None
    assert {enrollment["userId"] for enrollment in shown} == {"ada"}
    with pytest.raises(BadRequest):
        operations.list_own(table, student("bo"), 2, first.next_cursor)
