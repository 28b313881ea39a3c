"""The rules of progress: whatever the order in which updates arrive, the record ends up the same."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.courses import ARCHIVED, DRAFT, PUBLISHED, Course, Lesson
from domain.enrollments.model import (
    ACTIVE,
    COMPLETED,
    EnrollmentRecord,
    Position,
    percentage_of,
)
from domain.enrollments.views import progress_view
from domain.people.tombstones import Erased
from domain.permissions import NO_SUCH_COURSE
from progress import rules
from progress.activities import Activity, activity_of
from progress.rules import apply
from tests.unit.domain.test_enrollment_rules import NoPauses
from toolkit.caller import Caller
from toolkit.clock import to_text
from toolkit.errors import BadRequest, NotFound

COURSE = "course-1"
ENROLLED_AT = "2026-01-01T12:00:00.000Z"
NOW = "2026-06-01T12:00:00.000Z"
ADA = Caller("ada", "", frozenset({"students"}))
LESSONS = ("one", "two", "three")

times = st.integers(0, 20).map(lambda minute: f"2026-03-01T12:{minute:02}:00.000Z")
activities = st.builds(
    Activity,
    lesson_id=st.sampled_from(LESSONS),
    at=times,
    seconds=st.one_of(st.none(), st.integers(0, 5)),
    completed=st.booleans(),
)


def make_course(lesson_ids: tuple[str, ...] = LESSONS, status: str = PUBLISHED) -> Course:
    lessons = tuple(
        Lesson(name, name, "video", False, number, f"public/{name}") for number, name in enumerate(lesson_ids)
    )
    return Course(
        course_id=COURSE,
        title="Algebra",
        summary="",
        status=status,
        owner_id="teacher",
        version=1,
        lessons=lessons,
        created_at=ENROLLED_AT,
        updated_at=ENROLLED_AT,
        published_at=ENROLLED_AT,
    )


def make_record(status: str = ACTIVE) -> EnrollmentRecord:
    return EnrollmentRecord("ada", COURSE, "Algebra", status, ENROLLED_AT, ENROLLED_AT)


class Memory:
    """A store with one student in one course, where something else may happen before each write."""

    def __init__(self, course: Course | None, record: EnrollmentRecord | None) -> None:
        self.now_course = course
        self.cached: Course | None = course
        self.stored = record
        self.items: dict[str, Position] = {}
        self.erased = False
        self.meanwhile: list[Callable[[], None]] = []
        self.fresh_reads = 0
        self.line = 0

    def waiting_before(self, record: EnrollmentRecord, at_most: int) -> int:
        return min(self.line, at_most)

    def recent_course(self, course_id: str) -> tuple[Course | None, bool]:
        return (self.cached, False) if self.cached else (self.now_course, True)

    def course(self, course_id: str) -> Course | None:
        self.fresh_reads += 1
        return self.now_course

    def load(self, user_id: str, course_id: str) -> tuple[Course | None, EnrollmentRecord | None]:
        return self.now_course, self.stored

    def record(self, user_id: str, course_id: str) -> EnrollmentRecord | None:
        return self.stored

    def positions(self, user_id: str, course_id: str) -> dict[str, Position]:
        return dict(self.items)

    def advance(self, user_id: str, course_id: str, lesson_id: str, position: Position) -> bool:
        self._cut_in()
        if lesson_id in self.items:
            self.items[lesson_id] = max(position, self.items[lesson_id])
        return lesson_id in self.items

    def begin(self, record: EnrollmentRecord, lesson_id: str, position: Position) -> bool:
        self._cut_in()
        if self.erased:
            raise Erased
        if lesson_id in self.items or self.stored is None or self.stored.revision != record.revision:
            return False
        self.items[lesson_id] = position
        self.stored = record.changed(activity_at=max(record.activity_at, position.at))
        return True

    def save(self, before: EnrollmentRecord, after: EnrollmentRecord) -> bool:
        self._cut_in()
        if self.stored is None or self.stored.revision != before.revision:
            return False
        self.stored = after
        return True

    def essence(self) -> tuple[object, ...]:
        """What has to be the same whatever the order; the revision only counts the writes."""
        assert self.stored is not None
        record = self.stored.with_positions(self.items)
        return (
            record.status,
            record.completed,
            dict(record.positions),
            record.percentage,
            record.last_activity_at,
            record.completed_at,
        )

    def _cut_in(self) -> None:
        if self.meanwhile:
            self.meanwhile.pop()()


def send(store: Memory, activity: Activity, now: str = NOW) -> dict[str, object]:
    return rules.update(store, ADA, COURSE, activity, now, NoPauses())


@given(st.data(), st.lists(activities, min_size=1, max_size=12))
@settings(max_examples=150, deadline=None)
def test_late_repeated_and_reordered_updates_end_in_the_same_record(
    data: st.DataObject, sent: list[Activity]
) -> None:
    repeated = sent + data.draw(st.lists(st.sampled_from(sent), max_size=5))
    one, other = Memory(make_course(), make_record()), Memory(make_course(), make_record())
    for activity in sent:
        send(one, activity)
    for activity in data.draw(st.permutations(repeated)):
        send(other, activity)
    assert one.essence() == other.essence()


@given(st.lists(activities, min_size=2, max_size=8))
@settings(max_examples=100, deadline=None)
def test_updates_that_cut_into_each_other_lose_nothing(sent: list[Activity]) -> None:
    calm, busy = Memory(make_course(), make_record()), Memory(make_course(), make_record())
    for activity in sent:
        send(calm, activity)

    def rest(number: int) -> None:
        if number < len(sent):
            # The next device's update happens in the middle of this one.
            busy.meanwhile = [lambda: rest(number + 1)]
            send(busy, sent[number])
            if busy.meanwhile:
                busy.meanwhile.pop()()

    rest(0)
    assert calm.essence() == busy.essence()


class Learning(RuleBasedStateMachine):
    """One student learns while the instructor adds and removes lessons."""

    @initialize()
    def enroll(self) -> None:
        self.store = Memory(make_course(), make_record())
        self.done: set[str] = set()
        self.positions: dict[str, tuple[str, int]] = {}
        self.completed_at: str | None = None
        self.clock = 0

    @property
    def lessons(self) -> tuple[str, ...]:
        assert self.store.now_course is not None
        return tuple(lesson.lesson_id for lesson in self.store.now_course.lessons)

    @precondition(lambda self: self.lessons)
    @rule(data=st.data(), at=times, seconds=st.one_of(st.none(), st.integers(0, 5)), completed=st.booleans())
    def student_learns(self, data: st.DataObject, at: str, seconds: int | None, completed: bool) -> None:
        lesson_id = data.draw(st.sampled_from(self.lessons))
        self.clock += 1
        now = f"2026-06-01T12:{self.clock:02}:00.000Z"
        shown = send(self.store, Activity(lesson_id, at, seconds, completed), now)
        if completed:
            self.done.add(lesson_id)
        if seconds is not None:
            self.positions[lesson_id] = max((at, seconds), self.positions.get(lesson_id, ("", 0)))
        reaches_the_end = completed and self.done.issuperset(self.lessons)
        if reaches_the_end and self.completed_at is None:
            self.completed_at = now
        assert shown["completedLessons"] == [lesson for lesson in self.lessons if lesson in self.done]
        assert shown["positions"] == {
            lesson: self.positions[lesson][1] for lesson in self.lessons if lesson in self.positions
        }

    @rule(lesson_ids=st.sets(st.sampled_from(("one", "two", "three", "four"))))
    def instructor_changes_the_lessons(self, lesson_ids: set[str]) -> None:
        self.store.now_course = self.store.cached = make_course(tuple(sorted(lesson_ids)))

    @invariant()
    def percentage_says_what_the_set_says(self) -> None:
        shown = rules.read(self.store, ADA, COURSE)
        done = len(self.done.intersection(self.lessons))
        expected = round(100 * done / len(self.lessons), 2) if self.lessons else 0
        assert shown["completionPercentage"] == expected

    @invariant()
    def completion_happens_once_and_stays(self) -> None:
        shown = rules.read(self.store, ADA, COURSE)
        assert shown.get("completedAt") == self.completed_at
        assert shown["status"] == (COMPLETED if self.completed_at else ACTIVE)


Learning.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestLearning = Learning.TestCase


@pytest.mark.parametrize(
    ("done", "total", "percentage"),
    [(0, 0, 0), (0, 3, 0), (1, 3, 33.33), (2, 3, 66.67), (3, 3, 100), (29_999, 30_000, 99.99)],
)
def test_percentages_have_two_decimals_and_100_means_all(done: int, total: int, percentage: float) -> None:
    lessons = [f"l{number}" for number in range(total)]
    assert percentage_of({*lessons[:done], "removed"}, lessons) == percentage


@pytest.mark.parametrize("body", [{}, {"completed": False}])
def test_what_tells_of_no_learning_changes_nothing(body: dict[str, Any]) -> None:
    before = make_record()
    assert apply(before, activity_of("one", None, None, NOW, body), frozenset({"one"}), NOW) is before


def test_a_clock_that_is_ahead_counts_as_now() -> None:
    assert activity_of("one", "2999-01-01T00:00:00.000Z", None, NOW, {"positionSeconds": 3}).at == NOW
    assert activity_of("one", None, None, NOW, {}).at == NOW
    assert activity_of("one", ENROLLED_AT, None, NOW, {}).at == ENROLLED_AT


@pytest.mark.parametrize("year", [1970, 2020, 2026, 2999, 9998])
@pytest.mark.parametrize("age", [0, 1, 90, 86_400, 366 * 86_400])
def test_a_device_that_sends_its_clock_may_have_any_time(year: int, age: int) -> None:
    sent = datetime(year, 6, 1, 12, 0, 0, 500_000, tzinfo=UTC)
    occurred = to_text(sent - timedelta(seconds=age))
    expected = to_text(datetime.fromisoformat(NOW) - timedelta(seconds=age))
    assert activity_of("one", occurred, to_text(sent), NOW, {}).at == expected


def test_a_clock_that_was_just_set_is_never_in_the_future() -> None:
    assert activity_of("one", in_1970(10), in_1970(0), NOW, {}).at == NOW
    assert activity_of("one", None, in_1970(0), NOW, {}).at == NOW


@pytest.mark.parametrize(
    ("occurred_at", "sent_at", "sentence"),
    [
        ("1970-01-01T00:00:10.001Z", "1970-01-01T00:00:00.000Z", "not be later than sentAt"),
        ("9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z", "not be later than sentAt"),
        ("0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "not be more than 366 days before sentAt"),
        ("1970-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z", "not be more than 366 days before sentAt"),
    ],
)
def test_times_that_no_clock_shows_are_refused(occurred_at: str, sent_at: str, sentence: str) -> None:
    with pytest.raises(BadRequest, match=f"occurredAt must {sentence}") as refused:
        activity_of("one", occurred_at, sent_at, NOW, {})
    assert [error.field for error in refused.value.errors] == ["occurredAt"]


def in_1970(seconds: int) -> str:
    return f"1970-01-01T00:00:{seconds:02}.000Z"


def test_an_update_that_adds_nothing_writes_nothing() -> None:
    activity = Activity("one", NOW, 5, True)
    once = apply(make_record(), activity, frozenset(LESSONS), NOW)
    assert apply(once, activity, frozenset(LESSONS), NOW) is once


def test_a_lesson_younger_than_the_cached_course_is_found() -> None:
    store = Memory(make_course(), make_record())
    store.cached = make_course(("two",))
    assert send(store, Activity("one", NOW, 7))["positions"] == {"one": 7}
    assert store.fresh_reads == 1


def test_a_course_that_was_read_now_is_not_read_again() -> None:
    store = Memory(make_course(), make_record())
    store.cached = None
    with pytest.raises(NotFound, match="lesson"):
        send(store, Activity("nine", NOW, 7))
    assert store.fresh_reads == 0


@pytest.mark.parametrize("activity", [Activity("nine", NOW, 7), Activity("nine", NOW, None, True)])
def test_an_unknown_lesson_is_not_found(activity: Activity) -> None:
    with pytest.raises(NotFound, match="lesson"):
        send(Memory(make_course(), make_record()), activity)


def test_enrolled_students_go_on_in_an_archived_course() -> None:
    store = Memory(make_course(status=ARCHIVED), make_record())
    assert send(store, Activity("one", NOW, None, True))["completionPercentage"] == 33.33


def test_positions_and_completions_of_removed_lessons_are_kept_but_not_shown() -> None:
    record = replace(
        make_record(), completed=frozenset({"one", "gone"}), positions={"gone": Position(NOW, 9)}
    )
    shown = progress_view(record, make_course())
    assert shown["completedLessons"] == ["one"]
    assert shown["positions"] == {}
    assert progress_view(record, make_course(("gone",)))["completionPercentage"] == 100


@pytest.mark.parametrize("seconds", [None, 5])
def test_lessons_of_a_draft_are_neither_moved_in_nor_completed(seconds: int | None) -> None:
    """A guessed lesson gets the same answer as a wrong guess, from enrolled students and from others."""
    for record in (make_record(), None):
        store = Memory(make_course(status=DRAFT), record)
        for lesson_id in ("one", "guess"):
            with pytest.raises(NotFound, match=NO_SUCH_COURSE):
                send(store, Activity(lesson_id, NOW, seconds, completed=seconds is None))
        assert store.stored is record


def test_progress_in_a_draft_is_what_was_stored() -> None:
    record = replace(
        make_record(),
        completed=frozenset({"one", "old"}),
        positions={"two": Position(NOW, 7)},
        percentage=33.33,
    )
    shown = rules.read(Memory(make_course(("one", "new"), DRAFT), record), ADA, COURSE)
    assert (shown["completedLessons"], shown["positions"]) == (["old", "one"], {"two": 7})
    assert shown["completionPercentage"] == 33.33


def test_a_course_that_was_just_published_takes_positions_at_once() -> None:
    store = Memory(make_course(), make_record())
    store.cached = make_course(status=DRAFT)
    assert send(store, Activity("one", NOW, 5))["positions"] == {"one": 5}
