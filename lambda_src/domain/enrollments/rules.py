"""The rules of places and waitlists: who gets in, who waits, who moves up. No AWS in here.

Every change is described as a Change: what has to hold of the course (the guard), how its two
counters move, and which records are written. A store (domain.enrollments.store) commits a Change as a whole or
refuses it; the rules then look again and decide anew. So with any number of requests at once

* a course's `seatsTaken` is the number of its enrolled students, and at most its capacity (an
  instructor may lower the capacity later: then nobody new gets in until enough have left);
* its `waitlisted` is the number of students who wait; they move up in the order in which they came,
  and nobody gets past them, whether a place is free or not;
* who leaves a full course hands the place to the first who waits, in the same transaction.

Who enrols again after a withdrawal goes on where they left off, with the first enrolment's date.
The waitlist is still honoured after enrolment has closed, but not while a course is unpublished.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Protocol

from domain.courses import PUBLISHED, Course
from domain.enrollments.model import ACTIVE, COMPLETED, WAITLISTED, WITHDRAWN, Record, percentage_of
from domain.permissions import NO_SUCH_COURSE
from toolkit.errors import Conflict, NotFound, Unavailable

NOT_ENROLLED = "You are not enrolled in this course."

# After this many refused attempts to hand a place over, it is given back instead: the index that
# shows who waits is a moment late, and somebody who only just joined may not be in it yet.
HAND_OVER_ATTEMPTS = 4
# How many move up within one request; the rest do with the next one.
MOST_PROMOTIONS = 25


class Guard(Enum):
    """What has to hold of the course at the moment of the commit."""

    PLACE_FREE = auto()
    """Published, enrolment open, nobody waits, and a place is free or there is no capacity."""
    MUST_WAIT = auto()
    """Published, enrolment open, and all places are taken or somebody waits already."""
    HAND_OVER = auto()
    """Published, somebody waits, and no more places are taken than there are."""
    NO_HAND_OVER = auto()
    """The opposite: whoever leaves now leaves the place to nobody."""
    MOVE_UP = auto()
    """Published, somebody waits, and a place is free or there is no capacity."""
    NOTHING = auto()
    """The course is there."""


@dataclass(frozen=True)
class Change:
    """One step, all or nothing.

    Attributes:
        course_id: the course whose counters move.
        guard: what has to hold of it.
        seats: by how much `seatsTaken` moves.
        waiting: by how much `waitlisted` moves.
        records: what is written; revision 1 must be new, any other must follow its predecessor.
        now: the moment that the guard is about.
        seen: the course's version that the records tell of (title, lessons), which must still be the same;
            None where they take nothing from it.
    """

    course_id: str
    guard: Guard
    seats: int
    waiting: int
    records: Sequence[Record]
    now: str
    seen: int | None = None


@dataclass(frozen=True)
class Refusal:
    """A Change was not committed: `found` holds, by user, records that stood in its way."""

    found: Mapping[str, Record] = field(default_factory=dict)


class Store(Protocol):
    """What the rules need of the database."""

    def course(self, course_id: str) -> Course | None:
        """The course, perhaps a few seconds old."""

    def look(self, user_id: str, course_id: str) -> tuple[Course | None, Record | None]:
        """The course and the student's record as they are now."""

    def first_waiting(self, course_id: str) -> Record | None:
        """Who has waited longest, as of a moment ago."""

    def commit(self, change: Change) -> Refusal | None:
        """Commit a change as a whole; a Refusal if it lost a race or its guard does not hold."""


def holds(guard: Guard, course: Course, now: str) -> bool:
    """Whether a guard holds of a course. The store checks the same again when it commits."""
    published = course.status == PUBLISHED
    free = has_free_place(course)
    match guard:
        case Guard.PLACE_FREE:
            return published and is_open(course, now) and free and course.waitlisted == 0
        case Guard.MUST_WAIT:
            return published and is_open(course, now) and (not free or course.waitlisted > 0)
        case Guard.HAND_OVER:
            fits = course.capacity is None or course.seats_taken <= course.capacity
            return published and fits and course.waitlisted > 0
        case Guard.NO_HAND_OVER:
            return not holds(Guard.HAND_OVER, course, now)
        case Guard.MOVE_UP:
            return published and free and course.waitlisted > 0
        case Guard.NOTHING:
            return True


def has_free_place(course: Course) -> bool:
    """Whether fewer places are taken than there are. People may wait nevertheless, in the moment
    after an instructor raised the capacity: the place is for the first of them."""
    return course.capacity is None or course.seats_taken < course.capacity


def is_open(course: Course, now: str) -> bool:
    """Whether enrolment is open: from `opens_at` on, and before `closes_at`."""
    return (course.opens_at is None or course.opens_at <= now) and (
        course.closes_at is None or now < course.closes_at
    )


def entering(
    course: Course, record: Record | None, user_id: str, now: str, *, waits_since: str | None
) -> Record:
    """The record of somebody who comes in, or back, or begins to wait."""
    status = _learning_status(record) if waits_since is None else WAITLISTED
    if record is None:
        return Record(
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
        # While they were away, nobody kept it up with the course's lessons.
        percentage=percentage_of(record.completed, course.lesson_ids),
        waitlisted_at=waits_since,
    )


def enroll(
    store: Store, user_id: str, course_id: str, now: str, attempts: Iterator[int]
) -> tuple[Record, bool]:
    """Enrol a student, or put them on the waitlist.

    Returns:
        The record, and whether it is this call that enrolled or waitlisted them.

    Raises:
        NotFound: there is no such course, or it is not published.
        Conflict: enrolment is not open.
        Unavailable: the attempts are used up.
    """
    # The first attempt trusts a course that may be seconds old and takes the student for new: the
    # commit checks both. Nobody is turned away on that ground, though.
    course, record = store.course(course_id), None
    if course is None or course.status != PUBLISHED or not is_open(course, now):
        course, record = store.look(user_id, course_id)
    for _ in attempts:
        course = _require_published(course)
        if record is not None and record.status != WITHDRAWN:
            return record, False
        change = _entry(course, record, user_id, now)
        refusal = store.commit(change)
        if refusal is None:
            entered = change.records[0]
            if (
                entered.status == WAITLISTED
                and has_free_place(course)
                and fill_places(store, course_id, now, attempts)
            ):
                _, record = store.look(user_id, course_id)
                return record or entered, True
            return entered, True
        record = refusal.found.get(user_id)
        if record is None or record.status == WITHDRAWN:
            course, record = store.look(user_id, course_id)
    raise AssertionError("attempts never end without an answer")


def withdraw(store: Store, user_id: str, course_id: str, now: str, attempts: Iterator[int]) -> None:
    """Take a student out of a course or its waitlist; a second time changes nothing.

    Raises:
        NotFound: the student was never enrolled.
        Unavailable: the attempts are used up.
    """
    for number in attempts:
        course, record = store.look(user_id, course_id)
        if record is None:
            raise NotFound(NOT_ENROLLED)
        if record.status == WITHDRAWN:
            return
        first = None
        hands_over = course is not None and record.is_enrolled and holds(Guard.HAND_OVER, course, now)
        if hands_over and number < HAND_OVER_ATTEMPTS:
            first = store.first_waiting(course_id)
            if first is not None and first.user_id == user_id:
                first = None  # the index still shows the student's own time on the waitlist
        if store.commit(_exit(course, record, first, now)) is None:
            if hands_over and first is None:
                fill_places(store, course_id, now, attempts)
            return


def fill_places(store: Store, course_id: str, now: str, attempts: Iterator[int]) -> int:
    """Let those who wait move up while places are free; returns how many did.

    Called after whatever may have freed places: an unguarded withdrawal, a raised capacity, a
    course that is published again. Gives up quietly when the attempts are used up.
    """
    promoted = 0
    while promoted < MOST_PROMOTIONS:
        first = store.first_waiting(course_id)
        if first is None:
            break
        if store.commit(Change(course_id, Guard.MOVE_UP, 1, -1, [_promoted(first)], now)) is None:
            promoted += 1
            continue
        # Somebody else was quicker, the index is late, or there is no place: only that is an end.
        course, _ = store.look(first.user_id, course_id)
        if course is None or not holds(Guard.MOVE_UP, course, now) or not _may_go_on(attempts):
            break
    return promoted


def _may_go_on(attempts: Iterator[int]) -> bool:
    try:
        return next(attempts, None) is not None
    except Unavailable:
        return False


def _require_published(course: Course | None) -> Course:
    if course is None or course.status != PUBLISHED:
        raise NotFound(NO_SUCH_COURSE)
    return course


def _entry(course: Course, record: Record | None, user_id: str, now: str) -> Change:
    if not is_open(course, now):
        raise Conflict("Enrolment in this course is not open.", code="enrollment-closed")
    waits = holds(Guard.MUST_WAIT, course, now)
    entered = entering(course, record, user_id, now, waits_since=now if waits else None)
    guard = Guard.MUST_WAIT if waits else Guard.PLACE_FREE
    moves = (0, 1) if waits else (1, 0)
    return Change(course.course_id, guard, *moves, [entered], now, seen=course.version)


def _exit(course: Course | None, record: Record, first: Record | None, now: str) -> Change:
    left = record.changed(status=WITHDRAWN, waitlisted_at=None)
    if record.status == WAITLISTED:
        return Change(record.course_id, Guard.NOTHING, 0, -1, [left], now)
    if first is not None:
        return Change(record.course_id, Guard.HAND_OVER, 0, -1, [left, _promoted(first)], now)
    # Without a guard the place is free for a moment though somebody waits; fill_places follows.
    alone = course is None or holds(Guard.NO_HAND_OVER, course, now)
    guard = Guard.NO_HAND_OVER if alone else Guard.NOTHING
    return Change(record.course_id, guard, -1, 0, [left], now)


def _promoted(waiting: Record) -> Record:
    return waiting.changed(status=_learning_status(waiting), waitlisted_at=None)


def _learning_status(record: Record | None) -> str:
    return COMPLETED if record is not None and record.completed_at is not None else ACTIVE
