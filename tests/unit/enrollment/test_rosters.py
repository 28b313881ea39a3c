"""Rosters against a real DynamoDB API: who is listed, in which order, what is read for it, and who may."""

from collections.abc import Sequence
from math import ceil
from typing import Any

import pytest

from domain.audit import AuditEntry
from domain.enrollments.model import ACTIVE, COMPLETED, EnrollmentRecord, Position, shard_of
from domain.rosters.contacts import Contact
from enrollment import roster_rules
from enrollment.roster_rules import AuditContext, RosterEntry
from enrollment.store import RosterTable
from tests.unit.domain.test_enrollment_table import (
    COURSE,
    NOON,
    SHARDS,
    TEACHER,
    course_item,
    enroll,
    make_table,
    set_course,
    student,
    withdraw,
)
from tests.unit.emulator_fixture import Tables
from toolkit import clients
from toolkit.caller import Caller
from toolkit.cursor import Page
from toolkit.errors import Forbidden, NotFound


@pytest.fixture
def table(dynamodb_tables: Tables) -> RosterTable:
    """The table under test, with one published course."""
    return make_table(dynamodb_tables)


def put_records(tables: Tables, percentages: dict[str, float]) -> None:
    for user_id, percentage in percentages.items():
        record = EnrollmentRecord(user_id, COURSE, "Algebra", ACTIVE, NOON, NOON, percentage=percentage)
        tables.put(tables.progress, record.to_stored(SHARDS))


def roster_of(
    table: RosterTable, tables: Tables, limit: int, course_id: str = COURSE
) -> tuple[list[str], list[int]]:
    course = table.course_now(course_id)
    assert course is not None
    users: list[str] = []
    sizes: list[int] = []
    cursor: str | None = None
    while True:
        page = roster_rules.page_of(table, course, limit, cursor)
        users += [entry.user_id for entry in page.items]
        sizes.append(len(page.items))
        cursor = page.next_cursor
        if cursor is None:
            return users, sizes
        assert len(set(users)) == len(users), "a student is shown twice"


@pytest.mark.parametrize("limit", [1, 3, 5, 20, 100])
def test_a_roster_lists_each_student_once_by_percentage(
    table: RosterTable, dynamodb_tables: Tables, limit: int
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


def test_a_roster_cursor_works_after_its_student_has_left(
    table: RosterTable, dynamodb_tables: Tables
) -> None:
    put_records(dynamodb_tables, {f"s{number}": 50 for number in range(12)})
    course = table.course_now(COURSE)
    assert course is not None
    all_students, _ = roster_of(table, dynamodb_tables, 100)
    page = roster_rules.page_of(table, course, 5, None)
    withdraw(table, page.items[-1].user_id, COURSE)
    rest = roster_rules.page_of(table, course, 100, page.next_cursor)
    assert [entry.user_id for entry in rest.items] == all_students[5:]


def test_a_roster_shows_only_enrolled_students_of_the_course(
    table: RosterTable, dynamodb_tables: Tables
) -> None:
    dynamodb_tables.put(dynamodb_tables.courses, course_item(courseId="other"))
    set_course(dynamodb_tables, capacity=1)
    for user in ("ada", "bo", "cy"):
        enroll(table, user, COURSE)
    enroll(table, "di", "other")
    withdraw(table, "ada", COURSE)
    assert roster_of(table, dynamodb_tables, 20)[0] == ["bo"]
    assert roster_of(table, dynamodb_tables, 20, "other")[0] == ["di"]


def test_an_entry_has_the_dates_and_the_stored_percentage(
    table: RosterTable, dynamodb_tables: Tables
) -> None:
    """The index has no completed lessons to count: the course changes function keeps the percentage in line."""
    done = EnrollmentRecord(
        "ada", COURSE, "Algebra", COMPLETED, NOON, NOON, percentage=66.67, completed_at=NOON
    )
    dynamodb_tables.put(dynamodb_tables.progress, done.to_stored(SHARDS))
    course = table.course_now(COURSE)
    assert course is not None
    page = roster_rules.page_of(table, course, 20, None)
    assert [entry.to_api() for entry in page.items] == [
        {
            "userId": "ada",
            "status": "completed",
            "completionPercentage": 66.67,
            "enrolledAt": NOON,
            "lastActivityAt": NOON,
            "completedAt": NOON,
        }
    ]


@pytest.mark.parametrize(("limit", "most"), [(21, 4), (201, 8)])
@pytest.mark.parametrize("lessons", [1, 20, 200])
def test_a_page_costs_the_same_whatever_the_number_of_lessons(
    table: RosterTable,
    dynamodb_tables: Tables,
    monkeypatch: pytest.MonkeyPatch,
    limit: int,
    most: float,
    lessons: int,
) -> None:
    """A query costs half a read unit for each 4 KB of the entries that it reads, of all their attributes."""
    completed = frozenset(f"a-lesson-with-a-name-{number}" for number in range(lessons))
    for number in range(200):
        user_id = f"8e3c1f0a-5b7d-4c2e-9f61-{number:012d}"
        record = EnrollmentRecord(
            user_id,
            COURSE,
            "Algebra",
            COMPLETED,
            NOON,
            NOON,
            percentage=number / 2,
            completed=completed,
            positions={each: Position(NOON, 1234) for each in completed},
            completed_at=NOON,
        )
        dynamodb_tables.put(dynamodb_tables.progress, record.to_stored(SHARDS))
    reads = RosterReads(monkeypatch)
    assert len(table.roster(COURSE, None, limit)) == min(limit, 200)
    assert reads.units <= most


class RosterReads:
    """What queries of the roster asked for and were answered."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.queries = self.records = 0
        self.units = 0.0
        ask = clients.dynamodb().query

        def query(**parameters: Any) -> Any:
            answer = ask(**parameters)
            self.queries += 1
            self.records += len(answer["Items"])
            # The length of names and values: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/
            # CapacityUnitCalculations.html. An answer without a projection expression has all that was read.
            size = sum(
                len(name) + len(str(*value.values()))
                for each in answer["Items"]
                for name, value in each.items()
            )
            self.units += 0.5 * ceil(size / 4096)
            return answer

        monkeypatch.setattr(clients.dynamodb(), "query", query)


@pytest.mark.parametrize("limit", [30, 80])
def test_a_long_roster_reads_hardly_more_than_it_shows(
    table: RosterTable, dynamodb_tables: Tables, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("enrollment.store.READ_AT_ONCE", 10)
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
    table: RosterTable, dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("enrollment.store.READ_AT_ONCE", 3)
    ahead = [f"s{number}" for number in range(100) if shard_of(f"s{number}", SHARDS) == 2][:17]
    put_records(dynamodb_tables, {f"x{number}": 1 for number in range(9)} | dict.fromkeys(ahead, 99.0))
    users, sizes = roster_of(table, dynamodb_tables, 20)
    assert sorted(users[:17]) == sorted(ahead)
    assert sizes == [20, 6]


def test_who_sinks_while_a_shard_is_read_is_listed_once(
    table: RosterTable, dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("enrollment.store.READ_AT_ONCE", 2)
    users = [f"s{number}" for number in range(100) if shard_of(f"s{number}", SHARDS) == 1][:8]
    put_records(dynamodb_tables, {user: 90.0 - number for number, user in enumerate(users)})
    ask = clients.dynamodb().query

    def sinking(**parameters: Any) -> Any:
        answer = ask(**parameters)
        if any(
            item["userId"]["S"] == users[0] for item in answer["Items"]
        ):  # not before: shards are read at once
            put_records(dynamodb_tables, {users[0]: 10})  # an instructor added lessons
        return answer

    monkeypatch.setattr(clients.dynamodb(), "query", sinking)
    listed, _ = roster_of(table, dynamodb_tables, 20)
    assert listed == users


class Notes:
    """An audit trail, and contacts without any, to see in which order things happen."""

    def __init__(self, tables: Tables) -> None:
        self._calls = tables.calls
        self.noted: list[tuple[str, str, str]] = []
        self.queries_before: list[int] = []

    def record(self, entry: AuditEntry) -> None:
        self.noted.append((entry.action, entry.actor_id, entry.subject))
        self.queries_before.append(self._calls["Query"])

    def find(self, course_id: str, entries: Sequence[RosterEntry]) -> dict[str, Contact | None]:
        return {}


def test_who_may_read_a_roster_and_that_it_is_noted_first(
    table: RosterTable, dynamodb_tables: Tables
) -> None:
    other = Caller("other", "", frozenset({"instructors"}))
    admin = Caller("admin", "", frozenset({"administrators"}))
    notes = Notes(dynamodb_tables)

    def read(caller: Caller, *, as_table: bool = False) -> Page[dict[str, Any]]:
        context = AuditContext(caller, "request-1")
        return roster_rules.read(table, notes, notes, context, COURSE, 20, None, as_table=as_table)

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
    table: RosterTable, consistent_reads: list[bool]
) -> None:
    """Right after a publication, an eventually consistent read may still show the draft."""
    table.course_now(COURSE)
    assert consistent_reads == [True]


def test_only_who_may_be_removed_meanwhile_needs_the_course_of_now(
    table: RosterTable, dynamodb_tables: Tables, consistent_reads: list[bool]
) -> None:
    """A course with 200 lessons costs a dozen read units: the owner's next page takes it from memory."""
    partner = Caller("partner", "", frozenset({"instructors"}))
    notes = Notes(dynamodb_tables)

    def read(caller: Caller) -> None:
        context = AuditContext(caller, "request-1")
        roster_rules.read(table, notes, notes, context, COURSE, 20, None, as_table=False)

    set_course(dynamodb_tables, staff={"partner"})
    consistent_reads.clear()
    for _ in range(2):
        read(TEACHER)
    assert consistent_reads == [False]
    read(partner)
    assert consistent_reads == [False, True]
    set_course(dynamodb_tables, staff=None)
    with pytest.raises(Forbidden):
        read(partner)
