"""The rules of seats and waitlists: which students get a seat, wait, or are promoted. Bulk enrolment is in `bulk`.

Every change is described as a SeatChange: what has to be true of the course (the guard), how its two counters
change, and which records are written. A store commits a SeatChange as a whole or refuses it. After a refusal the rules
read again and decide again. So with any number of requests at once

* a course's `seatsTaken` is the number of its enrolled students, and at most its capacity (an instructor may lower
  the capacity later: then no new student gets a seat until enough students have left);
* its `waitlisted` is the number of students who wait. They are promoted in the order in which they joined the
  waitlist. While students wait, a new student always joins the waitlist, even if a seat is free;
* when a student leaves a full course, the student who has waited longest is promoted in the same transaction.

A student who enrols again after a withdrawal continues with the progress they had, and keeps the date of the first
enrolment. Waiting students are still promoted after enrolment has closed, but not while a course is
unpublished.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Protocol

from domain.audit import AuditEntry
from domain.courses import PUBLISHED, Course
from domain.enrollments.guards import Guard, has_free_seat, is_open
from domain.enrollments.model import (
    ACTIVE,
    COMPLETED,
    NOT_ENROLLED,
    WAITLISTED,
    WITHDRAWN,
    EnrollmentRecord,
    own_enrolments,
    percentage_of,
)
from domain.people.tombstones import Erased
from domain.permissions import NO_SUCH_COURSE
from toolkit.errors import Conflict, NotFound
from toolkit.retries import Retries, RetriesExhausted

# After this many refused attempts to promote a student with the withdrawal, the student only withdraws and the seat
# becomes free. The index of waiting students is a moment late: a student who has just joined may not be in it yet.
PROMOTE_ATTEMPTS = 4
# How many students one request promotes; the next request promotes the others.
MOST_PROMOTIONS = 25


@dataclass(frozen=True)
class SeatChange:
    """One change of a course's seats, all or nothing.

    Attributes:
        course_id: the course whose counters change.
        guard: what has to be true of the course.
        seats: what is added to `seatsTaken`; may be negative.
        waiting: what is added to `waitlisted`; may be negative.
        records: the records to write. A record with revision 1 must not exist yet; for any other, the stored revision
            must be one lower.
        now: the current time, which the guard may need.
        seen: the course whose title, lessons or capacity the records depend on; its version must still be the same.
            None if they depend on nothing of the course.
        entries: audit entries to write with it.
    """

    course_id: str
    guard: Guard
    seats: int
    waiting: int
    records: Sequence[EnrollmentRecord]
    now: str
    seen: Course | None = None
    entries: Sequence[AuditEntry] = ()


@dataclass(frozen=True)
class Refusal:
    """A SeatChange was not committed: it lost a race, or its guard is not true.

    Attributes:
        found: by user id, stored records that prevented it.
        erased: people whom the change would enrol or put on the waitlist, but who have a tombstone.
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
        The record, and whether this call enrolled or waitlisted the student.

    Raises:
        NotFound: there is no such course, or it is not published.
        Conflict: enrolment is not open.
        TooManyRequests: the student enrolled and withdrew too often.
        Erased: the student is being or has been erased.
        RetriesExhausted: too many requests at once.
    """
    # The first attempt trusts a course that may be seconds old and assumes that the student has no record: the
    # commit checks both. Before the student is refused, the course is read again.
    course, record = store.cached_course(course_id), None
    if course is None or course.status != PUBLISHED or not is_open(course, now):
        course, record = store.load(user_id, course_id)

    def attempt() -> tuple[EnrollmentRecord, bool] | None:
        nonlocal course, record
        course = _require_published(course)
        if record is not None and record.status != WITHDRAWN:
            return record, False
        change = _enrollment_change(course, record, user_id, now)
        refusal = store.commit(change)
        if refusal is None:
            return _after_enrollment(store, change, course, retries), True
        if user_id in refusal.erased:
            raise Erased
        record = refusal.found.get(user_id)
        if record is None or record.status == WITHDRAWN:
            course, record = store.load(user_id, course_id)
        return None

    return retries.until_answer(attempt)


def withdraw(
    store: EnrollmentStore,
    user_id: str,
    course_id: str,
    now: str,
    retries: Retries,
    *,
    entries: Sequence[AuditEntry] = (),
) -> None:
    """Take a student out of a course or its waitlist; a second time changes nothing, and writes no entry.

    `entries` are for the audit trail, if another person takes the student out.

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
        promotes = (
            course is not None and record.is_enrolled and Guard.WITHDRAW_AND_PROMOTE.is_met(course, now)
        )
        if promotes and number < PROMOTE_ATTEMPTS:
            first = store.first_waiting(course_id)
            if first is not None and first.user_id == user_id:
                first = None  # the index still shows the student's own time on the waitlist
        change = replace(_withdrawal_change(course, record, first, now), entries=entries)
        if store.commit(change) is not None:
            return None
        if promotes and first is None:
            fill_seats(store, course_id, now, retries)
        return True

    retries.until_answer(attempt)


def fill_seats(store: EnrollmentStore, course_id: str, now: str, retries: Retries) -> int:
    """Promote waiting students while seats are free; returns how many were promoted.

    Call it after an action that may free seats: a withdrawal that promoted no student, a raised capacity, or a
    course that is published again. Stops without an error when the retries are used up.
    """
    promoted = 0

    def attempt() -> bool | None:
        """True when no more students can be promoted; None after a lost race."""
        nonlocal promoted
        while promoted < MOST_PROMOTIONS:
            first = store.first_waiting(course_id)
            if first is None:
                break
            if store.commit(SeatChange(course_id, Guard.PROMOTE, 1, -1, [_promoted(first)], now)) is None:
                promoted += 1
                continue
            # Another request was quicker, the index is late, or no seat is free. Only the last ends the loop.
            course, _ = store.load(first.user_id, course_id)
            if course is None or not Guard.PROMOTE.is_met(course, now):
                break
            return None
        return True

    with suppress(RetriesExhausted):
        retries.until_answer(attempt)
    return promoted


def enrolling_record(
    course: Course, record: EnrollmentRecord | None, user_id: str, now: str, *, waits_since: str | None
) -> EnrollmentRecord:
    """The record of a student who enrols or joins the waitlist, perhaps after a withdrawal."""
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


def _enrollment_change(course: Course, record: EnrollmentRecord | None, user_id: str, now: str) -> SeatChange:
    if not is_open(course, now):
        raise Conflict("Enrolment in this course is not open.", code="enrollment-closed")
    times = own_enrolments(record, now)
    waits = Guard.MUST_WAIT.is_met(course, now)
    enrolled = enrolling_record(course, record, user_id, now, waits_since=now if waits else None)
    enrolled = replace(enrolled, own_enrolments=times)
    guard = Guard.MUST_WAIT if waits else Guard.SEAT_FREE
    moves = (0, 1) if waits else (1, 0)
    return SeatChange(course.course_id, guard, *moves, [enrolled], now, seen=course)


def _after_enrollment(
    store: EnrollmentStore, change: SeatChange, course: Course, retries: Retries
) -> EnrollmentRecord:
    """The record of a student who has just enrolled or joined the waitlist.

    If the student must wait although seats are free, an instructor has just raised the capacity. Then the students
    who have waited longest are promoted, perhaps this student too.
    """
    (enrolled,) = change.records
    if (
        enrolled.status == WAITLISTED
        and has_free_seat(course)
        and fill_seats(store, course.course_id, change.now, retries)
    ):
        _, record = store.load(enrolled.user_id, course.course_id)
        return record or enrolled
    return enrolled


def _withdrawal_change(
    course: Course | None, record: EnrollmentRecord, first: EnrollmentRecord | None, now: str
) -> SeatChange:
    left = record.changed(status=WITHDRAWN, waitlisted_at=None)
    if record.status == WAITLISTED:
        return SeatChange(record.course_id, Guard.COURSE_EXISTS, 0, -1, [left], now)
    if first is not None:
        return SeatChange(record.course_id, Guard.WITHDRAW_AND_PROMOTE, 0, -1, [left, _promoted(first)], now)
    # With COURSE_EXISTS the seat may be free for a moment although a student waits. The caller then calls fill_seats.
    leaves_alone = course is None or Guard.WITHDRAW_ONLY.is_met(course, now)
    guard = Guard.WITHDRAW_ONLY if leaves_alone else Guard.COURSE_EXISTS
    return SeatChange(record.course_id, guard, -1, 0, [left], now)


def _promoted(waiting: EnrollmentRecord) -> EnrollmentRecord:
    return waiting.changed(status=_learning_status(waiting), waitlisted_at=None)


def _learning_status(record: EnrollmentRecord | None) -> str:
    return COMPLETED if record is not None and record.completed_at is not None else ACTIVE
