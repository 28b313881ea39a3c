"""The rules of seats and waitlists, against a simple model, with other requests cutting in anywhere."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.courses import ARCHIVED, DRAFT, PUBLISHED
from domain.enrollments import rules as enrollments
from domain.enrollments import withdrawals
from domain.enrollments.admission import Admission
from domain.enrollments.guards import Guard
from domain.enrollments.model import ACTIVE, COMPLETED, WAITLISTED, WITHDRAWN, EnrollmentRecord
from domain.enrollments.seats import Refusal, SeatChange
from domain.rosters.contacts import Contact
from toolkit import clock
from toolkit.errors import Conflict, NotFound
from toolkit.retries import Retries

T = TypeVar("T")
COURSE = "course-1"
NOON = "2026-01-01T12:00:00.000Z"


def make_course(**fields: object) -> Admission:
    values: dict[str, object] = {"course_id": COURSE, "title": "Algebra", "status": PUBLISHED, "version": 1}
    return Admission(**{**values, **fields})  # type: ignore[arg-type]


class Memory:
    """A store whose commits are atomic, and in which something else may happen before each of them.

    `from_stream` is what the stream says of changes that no counter has counted.
    """

    def __init__(self, course: Admission | None) -> None:
        self.now_course = course
        self.from_stream = 0
        self.counted_ids: frozenset[str] = frozenset()
        self.cached = course
        self.records: dict[str, EnrollmentRecord] = {}
        self.meanwhile: list[Callable[[], None]] = []
        self.index_is_late = False
        self.commits: list[SeatChange] = []

    def arriving(self, user_id: str, course_id: str) -> tuple[Admission | None, Contact | None]:
        return self.cached, self.contacts([user_id]).get(user_id)

    def contacts(self, user_ids: Sequence[str]) -> Mapping[str, Contact | None]:
        return {user_id: Contact(user_id.title(), "") for user_id in user_ids}

    def recent_counted_ids(self, course_id: str) -> frozenset[str]:
        return self.counted_ids

    def load(self, user_id: str, course_id: str) -> tuple[Admission | None, EnrollmentRecord | None]:
        return self.now_course, self.records.get(user_id)

    def first_waiting(self, course_id: str) -> EnrollmentRecord | None:
        if self.index_is_late:
            return None
        waiting = [record for record in self.records.values() if record.status == WAITLISTED]
        return min(waiting, key=lambda record: record.waitlisted_at or "", default=None)

    def commit(self, change: SeatChange) -> Refusal | None:
        if self.meanwhile:
            self.meanwhile.pop()()
        course = self.now_course
        found = {
            record.user_id: self.records[record.user_id]
            for record in change.records
            if record.user_id in self.records and self.records[record.user_id].revision != record.revision - 1
        }
        missing = any(record.revision > 1 and record.user_id not in self.records for record in change.records)
        if found or missing:
            return Refusal(found)
        if change.guard is not None and (course is None or not change.guard.is_met(course, change.now)):
            return Refusal()
        if change.seen is not None and (course is None or change.seen.version != course.version):
            return Refusal()
        self.write(change)
        return None

    def write(self, change: SeatChange) -> None:
        """Write the records and the counters, and let the stream see what no counter has counted."""
        self.commits.append(change)
        for record in change.records:
            before = self.records.get(record.user_id)
            if record.left_to_stream:
                self.from_stream += record.is_enrolled - (before is not None and before.is_enrolled)
        self.records.update({record.user_id: record for record in change.records})
        if change.guard is None:
            assert (change.seats, change.waiting) == (0, 0)
        elif self.now_course is not None:
            self.now_course = replace(
                self.now_course,
                seats_taken=self.now_course.seats_taken + change.seats,
                waitlisted=self.now_course.waitlisted + change.waiting,
                queue_until=change.queue_until or self.now_course.queue_until,
            )

    def set_capacity(self, capacity: int | None) -> None:
        """An instructor changes the capacity. Before the students are counted, no request is left that has read the
        course without a capacity."""
        assert self.now_course is not None
        taken = self.now_course.seats_taken
        if capacity is not None:
            taken, self.from_stream = taken + self.from_stream, 0
        self.now_course = replace(self.now_course, capacity=capacity, seats_taken=taken)
        if self.cached is not None and self.cached.capacity is None:
            self.cached = self.now_course


class NoPauses(Retries):
    """Retries without pauses; a step that needs too many is a defect."""

    def until_answer(self, step: Callable[[], T | None]) -> T:
        for _ in range(50):
            answer = step()
            if answer is not None:
                return answer
        raise AssertionError("it never ends")


def enroll(store: Memory, user: str, now: str = NOON) -> tuple[EnrollmentRecord, bool]:
    return enrollments.enroll(store, user, COURSE, now, NoPauses())


def withdraw(store: Memory, user: str, now: str = NOON) -> None:
    withdrawals.withdraw(store, user, COURSE, now, NoPauses())


class School(RuleBasedStateMachine):
    """One course, a handful of students, an instructor who changes the capacity."""

    users = st.sampled_from(["ada", "bo", "cy", "di", "ed", "flo"])

    @initialize(capacity=st.one_of(st.none(), st.integers(1, 3)))
    def open_course(self, capacity: int | None) -> None:
        self.store = Memory(make_course(capacity=capacity))
        self.seats_before = 0
        self.clock = 0

    def now(self) -> str:
        # Slowly enough for the limit of domain.enrollments.model, which has tests of its own.
        self.clock += 1
        return clock.to_text(datetime.fromisoformat(NOON) + timedelta(minutes=11 * self.clock))

    def cut_in(self, other: str | None, leaves: bool) -> None:
        """Have another student's whole request happen just before the next commit."""
        self.store.meanwhile = []
        if other is None:
            return

        def request() -> None:
            if not leaves:
                enroll(self.store, other, self.now())
            elif other in self.store.records:
                withdraw(self.store, other, self.now())

        self.store.meanwhile = [request]

    @rule(user=users, other=st.one_of(st.none(), users), leaves=st.booleans(), stale=st.booleans())
    def student_enrolls(self, user: str, other: str | None, leaves: bool, stale: bool) -> None:
        if not stale:
            self.store.cached = self.store.now_course
        before = self.store.records.get(user)
        self.cut_in(None if other == user else other, leaves)
        record, is_new = enroll(self.store, user, self.now())
        assert self.store.records[user] == record
        assert record.status in (ACTIVE, WAITLISTED)
        assert is_new == (before is None or before.status == WITHDRAWN)
        assert enroll(self.store, user, self.now()) == (record, False)

    @precondition(lambda self: self.store.records)
    @rule(data=st.data(), other=st.one_of(st.none(), users), leaves=st.booleans())
    def student_withdraws(self, data: st.DataObject, other: str | None, leaves: bool) -> None:
        user = data.draw(st.sampled_from(sorted(self.store.records)))
        self.cut_in(None if other == user else other, leaves)
        withdraw(self.store, user, self.now())
        assert self.store.records[user].status == WITHDRAWN
        withdraw(self.store, user, self.now())

    @rule(capacity=st.one_of(st.none(), st.integers(1, 3)))
    def instructor_changes_capacity(self, capacity: int | None) -> None:
        self.store.set_capacity(capacity)
        withdrawals.fill_seats(self.store, COURSE, self.now(), NoPauses())

    @invariant()
    def counters_say_what_the_records_say(self) -> None:
        course = self.store.now_course
        assert course is not None
        statuses = [record.status for record in self.store.records.values()]
        enrolled = sum(status in (ACTIVE, COMPLETED) for status in statuses)
        assert course.seats_taken + self.store.from_stream == enrolled
        if course.capacity is not None:
            assert self.store.from_stream == 0
        assert course.waitlisted == statuses.count(WAITLISTED)

    @invariant()
    def no_seat_too_many(self) -> None:
        course = self.store.now_course
        assert course is not None
        # Lowering the capacity removes no student, but from then on the number only falls.
        taken = course.seats_taken + self.store.from_stream
        assert course.capacity is None or taken <= max(course.capacity, self.seats_before)
        self.seats_before = taken

    @invariant()
    def no_seat_lost(self) -> None:
        course = self.store.now_course
        assert course is not None
        assert not Guard.PROMOTE.is_met(course, NOON)


School.TestCase.settings = settings(max_examples=100, stateful_step_count=25, deadline=None)
TestSchool = School.TestCase


def test_waiting_students_are_promoted_in_the_order_in_which_they_joined() -> None:
    store = Memory(make_course(capacity=1))
    for minute, user in enumerate(["ada", "bo", "cy"]):
        enroll(store, user, f"2026-01-01T12:0{minute}:00.000Z")
    assert [store.records[user].status for user in ("ada", "bo", "cy")] == [ACTIVE, WAITLISTED, WAITLISTED]
    withdraw(store, "ada")
    assert [store.records[user].status for user in ("bo", "cy")] == [ACTIVE, WAITLISTED]
    enroll(store, "ada", "2026-01-01T12:09:00.000Z")
    withdraw(store, "bo")
    assert [store.records[user].status for user in ("cy", "ada")] == [ACTIVE, WAITLISTED]


def test_a_seat_is_handed_over_in_one_step() -> None:
    store = Memory(make_course(capacity=1))
    enroll(store, "ada")
    enroll(store, "bo")
    store.commits.clear()
    withdraw(store, "ada")
    assert [change.guard for change in store.commits] == [Guard.WITHDRAW_AND_PROMOTE]
    assert store.records["bo"].status == ACTIVE


def test_a_seat_that_became_one_too_few_in_between_is_handed_over() -> None:
    store = Memory(make_course())
    for user in ("ada", "bo"):
        enroll(store, user)
    # Two seats are taken, one too many by now, and a third student waits.
    store.set_capacity(1)
    store.cached = store.now_course
    enroll(store, "cy")
    store.meanwhile = [lambda: withdraw(store, "bo")]
    withdraw(store, "ada")
    assert store.records["cy"].status == ACTIVE


def test_the_seat_becomes_free_while_the_index_is_too_late() -> None:
    store = Memory(make_course(capacity=1))
    enroll(store, "ada")
    enroll(store, "bo")
    store.index_is_late = True
    withdraw(store, "ada")
    assert store.now_course is not None
    assert (store.now_course.seats_taken, store.now_course.waitlisted) == (0, 1)
    store.index_is_late = False
    # The next who comes waits behind those who wait, and takes them along.
    record, is_new = enroll(store, "cy", "2026-01-01T13:00:00.000Z")
    assert (record.status, is_new) == (WAITLISTED, True)
    assert store.records["bo"].status == ACTIVE


def test_enrolling_again_continues_with_the_progress() -> None:
    store = Memory(make_course())
    store.counted_ids = frozenset({"one"})
    first, _ = enroll(store, "ada")
    store.records["ada"] = replace(
        first, completed=frozenset({"one"}), percentage=100, completed_at=NOON, status=COMPLETED
    )
    withdraw(store, "ada")
    assert store.records["ada"].percentage == 100
    again, is_new = enroll(store, "ada", "2026-02-01T12:00:00.000Z")
    assert is_new
    assert (again.status, again.completed, again.enrolled_at) == (COMPLETED, frozenset({"one"}), NOON)


@pytest.mark.parametrize("status", [DRAFT, ARCHIVED])
def test_only_published_courses_take_students(status: str) -> None:
    store = Memory(make_course(status=status))
    with pytest.raises(NotFound):
        enroll(store, "ada")


def test_a_course_that_was_just_published_takes_students_though_the_cache_says_draft() -> None:
    store = Memory(make_course())
    store.cached = make_course(status=DRAFT)
    assert enroll(store, "ada")[1]
    store.cached = None
    assert enroll(store, "bo")[1]


def test_a_record_tells_of_the_course_as_it_is_though_the_cache_is_late() -> None:
    """A title or percentage that is written after a course change would never be corrected."""
    store = Memory(make_course(title="Groups", version=2, capacity=9))
    store.cached = make_course(title="Algebra", version=1, capacity=9)
    record, is_new = enroll(store, "ada")
    assert is_new
    assert store.records["ada"].course_title == record.course_title == "Groups"


def test_a_course_that_was_just_unpublished_enrols_no_student_despite_the_cache() -> None:
    store = Memory(make_course(status=DRAFT, capacity=9))
    store.cached = make_course(capacity=9)
    with pytest.raises(NotFound):
        enroll(store, "ada")


@pytest.mark.parametrize(
    ("window", "is_open"),
    [
        ({"opens_at": NOON}, True),
        ({"opens_at": "2026-01-01T12:00:00.001Z"}, False),
        ({"closes_at": NOON}, False),
        ({"closes_at": "2026-01-01T12:00:00.001Z"}, True),
    ],
)
def test_enrolment_is_open_from_opens_at_until_before_closes_at(
    window: dict[str, str], is_open: bool
) -> None:
    store = Memory(make_course(**window))
    if is_open:
        assert enroll(store, "ada")[1]
    else:
        with pytest.raises(Conflict, match="not open"):
            enroll(store, "ada")


def test_who_is_enrolled_gets_the_same_answer_after_enrolment_has_closed() -> None:
    store = Memory(make_course())
    record, _ = enroll(store, "ada")
    store.now_course = store.cached = make_course(closes_at=NOON, seats_taken=1)
    assert enroll(store, "ada") == (record, False)


def test_withdrawing_without_ever_having_enrolled_is_not_found() -> None:
    with pytest.raises(NotFound):
        withdraw(Memory(make_course()), "ada")


def test_no_student_is_promoted_in_a_course_that_is_not_published() -> None:
    store = Memory(make_course(capacity=1))
    enroll(store, "ada")
    enroll(store, "bo")
    assert store.now_course is not None
    store.now_course = replace(store.now_course, status=ARCHIVED)
    withdraw(store, "ada")
    assert store.records["bo"].status == WAITLISTED
    store.now_course = replace(store.now_course, status=PUBLISHED)
    assert withdrawals.fill_seats(store, COURSE, NOON, NoPauses()) == 1
    assert store.records["bo"].status == ACTIVE
