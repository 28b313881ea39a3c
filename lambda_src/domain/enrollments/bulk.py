"""The rules of bulk enrolment: staff enrols many people at once, and a first sign-in takes up an invitation.

Seats and waitlists follow the rules of a single enrolment (`rules`): never one seat too many, no person gets past
those who wait, and people for whom there is no seat wait in the order in which they were named. Why there are two
paths, and not one that is called for each person:

* a single enrolment trusts a course that may be seconds old, so that its usual case is one write and no read;
* bulk enrolment reads the course and up to 49 records first, and then writes all of them in one transaction:
  calls to AWS per group, not per person;
* the enrolment window is for people who enrol themselves; staff may enrol before it opens and after it closes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from domain.courses import PUBLISHED, Course
from domain.enrollments.guards import Guard, has_free_seat
from domain.enrollments.model import WITHDRAWN, EnrollmentRecord
from domain.enrollments.rules import EnrollmentStore, SeatChange, entering, fill_seats
from toolkit import clock
from toolkit.errors import Conflict
from toolkit.retries import Retries

# A transaction has at most 100 parts: the course, and two for each person.
MOST_AT_ONCE = 49


class BulkEnrollmentStore(EnrollmentStore, Protocol):
    """What the rules need of the database."""

    def load_all(
        self, user_ids: Sequence[str], course_id: str
    ) -> tuple[Course | None, Mapping[str, EnrollmentRecord]]:
        """The course and these people's records as they are now; at most MOST_AT_ONCE."""


@dataclass(frozen=True)
class Plan:
    """What happens to some people: who is in already, who gets a seat and who has to wait."""

    settled: Mapping[str, EnrollmentRecord]
    enter: Sequence[EnrollmentRecord]
    wait: Sequence[EnrollmentRecord]


@dataclass
class Outcome:
    """What happened to people: their records by user id, and which of them this call enrolled or waitlisted."""

    records: dict[str, EnrollmentRecord] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)

    def note(self, records: Iterable[EnrollmentRecord], *, new: bool) -> None:
        """Add records."""
        for record in records:
            self.records[record.user_id] = record
            if new:
                self.new.add(record.user_id)


def require_published(course: Course | None) -> Course:
    """The course, if people can be enrolled in it.

    Raises:
        Conflict: it is a draft, or archived.
    """
    if course is None or course.status != PUBLISHED:
        raise Conflict("People can be enrolled in a published course only.", code="course-not-published")
    return course


def plan(
    course: Course, user_ids: Sequence[str], records: Mapping[str, EnrollmentRecord], now: str, *, ahead: int
) -> Plan:
    """Decide from the present state, in the order in which people are named. `ahead` were named before these."""
    settled = {
        user_id: records[user_id]
        for user_id in user_ids
        if user_id in records and records[user_id].status != WITHDRAWN
    }
    coming = [user_id for user_id in user_ids if user_id not in settled]
    seats = len(coming)
    if course.waitlisted > 0:
        seats = 0
    elif course.capacity is not None:
        seats = max(0, course.capacity - course.seats_taken)
    return Plan(
        settled,
        [
            entering(course, records.get(user_id), user_id, now, waits_since=None)
            for user_id in coming[:seats]
        ],
        [
            # The waitlist is ordered by time, so each person gets a time of their own.
            entering(course, records.get(user_id), user_id, now, waits_since=_later(now, number))
            for number, user_id in enumerate(coming[seats:], ahead)
        ],
    )


def enroll_all(
    store: BulkEnrollmentStore, user_ids: Sequence[str], course_id: str, now: str, retries: Retries
) -> Outcome:
    """Enrol people in a course, or put them on its waitlist; people who have been erased are left out.

    Raises:
        Conflict: the course is not published.
        RetriesExhausted: too many requests at once; people who were enrolled so far stay enrolled.
    """
    outcome = Outcome()
    for start in range(0, len(user_ids), MOST_AT_ONCE):
        some = user_ids[start : start + MOST_AT_ONCE]
        _enroll_some(store, some, course_id, now, retries, outcome, ahead=start)
    return outcome


def preview(store: BulkEnrollmentStore, user_ids: Sequence[str], course_id: str, now: str) -> Outcome:
    """What enroll_all would do, if nothing else happened; changes nothing.

    Raises:
        Conflict: the course is not published.
    """
    outcome = Outcome()
    seats = waiting = 0
    for start in range(0, len(user_ids), MOST_AT_ONCE):
        some = user_ids[start : start + MOST_AT_ONCE]
        course, records = store.load_all(some, course_id)
        course = require_published(course)
        course = replace(
            course, seats_taken=course.seats_taken + seats, waitlisted=course.waitlisted + waiting
        )
        planned = plan(course, some, records, now, ahead=start)
        outcome.note(planned.settled.values(), new=False)
        outcome.note((*planned.enter, *planned.wait), new=True)
        seats += len(planned.enter)
        waiting += len(planned.wait)
    return outcome


def _enroll_some(
    store: BulkEnrollmentStore,
    user_ids: Sequence[str],
    course_id: str,
    now: str,
    retries: Retries,
    outcome: Outcome,
    *,
    ahead: int,
) -> None:
    pending = list(user_ids)

    def attempt() -> bool | None:
        nonlocal pending
        course, records = store.load_all(pending, course_id)
        course = require_published(course)
        planned = plan(course, pending, records, now, ahead=ahead)
        outcome.note(planned.settled.values(), new=False)
        change = _change(course, planned, now)
        refusal = store.commit(change) if change.records else None
        erased = refusal.erased if refusal is not None else frozenset()
        if refusal is None:
            outcome.note(change.records, new=True)
            if change.guard is Guard.GROUP_MUST_WAIT and has_free_seat(course):
                _let_move_up(store, change, retries, outcome)
        pending = [user for user in pending if user not in outcome.records and user not in erased]
        return None if pending else True

    retries.until_answer(attempt)


def _change(course: Course, planned: Plan, now: str) -> SeatChange:
    """The next step of a plan: first all people who get a seat, then all who wait."""
    if planned.enter:
        return SeatChange(
            course.course_id, Guard.GROUP_FITS, len(planned.enter), 0, planned.enter, now, seen=course
        )
    return SeatChange(
        course.course_id, Guard.GROUP_MUST_WAIT, 0, len(planned.wait), planned.wait, now, seen=course
    )


def _let_move_up(store: BulkEnrollmentStore, change: SeatChange, retries: Retries, outcome: Outcome) -> None:
    """Seats are free though people waited: an instructor has only just raised the capacity."""
    if fill_seats(store, change.course_id, change.now, retries) and change.records:
        _, records = store.load_all([record.user_id for record in change.records], change.course_id)
        outcome.records.update(records)


def _later(moment: str, milliseconds: int) -> str:
    return clock.to_text(datetime.fromisoformat(moment) + timedelta(milliseconds=milliseconds))
