"""The rules of enrolling: which students get a seat, wait, or are queued.

Leaving a course and promotion are in `withdrawals`, bulk enrolment is in `bulk`, and queued students get their answer
in admissions.rules.

Every change is described as a SeatChange: what has to be true of the course (the guard), how its two counters
change, and which records are written. A store commits a SeatChange as a whole or refuses it. After a refusal the rules
read again and decide again. There are three ways in:

* A course without a capacity needs no counter to decide: the record alone is written, and counted from the stream.
* In a course with a capacity, the seat or the place on the waitlist is taken in the transaction that writes the
  record. So with any number of requests at once, its `seatsTaken` is the number of its enrolled students, and at most
  its capacity (an instructor may lower the capacity later: then no new student gets a seat until enough have left).
  Its `waitlisted` is the number of students who wait. They are promoted in the order in which they joined the
  waitlist. While students wait, a new student always joins the waitlist, even if a seat is free.
* If too many requests want the same counters, the student is queued: the record alone is written, with the status
  `pending`. The stream shows it to the admissions function, which settles many students in one transaction, in the
  order of their requests. While it does so, the admission item says `queueUntil`, and newcomers are queued behind. The
  enrolment window, and the limit below, count at the time of the request.

A student who enrols again after a withdrawal continues with the progress they had, and keeps the date of the first
enrolment.

A student may enrol in the same course MOST_ENROLMENTS times within WINDOW_SECONDS. Each enrolment takes or
frees a seat and sends an event, so one student could keep a course busy for everybody. The times
are in the record, which every enrolment reads and writes anyway, and its revision makes the decision safe against
parallel requests. Not counted and never refused: a repeated request of a student who is enrolled, a withdrawal (a
student may always leave), an enrolment by an instructor or an invitation, and a promotion from the waitlist.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil

from domain.courses import PUBLISHED
from domain.enrollments.admission import Admission
from domain.enrollments.guards import Guard, has_free_seat, is_open
from domain.enrollments.model import (
    PENDING,
    WAITLISTED,
    WITHDRAWN,
    EnrollmentRecord,
    learning_status,
    percentage_of,
)
from domain.enrollments.rush import DIRECT_ATTEMPTS, DIRECT_SECONDS, OVERDUE_SECONDS
from domain.enrollments.seats import EnrollmentStore, SeatChange
from domain.enrollments.withdrawals import fill_seats
from domain.people.tombstones import Erased
from domain.permissions import NO_SUCH_COURSE
from domain.rosters.contacts import Contact
from toolkit import clock
from toolkit.errors import Conflict, NotFound, TooManyRequests
from toolkit.retries import Retries

MOST_ENROLMENTS = 6
WINDOW_SECONDS = 3600


def enroll(
    store: EnrollmentStore, user_id: str, course_id: str, now: str, retries: Retries
) -> tuple[EnrollmentRecord, bool]:
    """Enrol a student, put them on the waitlist, or queue them.

    Returns:
        The record, and whether this call enrolled, waitlisted or queued the student.

    Raises:
        NotFound: there is no such course, or it is not published.
        Conflict: enrolment is not open.
        TooManyRequests: the student enrolled and withdrew too often.
        Erased: the student is being or has been erased.
        RetriesExhausted: too many requests at once.
    """
    # The first attempt trusts an admission that may be a second old and assumes that the student has no record: the
    # commit checks what matters. Before the student is refused, both are read again.
    record: EnrollmentRecord | None = None
    admission, contact = store.arriving(user_id, course_id)
    if admission is None or admission.status != PUBLISHED or not is_open(admission, now):
        admission, record = store.load(user_id, course_id)
    attempts, must_queue = 0, False

    def attempt() -> tuple[EnrollmentRecord, bool] | None:
        nonlocal admission, record, attempts, must_queue
        attempts += 1
        admission = _require_published(admission)
        if record is not None and record.status != WITHDRAWN:
            if _is_overdue(record, now):
                # Each write shows the record to the stream. If it is settled at this moment, nothing is written.
                store.commit(SeatChange(course_id, None, 0, 0, [record.changed()], now))
            return record, False
        change = _enrollment_change(
            admission,
            record,
            user_id,
            now,
            counted_ids=counted_ids_for(store, [record] if record else [], course_id),
            must_queue=must_queue,
            contact=contact,
        )
        refusal = store.commit(change)
        if refusal is None:
            return _after_enrollment(store, change, admission, retries), True
        if user_id in refusal.erased:
            raise Erased
        must_queue = attempts >= DIRECT_ATTEMPTS or (
            refusal.is_contended and retries.spent_seconds > DIRECT_SECONDS
        )
        record = refusal.found.get(user_id)
        if record is None or record.status == WITHDRAWN:
            admission, record = store.load(user_id, course_id)
        return None

    return retries.until_answer(attempt)


def enrolling_record(
    admission: Admission,
    record: EnrollmentRecord | None,
    user_id: str,
    now: str,
    *,
    counted_ids: frozenset[str],
    waits_since: str | None,
    contact: Contact | None = None,
) -> EnrollmentRecord:
    """The record of a student who enrols or joins the waitlist, perhaps after a withdrawal, or from the queue."""
    status = learning_status(record) if waits_since is None else WAITLISTED
    if record is None:
        return EnrollmentRecord(
            user_id=user_id,
            course_id=admission.course_id,
            course_title=admission.title,
            status=status,
            enrolled_at=now,
            activity_at=now,
            waitlisted_at=waits_since,
            contact=contact,
        )
    return record.changed(
        status=status,
        course_title=admission.title,
        percentage=percentage_of(record.completed, counted_ids),
        waitlisted_at=waits_since,
        requested_at=None,
        left_to_stream=False,
        contact=contact or record.contact,
    )


def counted_ids_for(
    store: EnrollmentStore, records: Iterable[EnrollmentRecord], course_id: str
) -> frozenset[str]:
    """The lessons that counted a moment ago, if one of the students has completed any; else no lessons, unread.

    The stored percentage does not follow the course's lessons while a student is withdrawn, so it is counted again. If
    the lessons have changed in this moment, the admissions function corrects it.
    """
    if not any(record.completed for record in records):
        return frozenset()
    return store.recent_counted_ids(course_id)


def _require_published(admission: Admission | None) -> Admission:
    if admission is None or admission.status != PUBLISHED:
        raise NotFound(NO_SUCH_COURSE)
    return admission


def _is_overdue(record: EnrollmentRecord, now: str) -> bool:
    """Whether a student is queued for so long that the admissions function must have given up."""
    if record.status != PENDING or record.requested_at is None:
        return False
    waited = datetime.fromisoformat(now) - datetime.fromisoformat(record.requested_at)
    return waited.total_seconds() > OVERDUE_SECONDS


def _enrollment_change(
    admission: Admission,
    record: EnrollmentRecord | None,
    user_id: str,
    now: str,
    *,
    counted_ids: frozenset[str],
    must_queue: bool,
    contact: Contact | None,
) -> SeatChange:
    if not is_open(admission, now):
        raise Conflict("Enrolment in this course is not open.", code="enrollment-closed")
    times = own_enrolments(record, now)
    has_no_capacity = admission.capacity is None
    is_queued = not has_no_capacity and (must_queue or admission.is_queued(now))
    waits = not has_no_capacity and not is_queued and Guard.MUST_WAIT.is_met(admission, now)
    enrolled = enrolling_record(
        admission,
        record,
        user_id,
        now,
        counted_ids=counted_ids,
        waits_since=now if waits else None,
        contact=contact,
    )
    enrolled = replace(enrolled, own_enrolments=times, left_to_stream=has_no_capacity)
    if is_queued:
        enrolled = replace(enrolled, status=PENDING, requested_at=now)
    if has_no_capacity or is_queued:
        return SeatChange(admission.course_id, None, 0, 0, [enrolled], now, newcomers=[user_id])
    guard = Guard.MUST_WAIT if waits else Guard.SEAT_FREE
    moves = (0, 1) if waits else (1, 0)
    return SeatChange(
        admission.course_id, guard, *moves, [enrolled], now, seen=admission, newcomers=[user_id]
    )


def _after_enrollment(
    store: EnrollmentStore, change: SeatChange, admission: Admission, retries: Retries
) -> EnrollmentRecord:
    """The record of a student who has just enrolled, joined the waitlist, or is queued.

    If the student must wait although seats are free, an instructor has just raised the capacity. Then the students
    who have waited longest are promoted, perhaps this student too.
    """
    (enrolled,) = change.records
    if (
        enrolled.status == WAITLISTED
        and has_free_seat(admission)
        and fill_seats(store, admission.course_id, change.now, retries)
    ):
        _, record = store.load(enrolled.user_id, admission.course_id)
        return record or enrolled
    return enrolled


def own_enrolments(record: EnrollmentRecord | None, now: str) -> tuple[str, ...]:
    """The times at which the student enrolled within the window, with this enrolment as the last one.

    Raises:
        TooManyRequests: the student has enrolled too often; the answer says when the next attempt succeeds.
    """
    start = clock.to_text(datetime.fromisoformat(now) - timedelta(seconds=WINDOW_SECONDS))
    earlier = [at for at in (record.own_enrolments if record else ()) if at > start]
    if len(earlier) >= MOST_ENROLMENTS:
        raise TooManyRequests(
            "You have enrolled in this course and left it too often. Try again later.",
            code="too-many-enrollments",
            retry_after=_seconds_until_free(earlier, now),
        )
    return (*earlier, now)


def _seconds_until_free(earlier: Sequence[str], now: str) -> int:
    """When the oldest of the last MOST_ENROLMENTS is no longer within the window."""
    first = sorted(earlier)[-MOST_ENROLMENTS]
    passed = datetime.fromisoformat(now) - datetime.fromisoformat(first)
    return max(1, ceil(WINDOW_SECONDS - passed.total_seconds()))
