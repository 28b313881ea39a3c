"""The rules of leaving a course, and of promotion from its waitlist.

When a student leaves a full course, the student who has waited longest is promoted in the same transaction. Waiting
students are still promoted after enrolment has closed, but not while a course is unpublished.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count

from domain.audit import AuditEntry
from domain.enrollments.admission import Admission
from domain.enrollments.guards import Guard
from domain.enrollments.model import (
    NOT_ENROLLED,
    PENDING,
    WAITLISTED,
    WITHDRAWN,
    EnrollmentRecord,
    learning_status,
)
from domain.enrollments.seats import EnrollmentStore, SeatChange
from toolkit.errors import NotFound
from toolkit.retries import Retries, RetriesExhausted

# After this many refused attempts to promote a student with the withdrawal, the student only withdraws and the seat
# becomes free. The index of waiting students is a moment late: a student who has just joined may not be in it yet.
PROMOTE_ATTEMPTS = 4
# How many students one request promotes; the next request promotes the others.
MOST_PROMOTIONS = 25


def withdraw(
    store: EnrollmentStore,
    user_id: str,
    course_id: str,
    now: str,
    retries: Retries,
    *,
    entries: Sequence[AuditEntry] = (),
) -> None:
    """Take a student out of a course, its queue or its waitlist; a second time changes nothing, and writes no entry.

    `entries` are for the audit trail, if another person takes the student out.

    Raises:
        NotFound: the student was never enrolled.
        RetriesExhausted: too many requests at once.
    """
    attempts = count()

    def attempt() -> bool | None:
        number = next(attempts)
        admission, record = store.load(user_id, course_id)
        if record is None:
            raise NotFound(NOT_ENROLLED)
        if record.status == WITHDRAWN:
            return True
        first = None
        promotes = (
            admission is not None
            and admission.has_counter
            and record.is_enrolled
            and Guard.WITHDRAW_AND_PROMOTE.is_met(admission, now)
        )
        if promotes and number < PROMOTE_ATTEMPTS:
            first = store.first_waiting(course_id)
            if first is not None and first.user_id == user_id:
                first = None  # the index still shows the student's own time on the waitlist
        change = replace(_withdrawal_change(admission, record, first, now), entries=entries)
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
            admission, _ = store.load(first.user_id, course_id)
            if admission is None or not Guard.PROMOTE.is_met(admission, now):
                break
            return None
        return True

    with suppress(RetriesExhausted):
        retries.until_answer(attempt)
    return promoted


def _withdrawal_change(
    admission: Admission | None, record: EnrollmentRecord, first: EnrollmentRecord | None, now: str
) -> SeatChange:
    left = record.changed(status=WITHDRAWN, waitlisted_at=None, requested_at=None, left_to_stream=False)
    if record.status == PENDING:
        return SeatChange(record.course_id, None, 0, 0, [left], now)
    if record.status == WAITLISTED:
        return SeatChange(record.course_id, Guard.COURSE_EXISTS, 0, -1, [left], now)
    # While a course is counted, its counter may already fall: the stream's part may be late, and must not be too large.
    if admission is not None and admission.capacity is None:
        return SeatChange(record.course_id, None, 0, 0, [replace(left, left_to_stream=True)], now)
    if first is not None:
        return SeatChange(record.course_id, Guard.WITHDRAW_AND_PROMOTE, 0, -1, [left, _promoted(first)], now)
    # With COURSE_EXISTS the seat may be free for a moment although a student waits. The caller then calls fill_seats.
    leaves_alone = admission is None or Guard.WITHDRAW_ONLY.is_met(admission, now)
    guard = Guard.WITHDRAW_ONLY if leaves_alone else Guard.COURSE_EXISTS
    return SeatChange(record.course_id, guard, -1, 0, [left], now)


def _promoted(waiting: EnrollmentRecord) -> EnrollmentRecord:
    return waiting.changed(status=learning_status(waiting), waitlisted_at=None)
