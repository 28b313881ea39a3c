"""The rules of seats and waitlists: who gets a seat, who waits, who moves up. Enrolling many people is in `bulk`.

Every change is described as a SeatChange: what has to be true of the course (the guard), how its two counters move,
and which records are written. A store commits a SeatChange as a whole or refuses it; the rules then read again and
decide again. So with any number of requests at once

* a course's `seatsTaken` is the number of its enrolled students, and at most its capacity (an instructor may lower
  the capacity later: then no new student gets in until enough have left);
* its `waitlisted` is the number of students who wait; they move up in the order in which they came, and no student
  gets past them, whether a seat is free or not;
* a student who leaves a full course hands the seat to the student who has waited longest, in the same transaction.

A student who enrols again after a withdrawal continues with the progress they had, and keeps the date of the first
enrolment. Students still move up after enrolment has closed, but not while a course is unpublished.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

from domain.courses import PUBLISHED, Course
from domain.enrollments.guards import Guard, has_free_seat, is_open
from domain.enrollments.model import (
    ACTIVE,
    COMPLETED,
    NOT_ENROLLED,
    WAITLISTED,
    WITHDRAWN,
    EnrollmentRecord,
    percentage_of,
)
from domain.people.tombstones import Erased
from domain.permissions import NO_SUCH_COURSE
from toolkit.errors import Conflict, NotFound
from toolkit.retries import Retries, RetriesExhausted

# After this many refused attempts to hand a seat over, it is given back instead: the index that
# shows who waits is a moment late, and a student who has only just joined may not be in it yet.
HAND_OVER_ATTEMPTS = 4
# How many students move up within one request; the others move up with the next one.
MOST_PROMOTIONS = 25


@dataclass(frozen=True)
class SeatChange:
    """One change of a course's seats, all or nothing.

    Attributes:
        course_id: the course whose counters move.
        guard: what has to be true of it.
        seats: by how much `seatsTaken` moves.
        waiting: by how much `waitlisted` moves.
        records: what is written; revision 1 must be new, any other must follow its predecessor.
        now: the current time, which the guard may need.
        seen: the course whose title, lessons or capacity the records depend on; its version must still be the same.
            None where they depend on nothing of it.
    """

    course_id: str
    guard: Guard
    seats: int
    waiting: int
    records: Sequence[EnrollmentRecord]
    now: str
    seen: Course | None = None


@dataclass(frozen=True)
class Refusal:
    """A SeatChange was not committed: it lost a race, or its guard is not true.

    Attributes:
        found: by user id, stored records that prevented it.
        erased: people who were to come in, and who are being or have been erased.
    """

    found: Mapping[str, EnrollmentRecord] = field(default_factory=dict)
    erased: frozenset[str] = frozenset()


class EnrollmentStore(Protocol):
    """What the rules need of the database."""

    def cached_course(self, course_id: str) -> Course | None:
        """The course, perhaps a few seconds old."""

    def load(self, user_id: str, course_id: str) -> tuple[Course | None, EnrollmentRecord | None]:
        """The course and the student's record as they are now."""

    def first_waiting(self, course_id: str) -> EnrollmentRecord | None:
        """The student who has waited longest, as of a moment ago."""

    def commit(self, change: SeatChange) -> Refusal | None:
        """Commit a change as a whole; a Refusal if it lost a race or its guard is not true."""


def enroll(
    store: EnrollmentStore, user_id: str, course_id: str, now: str, retries: Retries
) -> tuple[EnrollmentRecord, bool]:
    """Enrol a student, or put them on the waitlist.

    Returns:
        The record, and whether it is this call that enrolled or waitlisted them.

    Raises:
        NotFound: there is no such course, or it is not published.
        Conflict: enrolment is not open.
        Erased: the student is being or has been erased.
        RetriesExhausted: too many requests at once.
    """
    # The first attempt trusts a course that may be seconds old and assumes that the student has no record: the
    # commit checks both. The student is never refused because of the old course, though.
    course, record = store.cached_course(course_id), None
    if course is None or course.status != PUBLISHED or not is_open(course, now):
        course, record = store.load(user_id, course_id)

    def attempt() -> tuple[EnrollmentRecord, bool] | None:
        nonlocal course, record
        course = _require_published(course)
        if record is not None and record.status != WITHDRAWN:
            return record, False
        change = _entry(course, record, user_id, now)
        refusal = store.commit(change)
        if refusal is None:
            return _after_entry(store, change, course, retries), True
        if user_id in refusal.erased:
            raise Erased
        record = refusal.found.get(user_id)
        if record is None or record.status == WITHDRAWN:
            course, record = store.load(user_id, course_id)
        return None

    return retries.until_answer(attempt)


def withdraw(store: EnrollmentStore, user_id: str, course_id: str, now: str, retries: Retries) -> None:
    """Take a student out of a course or its waitlist; a second time changes nothing.

    Raises:
        NotFound: the student was never enrolled.
        RetriesExhausted: too many requests at once.
    """
    attempts = count()

    def attempt() -> bool | None:
        number = next(attempts)
        course, record = store.load(user_id, course_id)
        if record is None:
            raise NotFound(NOT_ENROLLED)
        if record.status == WITHDRAWN:
            return True
        first = None
        hands_over = course is not None and record.is_enrolled and Guard.HAND_OVER.is_met(course, now)
        if hands_over and number < HAND_OVER_ATTEMPTS:
            first = store.first_waiting(course_id)
            if first is not None and first.user_id == user_id:
                first = None  # the index still shows the student's own time on the waitlist
        if store.commit(_exit(course, record, first, now)) is not None:
            return None
        if hands_over and first is None:
            fill_seats(store, course_id, now, retries)
        return True

    retries.until_answer(attempt)


def fill_seats(store: EnrollmentStore, course_id: str, now: str, retries: Retries) -> int:
    """Let students who wait move up while seats are free; returns how many did.

    Called after whatever may have freed seats: a withdrawal that handed its seat to no other student, a raised
    capacity, a course that is published again. Stops without an error when the retries are used up.
    """
    promoted = 0

    def attempt() -> bool | None:
        """True when no more students move up; None after a lost race."""
        nonlocal promoted
        while promoted < MOST_PROMOTIONS:
            first = store.first_waiting(course_id)
            if first is None:
                break
            if store.commit(SeatChange(course_id, Guard.MOVE_UP, 1, -1, [_promoted(first)], now)) is None:
                promoted += 1
                continue
            # Another request was quicker, the index is late, or there is no seat: only the last ends this.
            course, _ = store.load(first.user_id, course_id)
            if course is None or not Guard.MOVE_UP.is_met(course, now):
                break
            return None
        return True

    with suppress(RetriesExhausted):
        retries.until_answer(attempt)
    return promoted


def entering(
    course: Course, record: EnrollmentRecord | None, user_id: str, now: str, *, waits_since: str | None
) -> EnrollmentRecord:
    """The record of a student who comes in, or comes back, or begins to wait."""
    status = _learning_status(record) if waits_since is None else WAITLISTED
    if record is None:
        return EnrollmentRecord(
            user_id=user_id,
            course_id=course.course_id,
            course_title=course.title,
            status=status,
            enrolled_at=now,
            activity_at=now,
            waitlisted_at=waits_since,
        )
    return record.changed(
        status=status,
        course_title=course.title,
        # The stored percentage does not follow the course's lessons while a student is withdrawn.
        percentage=percentage_of(record.completed, course.lesson_ids),
        waitlisted_at=waits_since,
    )


def _require_published(course: Course | None) -> Course:
    if course is None or course.status != PUBLISHED:
        raise NotFound(NO_SUCH_COURSE)
    return course


def _entry(course: Course, record: EnrollmentRecord | None, user_id: str, now: str) -> SeatChange:
    if not is_open(course, now):
        raise Conflict("Enrolment in this course is not open.", code="enrollment-closed")
    waits = Guard.MUST_WAIT.is_met(course, now)
    entered = entering(course, record, user_id, now, waits_since=now if waits else None)
    guard = Guard.MUST_WAIT if waits else Guard.SEAT_FREE
    moves = (0, 1) if waits else (1, 0)
    return SeatChange(course.course_id, guard, *moves, [entered], now, seen=course)


def _after_entry(
    store: EnrollmentStore, change: SeatChange, course: Course, retries: Retries
) -> EnrollmentRecord:
    """The record of a student who has just come in. If seats are free although the student must wait, an
    instructor has only just raised the capacity: the first who wait move up, perhaps this student too."""
    (entered,) = change.records
    if (
        entered.status == WAITLISTED
        and has_free_seat(course)
        and fill_seats(store, course.course_id, change.now, retries)
    ):
        _, record = store.load(entered.user_id, course.course_id)
        return record or entered
    return entered


def _exit(
    course: Course | None, record: EnrollmentRecord, first: EnrollmentRecord | None, now: str
) -> SeatChange:
    left = record.changed(status=WITHDRAWN, waitlisted_at=None)
    if record.status == WAITLISTED:
        return SeatChange(record.course_id, Guard.COURSE_EXISTS, 0, -1, [left], now)
    if first is not None:
        return SeatChange(record.course_id, Guard.HAND_OVER, 0, -1, [left, _promoted(first)], now)
    # With this guard the seat may be free for a moment though a student waits; fill_seats follows.
    alone = course is None or Guard.NO_HAND_OVER.is_met(course, now)
    guard = Guard.NO_HAND_OVER if alone else Guard.COURSE_EXISTS
    return SeatChange(record.course_id, guard, -1, 0, [left], now)


def _promoted(waiting: EnrollmentRecord) -> EnrollmentRecord:
    return waiting.changed(status=_learning_status(waiting), waitlisted_at=None)


def _learning_status(record: EnrollmentRecord | None) -> str:
    return COMPLETED if record is not None and record.completed_at is not None else ACTIVE
