"""Passes through large rosters: slices, throttling, edits in between, and interruptions, with a real DynamoDB API."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ClientError

from domain.courses import Course
from domain.enrollments.model import EnrollmentRecord, percentage_of
from followups import store as followups_table
from followups.pass_rules import SLICE_SECONDS, Passes
from followups.pass_store import PassTable, is_pass, key_of, slice_of
from followups.rules import follow
from followups.store import CourseChangeTable
from tests.unit.emulator_fixture import Tables
from tests.unit.followups.test_course_changes import LESSON, NOON, School
from toolkit import clients
from toolkit.dynamo import to_item
from toolkit.errors import Unavailable
from toolkit.retries import Retries
from toolkit.streams import TryAgain

STUDENTS = 40
LONG_AGO = "2026-01-01T00:00:00.000Z"


class Stopwatch:
    """A clock that only moves with the pages of a pass."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class SlowTable(CourseChangeTable):
    """The table; each page takes as long as a slice may last, divided by `pages_in_a_slice`."""

    pages_in_a_slice = 3

    def set_clock(self, clock: Stopwatch) -> None:
        self.clock = clock

    def rewrite_all(self, records: Sequence[EnrollmentRecord], course: Course, retries: Retries) -> int:
        changed = super().rewrite_all(records, course, retries)
        self.clock.now += SLICE_SECONDS / self.pages_in_a_slice
        return changed


class LargeSchool(School):
    """A course whose pass takes several slices."""

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables)
        self.clock = Stopwatch()
        self.slow = SlowTable(
            courses_table=tables.courses,
            progress_table=tables.progress,
            profiles_table=tables.profiles,
            shards=3,
        )
        self.slow.set_clock(self.clock)
        self.items = PassTable(tables.courses)

    def call(self, *, seconds: float = 10 * SLICE_SECONDS) -> Passes:
        """What one call of the function works with."""
        return Passes(self.slow, self.items, seconds, self.clock)

    def deliver(
        self, before: Course, after: Course | None = None, *, seconds: float = 10 * SLICE_SECONDS
    ) -> None:
        follow(self.call(seconds=seconds), before, after or Course.from_stored(self.item))

    def item_of_pass(self) -> dict[str, Any] | None:
        return self.tables.get(self.tables.courses, key_of("c-1"))

    def next_slice(self) -> None:
        item = self.item_of_pass()
        assert item is not None
        self.call().go_on("c-1", item["slice"])

    def finish(self) -> int:
        """What the stream does: it calls the function with every change of the pass. How many slices that took."""
        slices = 0
        while self.item_of_pass() is not None:
            self.next_slice()
            slices += 1
            assert slices < 50, "the pass does not end"
        return slices

    def is_in_line(self) -> bool:
        lessons = self.item["lessons"]
        records = [EnrollmentRecord.from_stored(self.stored(f"s-{number}")) for number in range(STUDENTS)]
        return all(
            (record.percentage, record.course_title)
            == (percentage_of(record.completed, lessons), self.item["title"])
            for record in records
        )


@pytest.fixture
def school(dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch) -> LargeSchool:
    """A course with students who enrolled, completed, or wait, read four at a time."""
    monkeypatch.setattr(followups_table, "_PAGE", 4)
    school = LargeSchool(dynamodb_tables)
    for number in range(STUDENTS):
        if number % 8 == 7:
            school.student(f"s-{number}", status="waitlisted", waitlisted_at=NOON)
        else:
            school.student(f"s-{number}", *("one", "two")[: number % 3])
    return school


def more_lessons(school: School, count: int) -> dict[str, Any]:
    return {**school.item["lessons"], **{f"more-{number}": LESSON for number in range(count)}}


def test_a_pass_that_is_longer_than_a_slice_goes_on_where_it_was(school: LargeSchool) -> None:
    school.edit(lessons=more_lessons(school, 1))
    assert not school.is_in_line()
    school.tables.calls.clear()
    assert school.finish() > 2
    assert school.is_in_line()
    assert school.tables.calls["UpdateItem"] < STUDENTS + 10, "no slice began from the first page"


def test_a_pass_within_a_slice_leaves_nothing_behind(school: LargeSchool) -> None:
    school.slow.pages_in_a_slice = 1000
    school.edit(lessons=more_lessons(school, 1))
    assert school.is_in_line()
    assert school.item_of_pass() is None


def test_several_edits_in_one_batch_need_one_pass(school: LargeSchool) -> None:
    school.slow.pages_in_a_slice = 1000
    states = [Course.from_stored(school.item)]
    for number in range(4):
        school.edit(lessons=more_lessons(school, number), deliver=False)
        states.append(Course.from_stored(school.item))
    passes = school.call()
    follow(passes, states[0], states[2])
    assert school.is_in_line()
    school.tables.calls.clear()
    for before, after in pairwise(states):
        follow(passes, before, after)
    assert not school.tables.calls


def test_an_edit_during_a_pass_starts_no_second_one_and_is_not_forgotten(school: LargeSchool) -> None:
    school.edit(lessons=more_lessons(school, 1))
    school.next_slice()
    school.tables.calls.clear()
    school.edit(lessons=more_lessons(school, 3), title="Algebra II")
    assert school.tables.calls["Query"] == 0
    school.finish()
    assert school.is_in_line()


@pytest.mark.parametrize("every", [2, 3])
def test_throttled_writes_and_reads_are_repeated(
    school: LargeSchool, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    school.slow.pages_in_a_slice = 1000
    real, calls = clients.dynamodb(), [0]

    class Throttling:
        def __getattr__(self, name: str) -> Any:
            call = getattr(real, name)
            if name not in ("update_item", "query", "batch_get_item", "get_item"):
                return call

            def throttled(**arguments: Any) -> Any:
                calls[0] += 1
                if arguments.get("TableName") != school.tables.courses and calls[0] % every:
                    error: Any = {"Error": {"Code": "ProvisionedThroughputExceededException"}}
                    raise ClientError(error, name)
                return call(**arguments)

            return throttled

    monkeypatch.setattr(clients, "dynamodb", Throttling)
    school.edit(lessons=more_lessons(school, 1))
    monkeypatch.setattr(clients, "dynamodb", lambda: real)
    assert school.is_in_line()


def test_a_slice_that_is_delivered_twice_is_done_once(school: LargeSchool) -> None:
    school.edit(lessons=more_lessons(school, 1))
    item = school.item_of_pass()
    assert item is not None
    school.call().go_on("c-1", item["slice"])
    school.tables.calls.clear()
    school.call().go_on("c-1", item["slice"])
    assert dict(school.tables.calls) == {"GetItem": 1}


def test_a_slice_that_gets_nothing_done_fails_and_is_repeated(
    school: LargeSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then Lambda repeats the change, and gives it to an operator in the end."""
    school.edit(lessons=more_lessons(school, 1))
    item = school.item_of_pass()
    monkeypatch.setattr("followups.pass_rules.SLICE_SECONDS", 0.05)
    with monkeypatch.context() as failing:
        failing.setattr(school.slow, "course_now", _unavailable)
        with pytest.raises(Unavailable):
            school.next_slice()
    assert school.item_of_pass() == item
    monkeypatch.setattr("followups.pass_rules.SLICE_SECONDS", SLICE_SECONDS)
    school.finish()
    assert school.is_in_line()


def test_a_slice_that_is_throttled_to_its_end_keeps_what_it_did(
    school: LargeSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.slow.pages_in_a_slice = 1_000_000
    monkeypatch.setattr("followups.pass_rules.SLICE_SECONDS", 2.0)
    read, pages = school.slow.course_now, [0]

    def throttled_from_the_fourth_page_on(course_id: str, _: Retries) -> Course | None:
        pages[0] += 1
        if pages[0] > 3:
            raise Unavailable
        return read(course_id)

    with monkeypatch.context() as failing:
        failing.setattr(school.slow, "course_now", throttled_from_the_fourth_page_on)
        school.edit(lessons=more_lessons(school, 1))
    assert school.item_of_pass() is not None
    school.tables.calls.clear()
    school.finish()
    assert school.is_in_line()
    assert school.tables.calls["UpdateItem"] < STUDENTS - 4


def test_a_pass_that_was_given_up_is_taken_up_by_the_next_edit(school: LargeSchool) -> None:
    school.edit(lessons=more_lessons(school, 1))
    first = school.item_of_pass()
    school.tables.set(school.tables.courses, key_of("c-1"), touchedAt=LONG_AGO)
    school.edit(title="Algebra II")
    second = school.item_of_pass()
    assert first is not None
    assert second is not None
    assert slice_of(first, second) == ("c-1", second["slice"])
    school.finish()
    assert school.is_in_line()


def test_a_call_without_time_left_hands_the_pass_on(school: LargeSchool) -> None:
    """A batch may have edits of a hundred large courses."""
    before = Course.from_stored(school.item)
    school.edit(lessons=more_lessons(school, 1), deliver=False)
    school.deliver(before, seconds=0)
    assert school.item_of_pass() is not None
    school.finish()
    assert school.is_in_line()


def test_a_course_that_is_hidden_during_a_pass_ends_it(school: LargeSchool) -> None:
    school.edit(lessons=more_lessons(school, 1))
    school.edit(status="draft", publishedAt=f"{NOON}#c-1", deliver=False)
    school.next_slice()
    assert school.item_of_pass() is None


def test_only_a_change_of_the_slice_calls_for_work(school: LargeSchool) -> None:
    school.edit(lessons=more_lessons(school, 1))
    first = school.item_of_pass()
    school.edit(title="Algebra II")
    second = school.item_of_pass()
    assert first is not None
    assert second is not None
    assert is_pass(second)
    assert "createdAt" in first, (
        "the filter of the function asks for it: education/functions/event_functions.py"
    )
    assert not is_pass(school.item)
    assert slice_of(first, second) is None, "an edit has only asked for the pass"


def test_who_is_promoted_during_a_pass_is_not_left_behind(school: LargeSchool) -> None:
    """The waitlist is read first, so the student is either still there or among the students who are read later."""
    school.slow.pages_in_a_slice = 6
    school.edit(lessons=more_lessons(school, 1), title="Algebra II")
    for number in range(7, STUDENTS, 8):
        record = EnrollmentRecord.from_stored(school.stored(f"s-{number}"))
        promoted = record.changed(status="active", waitlisted_at=None)
        school.tables.put(school.tables.progress, promoted.to_stored(3))
    school.finish()
    assert school.is_in_line()


def _unavailable(*_: object) -> None:
    raise Unavailable


def test_a_pass_whose_beginning_was_interrupted_goes_on(
    school: LargeSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The item was made, but not the change of it that calls the function. Lambda sends the edit again."""
    before = Course.from_stored(school.item)
    school.edit(lessons=more_lessons(school, 1), deliver=False)
    update = PassTable._update

    def fail_at_second(table: PassTable, course_id: str, expression: str, *rest: Any) -> None:
        if expression == "ADD #slice :one":
            raise TryAgain
        update(table, course_id, expression, *rest)

    with monkeypatch.context() as interruption:
        interruption.setattr(PassTable, "_update", fail_at_second)
        with pytest.raises(TryAgain):
            school.deliver(before)
    made = school.item_of_pass()
    school.deliver(before)
    item = school.item_of_pass()
    assert made is not None
    assert item is not None
    assert slice_of(made, item) == ("c-1", item["slice"]), "the stream calls the function"
    school.finish()
    assert school.is_in_line()


def test_a_forgotten_pass_that_ends_at_this_moment_is_not_made_again_in_part(
    school: LargeSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.edit(lessons=more_lessons(school, 1))
    school.tables.set(school.tables.courses, key_of("c-1"), touchedAt=LONG_AGO)
    update = school.items._update

    def end_in_between(course_id: str, expression: str, *rest: Any) -> None:
        if expression.startswith("ADD #asked :one, #slice"):
            school.tables.client.delete_item(TableName=school.tables.courses, Key=to_item(key_of("c-1")))
        update(course_id, expression, *rest)

    monkeypatch.setattr(school.items, "_update", end_in_between)
    assert not school.items.join("c-1", NOON, NOON)
    assert school.item_of_pass() is None
