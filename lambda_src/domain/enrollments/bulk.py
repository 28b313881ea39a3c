"""Enrolling many people at once, as staff does: the rules of domain.enrollments.rules, some of them for whole groups.

Places and waitlists hold as for everybody: never one place too many, nobody gets past those who wait, and
those who do not fit wait in the order in which they were named. But the enrolment window is for people
who enrol themselves: staff may do it before it opens and after it closes. No AWS in here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from domain.courses import PUBLISHED, Course
from domain.enrollments import rules as enrollments
from domain.enrollments.model import WITHDRAWN, Record
from domain.enrollments.rules import entering, has_free_place
from toolkit import clock
from toolkit.errors import Conflict
from toolkit.retries import Tries

# A transaction holds 100 writes at most: the course, and two for each person.
MOST_AT_ONCE = 49


@dataclass(frozen=True)
class Admission:
    """One step, all or nothing: these people get a place each, or these people wait.

    Attributes:
        course_id: the course; it must be published at the moment of the commit.
        seen: its version as it was seen, which must still be the same: records tell of its title and lessons.
        capacity: its capacity as it was seen, which must still be the same if there was one.
        records: what is written; revision 1 must be new, any other must follow its predecessor.
        wait: False: nobody may be waiting, and there must be a place for all of them.
            True: all places must be taken, or somebody be waiting already.
    """

    course_id: str
    seen: int
    capacity: int | None
    records: Sequence[Record]
    wait: bool


@dataclass(frozen=True)
class Refusal:
    """An Admission was not committed: it lost a race, or these people have been erased."""

    erased: frozenset[str] = frozenset()


class Store(enrollments.Store, Protocol):
    """What the rules need of the database."""

    def look_all(self, user_ids: Sequence[str], course_id: str) -> tuple[Course | None, Mapping[str, Record]]:
        """The course and these people's records as they are now; at most MOST_AT_ONCE."""

    def admit(self, admission: Admission) -> Refusal | None:
        """Commit a step as a whole, or refuse it."""


@dataclass(frozen=True)
class Plan:
    """What becomes of some people: who is in already, who gets a place and who has to wait."""

    settled: Mapping[str, Record]
    enter: Sequence[Record]
    wait: Sequence[Record]


@dataclass
class Outcome:
    """What became of people: their records by user id, and which of them this call made."""

    records: dict[str, Record] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)


def require_published(course: Course | None) -> Course:
    """The course, if it can take people in.

    Raises:
        Conflict: it is a draft, or archived.
    """
    if course is None or course.status != PUBLISHED:
        raise Conflict("Only a published course takes people in.", code="course-not-published")
    return course


def plan(
    course: Course, user_ids: Sequence[str], records: Mapping[str, Record], now: str, *, ahead: int
) -> Plan:
    """Decide, from how things stand; in the order in which people are named. `ahead` were named before these."""
    settled = {
        user_id: records[user_id]
        for user_id in user_ids
        if user_id in records and records[user_id].status != WITHDRAWN
    }
    coming = [user_id for user_id in user_ids if user_id not in settled]
    room = len(coming)
    if course.waitlisted > 0:
        room = 0
    elif course.capacity is not None:
        room = max(0, course.capacity - course.seats_taken)
    return Plan(
        settled,
        [entering(course, records.get(user_id), user_id, now, waits_since=None) for user_id in coming[:room]],
        [
            # The waitlist's order is that of the moments, so each gets one of their own.
            entering(course, records.get(user_id), user_id, now, waits_since=_later(now, number))
            for number, user_id in enumerate(coming[room:], ahead)
        ],
    )


def enroll_all(store: Store, user_ids: Sequence[str], course_id: str, now: str, tries: Tries) -> Outcome:
    """Enrol people in a course, or put them on its waitlist; who has been erased is left out.

    Raises:
        Conflict: the course is not published.
        Unavailable: the attempts are used up; who was enrolled so far stays so.
    """
    outcome = Outcome()
    for start in range(0, len(user_ids), MOST_AT_ONCE):
        some = user_ids[start : start + MOST_AT_ONCE]
        _enroll_some(store, some, course_id, now, tries, outcome, ahead=start)
    return outcome


def foresee(store: Store, user_ids: Sequence[str], course_id: str, now: str) -> Outcome:
    """What enroll_all would do, if nothing else happened; changes nothing.

    Raises:
        Conflict: the course is not published.
    """
    outcome = Outcome()
    seats = waiting = 0
    for start in range(0, len(user_ids), MOST_AT_ONCE):
        some = user_ids[start : start + MOST_AT_ONCE]
        course, records = store.look_all(some, course_id)
        course = require_published(course)
        course = replace(
            course, seats_taken=course.seats_taken + seats, waitlisted=course.waitlisted + waiting
        )
        planned = plan(course, some, records, now, ahead=start)
        _note(outcome, planned.settled.values(), new=False)
        _note(outcome, (*planned.enter, *planned.wait), new=True)
        seats += len(planned.enter)
        waiting += len(planned.wait)
    return outcome


def _enroll_some(
    store: Store,
    user_ids: Sequence[str],
    course_id: str,
    now: str,
    tries: Tries,
    outcome: Outcome,
    *,
    ahead: int,
) -> None:
    pending = list(user_ids)
    for _ in tries():
        course, records = store.look_all(pending, course_id)
        course = require_published(course)
        planned = plan(course, pending, records, now, ahead=ahead)
        _note(outcome, planned.settled.values(), new=False)
        step = Admission(
            course_id, course.version, course.capacity, planned.enter or planned.wait, not planned.enter
        )
        refusal = store.admit(step) if step.records else None
        erased = refusal.erased if refusal is not None else frozenset()
        if refusal is None:
            _note(outcome, step.records, new=True)
            if step.wait and has_free_place(course):
                _let_move_up(store, step, now, tries(), outcome)
        pending = [user for user in pending if user not in outcome.records and user not in erased]
        if not pending:
            return


def _let_move_up(store: Store, step: Admission, now: str, attempts: Iterator[int], outcome: Outcome) -> None:
    """Places are free though somebody waited: an instructor has only just raised the capacity."""
    if enrollments.fill_places(store, step.course_id, now, attempts):
        _, records = store.look_all([record.user_id for record in step.records], step.course_id)
        outcome.records.update(records)


def _note(outcome: Outcome, records: Iterable[Record], *, new: bool) -> None:
    for record in records:
        outcome.records[record.user_id] = record
        if new:
            outcome.new.add(record.user_id)


def _later(moment: str, milliseconds: int) -> str:
    return clock.to_text(datetime.fromisoformat(moment) + timedelta(milliseconds=milliseconds))
