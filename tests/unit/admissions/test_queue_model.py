"""The queue against a simple model: students, an instructor, the stream and the admissions function, in any order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from admissions import rules as admissions
from domain.courses import ARCHIVED, PUBLISHED, Course
from domain.enrollments import bulk, counting, withdrawals
from domain.enrollments import rules as enrollments
from domain.enrollments.admission import Admission
from domain.enrollments.guards import Guard
from domain.enrollments.model import PENDING, WAITLISTED, WITHDRAWN, EnrollmentRecord
from domain.enrollments.seats import Refusal, SeatChange
from tests.unit.domain.test_bulk_enrollment_rules import GroupMemory
from tests.unit.domain.test_enrollment_rules import COURSE, NOON, NoPauses, make_course
from toolkit import clock
from toolkit.errors import NotFound

USERS = ("ada", "bo", "cy", "di", "ed", "flo", "gus")


class QueueMemory(GroupMemory):
    """The memory of the rules' other tests, with a stream that is late, and counters that others may hold."""

    def __init__(self, course: Admission) -> None:
        super().__init__(course)
        self.undelivered = 0
        self.is_busy = False

    def admission_now(self, course_id: str) -> Admission | None:
        return self.now_course

    def course_now(self, course_id: str) -> Course | None:
        return None

    def correct(self, record: EnrollmentRecord, title: str, course: Course | None) -> None:
        raise AssertionError("nothing is corrected here")

    def counted_from_stream(self, course_id: str) -> int:
        return self.from_stream

    def count_roster(self, course_id: str) -> int:
        self.deliver()
        return self.enrolled

    def end_counting(self, admission: Admission, from_stream: int, moved: int, queue_until: str) -> bool:
        assert self.now_course is not None
        if (self.now_course.counting_since, self.from_stream) != (admission.counting_since, from_stream):
            return False
        self.from_stream -= moved
        self.now_course = replace(
            self.now_course,
            counting_since=None,
            seats_taken=self.now_course.seats_taken + moved,
            queue_until=queue_until,
        )
        return True

    def commit(self, change: SeatChange) -> Refusal | None:
        if self.is_busy and change.guard in (Guard.SEAT_FREE, Guard.MUST_WAIT):
            return Refusal(is_contended=True)
        return super().commit(change)

    def _fits(self, change: SeatChange, course: Admission) -> bool:
        assert change.guard is not None
        assert change.seen is not None
        is_same = change.seen.version == course.version
        return is_same and change.guard.is_met(course, change.now, len(change.records))

    def write(self, change: SeatChange) -> None:
        waiting = [each.waitlisted_at or "" for each in self.records.values() if each.status == WAITLISTED]
        for record in change.records:
            before = self.records.get(record.user_id)
            if before is not None and before.status == WAITLISTED and record.is_enrolled:
                assert before.waitlisted_at == min(waiting), "another student has waited longer"
        if change.guard in (Guard.SEAT_FREE, Guard.GROUP_FITS):
            assert not waiting, "students wait"
        counted, self.from_stream = self.from_stream, 0
        super().write(change)
        self.undelivered += self.from_stream
        self.from_stream = counted

    def deliver(self) -> None:
        self.from_stream, self.undelivered = self.from_stream + self.undelivered, 0

    def set_capacity(self, capacity: int | None) -> None:
        assert self.now_course is not None
        starts = self.now_course.capacity is None and capacity is not None
        since = self.now_course.counting_since if capacity is not None else None
        self.now_course = replace(
            self.now_course,
            capacity=capacity,
            version=self.now_course.version + 1,
            counting_since=NOON if starts else since,
        )

    @property
    def enrolled(self) -> int:
        return sum(record.is_enrolled for record in self.records.values())

    @property
    def queued(self) -> list[str]:
        return [user for user, record in self.records.items() if record.status == PENDING]


class Opening(RuleBasedStateMachine):
    """One course, whose counters are sometimes too busy, and which is sometimes counted or unpublished."""

    users = st.sampled_from(USERS)
    capacities = st.one_of(st.none(), st.integers(1, 3))

    @initialize(capacity=capacities)
    def open_course(self, capacity: int | None) -> None:
        self.store = QueueMemory(make_course(capacity=capacity))
        self.enrolled_before = 0
        self.clock = 0

    def now(self) -> str:
        self.clock += 1
        return clock.to_text(datetime.fromisoformat(NOON) + timedelta(minutes=11 * self.clock))

    def course(self) -> Admission:
        assert self.store.now_course is not None
        return self.store.now_course

    def follow(self) -> None:
        """What the course changes function does after a change of the admission item."""
        withdrawals.fill_seats(self.store, COURSE, self.now(), NoPauses())

    @rule(user=users, busy=st.booleans())
    def student_enrols(self, user: str, busy: bool) -> None:
        before = self.store.records.get(user)
        self.store.cached, self.store.is_busy = self.store.now_course, busy
        is_in = before is not None and before.status != WITHDRAWN
        if self.course().status != PUBLISHED:
            with pytest.raises(NotFound):
                enrollments.enroll(self.store, user, COURSE, self.now(), NoPauses())
            return
        record, is_new = enrollments.enroll(self.store, user, COURSE, self.now(), NoPauses())
        self.store.is_busy = False
        assert is_new != is_in
        assert self.store.records[user].status == record.status != WITHDRAWN

    @precondition(lambda self: self.store.records)
    @rule(data=st.data())
    def student_leaves(self, data: st.DataObject) -> None:
        user = data.draw(st.sampled_from(sorted(self.store.records)))
        withdrawals.withdraw(self.store, user, COURSE, self.now(), NoPauses())
        assert self.store.records[user].status == WITHDRAWN

    @rule(capacity=capacities)
    def instructor_changes_capacity(self, capacity: int | None) -> None:
        self.store.set_capacity(capacity)
        self.follow()

    @rule(status=st.sampled_from([PUBLISHED, ARCHIVED]))
    def instructor_changes_status(self, status: str) -> None:
        self.store.now_course = replace(self.course(), status=status, version=self.course().version + 1)
        self.follow()

    @precondition(lambda self: self.course().status == PUBLISHED)
    @rule(named=st.lists(users, min_size=1, unique=True))
    def instructor_enrols_several(self, named: Sequence[str]) -> None:
        bulk.enroll_all(self.store, named, COURSE, self.now(), NoPauses())
        assert not set(named) & set(self.store.queued)

    @rule()
    def stream_arrives(self) -> None:
        self.store.deliver()

    @rule(data=st.data())
    def queue_is_settled(self, data: st.DataObject) -> None:
        """A batch has students who are queued, and others who are so no more; and it may be late or repeated."""
        shown = data.draw(st.lists(st.sampled_from(USERS), max_size=6))
        admissions.settle(self.store, COURSE, shown, 0)
        assert not set(shown) & set(self.store.queued)
        if self.course().status == PUBLISHED:
            self.follow()

    @rule()
    def count_is_finished(self) -> None:
        counting.finish_counting(self.store, COURSE, 0)
        assert self.course().counting_since is None
        self.follow()

    @invariant()
    def counters_say_what_the_records_say(self) -> None:
        store, course = self.store, self.course()
        assert course.seats_taken + store.from_stream + store.undelivered == store.enrolled
        assert course.waitlisted == sum(record.status == WAITLISTED for record in store.records.values())
        if course.has_counter:
            assert course.seats_taken == store.enrolled

    @invariant()
    def no_seat_too_many(self) -> None:
        capacity = self.course().capacity
        assert capacity is None or self.store.enrolled <= max(capacity, self.enrolled_before)
        self.enrolled_before = self.store.enrolled

    @invariant()
    def no_seat_lost(self) -> None:
        assert not Guard.PROMOTE.is_met(self.course(), NOON)


Opening.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A student is queued after the first refusal, and no count waits."""
    monkeypatch.setattr(enrollments, "DIRECT_SECONDS", -1)
    monkeypatch.setattr(counting, "PAUSE_SECONDS", 0)


TestOpening = Opening.TestCase
