"""The rules of queued enrolments: each becomes a seat or a place on the waitlist, many in one transaction.

Students are queued while too many requests want the counters of one course, and while its students are counted
(domain.enrollments.rules). Their records, with the status `pending`, are the queue: the stream shows each to this
function. What may arrive twice is read again before it is settled, so a student who has left meanwhile, or was erased,
or is settled, is left as they are.

* The order is that of the requests, among the students who are settled together, and on the waitlist.
* The enrolment window counted at the request: students who are queued get in after it has closed.
* Is the course not published any more, they join the waitlist, and are promoted when it is published again.
* While there are many, `queueUntil` of the admission item moves on with each transaction. So newcomers are queued
  behind them, and do not take the counters from this function.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from domain.courses import PUBLISHED, Course
from domain.enrollments.admission import Admission
from domain.enrollments.counting import CountingStore, finish_counting
from domain.enrollments.guards import Guard
from domain.enrollments.model import (
    ENROLLED,
    PENDING,
    WAITLISTED,
    WITHDRAWN,
    EnrollmentRecord,
    learning_status,
)
from domain.enrollments.rush import (
    GROUP_SIZE,
    QUEUE_SECONDS,
    RUSH_SIZE,
    SETTLING_LONGEST_PAUSE_SECONDS,
    SETTLING_SECONDS,
)
from domain.enrollments.seats import EnrollmentStore, SeatChange
from toolkit import clock
from toolkit.retries import Retries

Item = Mapping[str, Any]
"""A stored record, as the stream has it."""


class AdmissionsStore(EnrollmentStore, CountingStore, Protocol):
    """What these rules need of the database."""

    def course_now(self, course_id: str) -> Course | None:
        """The course with its lessons as it is now."""

    def correct(self, record: EnrollmentRecord, title: str, course: Course | None) -> None:
        """Give a record the course's title, and what follows from the course's lessons if it is given."""

    def load_all(
        self, user_ids: Sequence[str], course_id: str
    ) -> tuple[Admission | None, Mapping[str, EnrollmentRecord]]:
        """The course's admission and these people's records as they are now; at most GROUP_SIZE."""


def is_queued(after: Item) -> bool:
    """Whether a student has just been queued."""
    return bool(after["status"] == PENDING)


def seats_moved(before: Item | None, after: Item | None) -> int:
    """By how much a change of a record changes the count from the stream: 1, 0 or -1."""
    if after is None or not after.get("leftToStream"):
        return 0
    was_enrolled = before is not None and before["status"] in ENROLLED
    return int(after["status"] in ENROLLED) - int(was_enrolled)


def has_joined(before: Item | None, after: Item) -> bool:
    """Whether a student has just enrolled or joined the waitlist, and the course may have changed in that moment."""
    is_in = after["status"] in ENROLLED or after["status"] == WAITLISTED
    return is_in and (before is None or before["status"] in (WITHDRAWN, PENDING))


def correct(store: AdmissionsStore, course_id: str, joined: Sequence[Item]) -> None:
    """Give students who have just joined the course's present title and their present percentage.

    An enrolment may use a course that is a second old, and the pass after an edit of the course (followups) may have
    been there before the record. While the course is hidden from students, nothing of it reaches them.

    Raises:
        Unavailable: a service is not available. Call it again.
    """
    admission = store.admission_now(course_id)
    if admission is None or admission.status != PUBLISHED:
        return
    records = [EnrollmentRecord.from_stored(item) for item in joined]
    course: Course | None = None
    if any(record.completed or record.results for record in records):
        course = store.course_now(course_id)
        if course is None or not course.is_public:
            return
    for record in records:
        counts_for = course if record.completed or record.results else None
        if counted_anew(record, admission.title, counts_for) != record:
            store.correct(record, admission.title, counts_for)


def counted_anew(record: EnrollmentRecord, title: str, course: Course | None) -> EnrollmentRecord:
    """A record with a title, and with what follows from the lessons of a course if it is given."""
    titled = replace(record, course_title=title)
    return titled if course is None else titled.counted(course.counted_ids, course.scored_ids)


def settle(store: AdmissionsStore, course_id: str, user_ids: Sequence[str], grace_seconds: float) -> int:
    """Settle students who are queued for a course; returns how many this call has settled.

    `grace_seconds` is for domain.enrollments.counting.

    Raises:
        Unavailable: too many requests at once, or a service is not available. Call it again.
    """
    waiting = list(dict.fromkeys(user_ids))
    return sum(
        _settle_group(store, course_id, waiting[start : start + GROUP_SIZE], grace_seconds)
        for start in range(0, len(waiting), GROUP_SIZE)
    )


def _settle_group(
    store: AdmissionsStore, course_id: str, user_ids: Sequence[str], grace_seconds: float
) -> int:
    settled = 0

    def attempt() -> bool | None:
        nonlocal settled
        admission, records = store.load_all(user_ids, course_id)
        queued = [record for record in records.values() if record.status == PENDING]
        # No function deletes a course. If an operator does, nobody gets a seat in it.
        if admission is None or not queued:
            return True
        if admission.counting_since is not None:
            finish_counting(store, course_id, grace_seconds)
            return None
        queued.sort(key=lambda record: (record.requested_at or "", record.user_id))
        change = _next_step(admission, queued, clock.now())
        if store.commit(change) is not None:
            return None
        settled += len(change.records)
        return True if len(change.records) == len(queued) else None

    Retries(SETTLING_SECONDS, longest_pause=SETTLING_LONGEST_PAUSE_SECONDS).until_answer(attempt)
    return settled


def _next_step(admission: Admission, queued: Sequence[EnrollmentRecord], now: str) -> SeatChange:
    """First all students who get a seat; if there are none, all students who join the waitlist."""
    course_id = admission.course_id
    seats = len(queued)
    if admission.status != PUBLISHED or admission.waitlisted > 0:
        seats = 0
    elif admission.capacity is not None:
        seats = max(0, admission.capacity - admission.seats_taken)
    if admission.status == PUBLISHED and admission.capacity is None:
        records = [_settled(record, admission, left_to_stream=True) for record in queued]
        return SeatChange(course_id, None, 0, 0, records, now)
    queue_until = _later(now, QUEUE_SECONDS) if len(queued) >= RUSH_SIZE else None
    if seats:
        records = [_settled(record, admission) for record in queued[:seats]]
        guard, moves = Guard.GROUP_FITS, (len(records), 0)
    else:
        records = [_settled(record, admission, waits=True) for record in queued]
        guard, moves = Guard.GROUP_MUST_WAIT, (0, len(records))
        if admission.status != PUBLISHED:
            guard = Guard.UNPUBLISHED
    return SeatChange(course_id, guard, *moves, records, now, seen=admission, queue_until=queue_until)


def _settled(
    record: EnrollmentRecord, admission: Admission, *, waits: bool = False, left_to_stream: bool = False
) -> EnrollmentRecord:
    return record.changed(
        status=WAITLISTED if waits else learning_status(record),
        # What is written into a course while it is hidden does not reach its students.
        course_title=admission.title if admission.status == PUBLISHED else record.course_title,
        waitlisted_at=record.requested_at if waits else None,
        requested_at=None,
        left_to_stream=left_to_stream,
    )


def _later(moment: str, seconds: int) -> str:
    return clock.to_text(datetime.fromisoformat(moment) + timedelta(seconds=seconds))
