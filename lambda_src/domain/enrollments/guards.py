"""The conditions on a course under which enrolments are written: each guard in Python and as a DynamoDB condition.

They are conditions on the course's admission item (domain.enrollments.admission). The rules ask `is_met` to decide
what to do. The store sends `condition` with the write, because other requests may have changed the item since it was
read. A test compares the two for every state of an admission item.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

from domain.courses import PUBLISHED
from domain.enrollments.admission import Admission

# Names of attributes that DynamoDB reserves.
_NAMES = {"#status": "status", "#capacity": "capacity", "#version": "version"}


def has_free_seat(course: Admission) -> bool:
    """Whether fewer seats are taken than there are.

    Students can still be waiting just after the capacity was raised. Then the seat is for the first of them.
    """
    return course.capacity is None or course.seats_taken < course.capacity


def is_open(course: Admission, now: str) -> bool:
    """Whether enrolment is open: from `opens_at` on, and before `closes_at`."""
    return (course.opens_at is None or course.opens_at <= now) and (
        course.closes_at is None or now < course.closes_at
    )


class Situation(NamedTuple):
    """What a guard checks: the course's admission, the current time as stored text, and how many people are enrolled
    together."""

    course: Admission
    now: str
    group_size: int


@dataclass(frozen=True)
class Fact:
    """One statement, in Python and as a DynamoDB condition."""

    is_true: Callable[[Situation], bool]
    condition: str


def _all(*facts: Fact) -> Fact:
    return Fact(
        lambda situation: all(fact.is_true(situation) for fact in facts),
        " AND ".join(fact.condition for fact in facts),
    )


def _any(*facts: Fact) -> Fact:
    return Fact(
        lambda situation: any(fact.is_true(situation) for fact in facts),
        f"({' OR '.join(fact.condition for fact in facts)})",
    )


def _not(fact: Fact) -> Fact:
    return Fact(
        lambda situation: not fact.is_true(situation),
        f"NOT ({fact.condition})",
    )


_EXISTS = Fact(lambda _: True, "attribute_exists(courseId)")
_PUBLISHED = Fact(lambda situation: situation.course.status == PUBLISHED, "#status = :published")
_OPEN = Fact(
    lambda situation: is_open(situation.course, situation.now),
    "(attribute_not_exists(opensAt) OR opensAt <= :now) AND (attribute_not_exists(closesAt) OR :now < closesAt)",
)
_SEAT_FREE = Fact(
    lambda situation: has_free_seat(situation.course),
    "(attribute_not_exists(#capacity) OR attribute_not_exists(seatsTaken) OR seatsTaken < #capacity)",
)
_ALL_TAKEN = Fact(
    lambda situation: not has_free_seat(situation.course),
    "(attribute_exists(#capacity) AND seatsTaken >= #capacity)",
)
_NONE_TOO_MANY = Fact(
    lambda situation: (
        situation.course.capacity is None or situation.course.seats_taken <= situation.course.capacity
    ),
    "(attribute_not_exists(#capacity) OR attribute_not_exists(seatsTaken) OR seatsTaken <= #capacity)",
)
# A DynamoDB condition cannot add. So `:most` is the capacity that was read, minus the size of the group, and the
# condition also checks that the capacity is still the one that was read (`:capacity`).
_SEATS_FOR_GROUP = Fact(
    lambda situation: (
        situation.course.capacity is None
        or situation.course.seats_taken + situation.group_size <= situation.course.capacity
    ),
    "(attribute_not_exists(#capacity) OR"
    " (#capacity = :capacity AND (attribute_not_exists(seatsTaken) OR seatsTaken <= :most)))",
)
_STUDENTS_WAIT = Fact(lambda situation: situation.course.waitlisted > 0, "waitlisted > :zero")
_NO_STUDENT_WAITS = Fact(
    lambda situation: situation.course.waitlisted == 0,
    "(attribute_not_exists(waitlisted) OR waitlisted = :zero)",
)
# While the students of a course are counted, its counters say too little.
_COUNTED = Fact(
    lambda situation: situation.course.counting_since is None, "attribute_not_exists(countingSince)"
)
_NO_QUEUE = Fact(
    lambda situation: situation.course.queue_until is None or situation.course.queue_until <= situation.now,
    "(attribute_not_exists(queueUntil) OR queueUntil <= :now)",
)
_SAME_VERSION = "#version = :seen"
_DIRECTLY = _all(_PUBLISHED, _OPEN, _COUNTED, _NO_QUEUE)
_WITHDRAW_AND_PROMOTE = _all(_PUBLISHED, _COUNTED, _NONE_TOO_MANY, _STUDENTS_WAIT)


class Guard(Enum):
    """What has to be true of the course at the moment of the commit."""

    SEAT_FREE = _all(_DIRECTLY, _SEAT_FREE, _NO_STUDENT_WAITS)
    """Published, enrolment is open, nobody is queued, no student waits, and a seat is free or there is no capacity."""
    MUST_WAIT = _all(_DIRECTLY, _any(_ALL_TAKEN, _STUDENTS_WAIT))
    """Published, enrolment is open, nobody is queued, and all seats are taken or students wait already."""
    GROUP_FITS = _all(_PUBLISHED, _COUNTED, _NO_STUDENT_WAITS, _SEATS_FOR_GROUP)
    """Published, no student waits, and there is a seat for each of a group. The enrolment window does not count."""
    GROUP_MUST_WAIT = _all(_PUBLISHED, _any(_not(_COUNTED), _ALL_TAKEN, _STUDENTS_WAIT))
    """Published, and all seats are taken, students wait already, or the students are being counted. The enrolment
    window does not count."""
    UNPUBLISHED = _all(_EXISTS, _not(_PUBLISHED))
    """Not published: students who were queued before that join the waitlist."""
    WITHDRAW_AND_PROMOTE = _WITHDRAW_AND_PROMOTE
    """Published, students wait, and not more seats are taken than there are: a student withdraws, and the student who
    has waited longest gets the seat in the same transaction."""
    WITHDRAW_ONLY = _all(_EXISTS, _not(_WITHDRAW_AND_PROMOTE))
    """The opposite of WITHDRAW_AND_PROMOTE: a student withdraws, and the seat becomes free."""
    PROMOTE = _all(_PUBLISHED, _COUNTED, _SEAT_FREE, _STUDENTS_WAIT)
    """Published, students wait, and a seat is free or there is no capacity: a waiting student is promoted."""
    COURSE_EXISTS = _EXISTS
    """The course exists."""

    def is_met(self, course: Admission, now: str, group_size: int = 1) -> bool:
        """Whether a course meets the guard; `group_size` people are enrolled together."""
        fact: Fact = self.value
        return fact.is_true(Situation(course, now, group_size))


@dataclass(frozen=True)
class Condition:
    """A guard in DynamoDB's form: the expression, and the names and values that occur in it."""

    expression: str
    names: Mapping[str, str]
    values: Mapping[str, Any]


def condition_of(guard: Guard, now: str, *, seen: Admission | None = None, group_size: int = 1) -> Condition:
    """The condition of a guard.

    Args:
        guard: the guard.
        now: the current time as stored text.
        seen: the course as it was read, if its version must still be the same. A guard of a group needs it.
        group_size: how many people are enrolled together.
    """
    fact: Fact = guard.value
    expression = f"{fact.condition} AND {_SAME_VERSION}" if seen is not None else fact.condition
    # 0 means "the course had no capacity when it was read". A stored capacity is never 0 (api/openapi.yaml:
    # `minimum: 1`), so `#capacity = :capacity` is then false, and the write succeeds only while there is none.
    capacity = (seen.capacity if seen is not None else None) or 0
    values = {
        ":zero": 0,
        ":now": now,
        ":published": PUBLISHED,
        ":seen": seen.version if seen is not None else None,
        ":capacity": capacity,
        ":most": capacity - group_size,
    }
    names, placeholders = _used(expression)
    return Condition(expression, names, {placeholder: values[placeholder] for placeholder in placeholders})


@cache
def _used(expression: str) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """The names and placeholders of an expression: DynamoDB refuses a request with others."""
    names = {name: attribute for name, attribute in _NAMES.items() if name in expression}
    return names, tuple(sorted({*re.findall(r":\w+", expression)}))
