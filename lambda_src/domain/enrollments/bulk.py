"""The rules of bulk enrolment: an instructor or administrator enrols many people, or an invited person signs in.

Seats and waitlists follow the rules of a single enrolment (`rules`): never more seats than the capacity,
never a seat while other students wait, and people without a seat join the waitlist in the order in which they were
named. Bulk enrolment does not call the single enrolment for each person, because:

* a single enrolment assumes that there is no record, so that its usual case is one write;
* bulk enrolment reads the course's admission and up to 49 records first, and then writes all of them in one
  transaction: calls to AWS are made per group, not per person;
* the enrolment window is for people who enrol themselves; instructors and administrators may enrol people before it
  opens and after it closes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from domain.courses import PUBLISHED, Course
from domain.enrollments.admission import Admission
from domain.enrollments.guards import Guard, has_free_seat
from domain.enrollments.model import PENDING, WITHDRAWN, EnrollmentRecord
from domain.enrollments.rules import counted_ids_for, enrolling_record
from domain.enrollments.seats import EnrollmentStore, SeatChange
from domain.enrollments.withdrawals import fill_seats
from domain.rosters.contacts import Contact
from toolkit import clock
from toolkit.errors import Conflict
from toolkit.retries import Retries

Seen = tuple[Admission | None, Mapping[str, EnrollmentRecord], Mapping[str, Contact | None]]
"""A course's admission, and people's records in it and their names by user id, as they were read a moment ago."""

P = TypeVar("P", Course, Admission)

# DynamoDB allows 100 parts in a transaction: one for the admission item, and two for each person.
MOST_AT_ONCE = 49


class BulkEnrollmentStore(EnrollmentStore, Protocol):
    """What the rules need of the database."""

    def load_all(
        self, user_ids: Sequence[str], course_id: str
    ) -> tuple[Admission | None, Mapping[str, EnrollmentRecord]]:
        """The course's admission and these people's records as they are now; at most MOST_AT_ONCE."""

    def load_group(self, user_ids: Sequence[str], course_id: str) -> Seen:
        """The same, with the names and addresses of these people."""


@dataclass(frozen=True)
class Plan:
    """What happens to a group of people: who is in already, gets a seat, or joins the waitlist.

    Attributes:
        already_in: by user id, records of people who are enrolled or on the waitlist.
        to_enrol: records to write of people who get a seat.
        to_waitlist: records to write of people who join the waitlist.
    """

    already_in: Mapping[str, EnrollmentRecord]
    to_enrol: Sequence[EnrollmentRecord]
    to_waitlist: Sequence[EnrollmentRecord]


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


def require_published(course: P | None) -> P:
    """The course or its admission, if people can be enrolled in it.

    Raises:
        Conflict: it is a draft, or archived, or there is none.
    """
    if course is None or course.status != PUBLISHED:
        raise Conflict("People can be enrolled in a published course only.", code="course-not-published")
    return course


def plan(
    admission: Admission,
    user_ids: Sequence[str],
    records: Mapping[str, EnrollmentRecord],
    now: str,
    *,
    ahead: int,
    counted_ids: frozenset[str],
) -> Plan:
    """Decide from the present state, in the order in which people are named.

    Args:
        admission: the course's admission as it is now.
        user_ids: the people of this group.
        records: their records as they are now, by user id. Who is queued is taken out of the queue, and waits since
            the own request.
        now: the current time as stored text.
        ahead: how many people were named before this group.
        counted_ids: the course's lessons that count, if one of the people has completed any.
    """
    already_in = {
        user_id: records[user_id]
        for user_id in user_ids
        if user_id in records and records[user_id].status not in (WITHDRAWN, PENDING)
    }
    to_add = [user_id for user_id in user_ids if user_id not in already_in]
    seats = len(to_add)
    if admission.waitlisted > 0 or admission.counting_since is not None:
        seats = 0
    elif admission.capacity is not None:
        seats = max(0, admission.capacity - admission.seats_taken)

    def joined(user_id: str, waits_since: str | None) -> EnrollmentRecord:
        return enrolling_record(
            admission, records.get(user_id), user_id, now, counted_ids=counted_ids, waits_since=waits_since
        )

    def requested_at(user_id: str) -> str | None:
        record = records.get(user_id)
        return record.requested_at if record is not None and record.status == PENDING else None

    return Plan(
        already_in,
        [joined(user_id, None) for user_id in to_add[:seats]],
        [
            # The waitlist is sorted by time, so each person gets a different time.
            joined(user_id, requested_at(user_id) or _later(now, number))
            for number, user_id in enumerate(to_add[seats:], ahead)
        ],
    )


def enroll_all(
    store: BulkEnrollmentStore,
    user_ids: Sequence[str],
    course_id: str,
    now: str,
    retries: Retries,
    *,
    seen: Seen | None = None,
) -> Outcome:
    """Enrol people in a course, or put them on its waitlist; people who have been erased are left out.

    Args:
        store: the database.
        user_ids: the people, in the order in which they get seats.
        course_id: the course.
        now: the current time as stored text.
        retries: the budget for retries.
        seen: the course and the people's records, if the caller has just read them; only for MOST_AT_ONCE people.

    Raises:
        Conflict: the course is not published.
        RetriesExhausted: too many requests at once; people who were enrolled so far stay enrolled.
    """
    outcome = Outcome()
    for start in range(0, len(user_ids), MOST_AT_ONCE):
        group = user_ids[start : start + MOST_AT_ONCE]
        _enroll_group(store, group, course_id, now, retries, outcome, ahead=start, seen=seen)
    return outcome


def preview(store: BulkEnrollmentStore, user_ids: Sequence[str], course_id: str, now: str) -> Outcome:
    """What enroll_all would do if no other request came in between; changes nothing.

    Raises:
        Conflict: the course is not published.
    """
    outcome = Outcome()
    seats = waiting = 0
    for start in range(0, len(user_ids), MOST_AT_ONCE):
        group = user_ids[start : start + MOST_AT_ONCE]
        found, records = store.load_all(group, course_id)
        admission = require_published(found)
        admission = replace(
            admission,
            seats_taken=admission.seats_taken + seats,
            waitlisted=admission.waitlisted + waiting,
        )
        counted_ids = counted_ids_for(store, records.values(), course_id)
        planned = plan(admission, group, records, now, ahead=start, counted_ids=counted_ids)
        outcome.note(planned.already_in.values(), new=False)
        outcome.note((*planned.to_enrol, *planned.to_waitlist), new=True)
        seats += len(planned.to_enrol)
        waiting += len(planned.to_waitlist)
    return outcome


def _enroll_group(
    store: BulkEnrollmentStore,
    user_ids: Sequence[str],
    course_id: str,
    now: str,
    retries: Retries,
    outcome: Outcome,
    *,
    ahead: int,
    seen: Seen | None,
) -> None:
    pending = list(user_ids)

    def attempt() -> bool | None:
        nonlocal pending, seen
        found, records, contacts = seen or store.load_group(pending, course_id)
        seen = None
        admission = require_published(found)
        counted_ids = counted_ids_for(store, records.values(), course_id)
        planned = plan(admission, pending, records, now, ahead=ahead, counted_ids=counted_ids)
        outcome.note(planned.already_in.values(), new=False)
        change = _with_contacts(_change(admission, planned, now), contacts)
        refusal = store.commit(change) if change.records else None
        erased = refusal.erased if refusal is not None else frozenset()
        if refusal is None:
            outcome.note(change.records, new=True)
            if change.guard is Guard.GROUP_MUST_WAIT and has_free_seat(admission):
                _promote_waiting(store, change, retries, outcome)
        pending = [user for user in pending if user not in outcome.records and user not in erased]
        return None if pending else True

    retries.until_answer(attempt)


def _change(admission: Admission, planned: Plan, now: str) -> SeatChange:
    """The next step of a plan: first all people who get a seat. If there are none, all people who join the waitlist."""
    records = planned.to_enrol or planned.to_waitlist
    guard = Guard.GROUP_FITS if planned.to_enrol else Guard.GROUP_MUST_WAIT
    moves = (len(records), 0) if planned.to_enrol else (0, len(records))
    newcomers = [record.user_id for record in records]
    return SeatChange(admission.course_id, guard, *moves, records, now, seen=admission, newcomers=newcomers)


def _with_contacts(change: SeatChange, contacts: Mapping[str, Contact | None]) -> SeatChange:
    """The change, with the names and addresses of its people in their records."""
    records = [
        replace(record, contact=contacts.get(record.user_id) or record.contact) for record in change.records
    ]
    return replace(change, records=records)


def _promote_waiting(
    store: BulkEnrollmentStore, change: SeatChange, retries: Retries, outcome: Outcome
) -> None:
    """Promote waiting students: the capacity was just raised."""
    if fill_seats(store, change.course_id, change.now, retries) and change.records:
        _, records = store.load_all([record.user_id for record in change.records], change.course_id)
        outcome.records.update(records)


def _later(moment: str, milliseconds: int) -> str:
    return clock.to_text(datetime.fromisoformat(moment) + timedelta(milliseconds=milliseconds))
