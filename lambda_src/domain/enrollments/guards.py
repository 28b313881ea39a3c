"""What has to be true of a course when an enrolment is committed: each guard for Python and for DynamoDB, side by side.

The rules ask `is_met` to decide what to do. The store sends `condition` with the write, because other requests may
have changed the course since it was read. A test compares the two for every state of a course.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

from domain.courses import PUBLISHED, Course

# Names of attributes that DynamoDB reserves.
_NAMES = {"#status": "status", "#capacity": "capacity", "#version": "version"}


def has_free_seat(course: Course) -> bool:
    """Whether fewer seats are taken than there are.

    Students may wait nevertheless, in the moment after an instructor raised the capacity: the seat is for the
    first of them.
    """
    return course.capacity is None or course.seats_taken < course.capacity


def is_open(course: Course, now: str) -> bool:
    """Whether enrolment is open: from `opens_at` on, and before `closes_at`."""
    return (course.opens_at is None or course.opens_at <= now) and (
        course.closes_at is None or now < course.closes_at
    )


class Situation(NamedTuple):
    """What a guard is about: the course, the current time as stored text, and how many people come in."""

    course: Course
    now: str
    group_size: int


@dataclass(frozen=True)
class Fact:
    """One statement, in Python and as a DynamoDB condition."""

    is_true: Callable[[Situation], bool]
    condition: str


def _all(*facts: Fact) -> Fact:
    return Fact(
        lambda it: all(fact.is_true(it) for fact in facts),
        " AND ".join(fact.condition for fact in facts),
    )


def _any(*facts: Fact) -> Fact:
    return Fact(
        lambda it: any(fact.is_true(it) for fact in facts),
        f"({' OR '.join(fact.condition for fact in facts)})",
    )


def _not(fact: Fact) -> Fact:
    return Fact(
        lambda it: not fact.is_true(it),
        f"NOT ({fact.condition})",
    )


_EXISTS = Fact(lambda _: True, "attribute_exists(courseId)")
_PUBLISHED = Fact(lambda it: it.course.status == PUBLISHED, "#status = :published")
_OPEN = Fact(
    lambda it: is_open(it.course, it.now),
    "(attribute_not_exists(opensAt) OR opensAt <= :now) AND (attribute_not_exists(closesAt) OR :now < closesAt)",
)
_SEAT_FREE = Fact(
    lambda it: has_free_seat(it.course),
    "(attribute_not_exists(#capacity) OR attribute_not_exists(seatsTaken) OR seatsTaken < #capacity)",
)
_ALL_TAKEN = Fact(
    lambda it: not has_free_seat(it.course),
    "(attribute_exists(#capacity) AND seatsTaken >= #capacity)",
)
_NONE_TOO_MANY = Fact(
    lambda it: it.course.capacity is None or it.course.seats_taken <= it.course.capacity,
    "(attribute_not_exists(#capacity) OR attribute_not_exists(seatsTaken) OR seatsTaken <= #capacity)",
)
# A condition cannot add, so the store compares with the capacity that was read, which must still be the same.
_SEATS_FOR_GROUP = Fact(
    lambda it: it.course.capacity is None or it.course.seats_taken + it.group_size <= it.course.capacity,
    "(attribute_not_exists(#capacity) OR"
    " (#capacity = :capacity AND (attribute_not_exists(seatsTaken) OR seatsTaken <= :most)))",
)
_STUDENTS_WAIT = Fact(lambda it: it.course.waitlisted > 0, "waitlisted > :zero")
_NO_STUDENT_WAITS = Fact(
    lambda it: it.course.waitlisted == 0,
    "(attribute_not_exists(waitlisted) OR waitlisted = :zero)",
)
_SAME_VERSION = "#version = :seen"
_HAND_OVER = _all(_PUBLISHED, _NONE_TOO_MANY, _STUDENTS_WAIT)


class Guard(Enum):
    """What has to be true of the course at the moment of the commit."""

    SEAT_FREE = _all(_PUBLISHED, _OPEN, _SEAT_FREE, _NO_STUDENT_WAITS)
    """Published, enrolment is open, no student waits, and a seat is free or there is no capacity."""
    MUST_WAIT = _all(_PUBLISHED, _OPEN, _any(_ALL_TAKEN, _STUDENTS_WAIT))
    """Published, enrolment is open, and all seats are taken or students wait already."""
    GROUP_FITS = _all(_PUBLISHED, _NO_STUDENT_WAITS, _SEATS_FOR_GROUP)
    """Published, no student waits, and there is a seat for each of a group. The enrolment window does not count."""
    GROUP_MUST_WAIT = _all(_PUBLISHED, _any(_ALL_TAKEN, _STUDENTS_WAIT))
    """Published, and all seats are taken or students wait already. The enrolment window does not count."""
    HAND_OVER = _HAND_OVER
    """Published, students wait, and no more seats are taken than there are."""
    NO_HAND_OVER = _all(_EXISTS, _not(_HAND_OVER))
    """The opposite: a student who leaves now leaves the seat to no other student."""
    MOVE_UP = _all(_PUBLISHED, _SEAT_FREE, _STUDENTS_WAIT)
    """Published, students wait, and a seat is free or there is no capacity."""
    COURSE_EXISTS = _EXISTS
    """The course is there."""

    def is_met(self, course: Course, now: str, group_size: int = 1) -> bool:
        """Whether a course meets the guard; `group_size` people come in."""
        fact: Fact = self.value
        return fact.is_true(Situation(course, now, group_size))


# With these guards a person comes in who may have no record yet. The others are for a record that exists.
ENTRANCES = frozenset({Guard.SEAT_FREE, Guard.MUST_WAIT, Guard.GROUP_FITS, Guard.GROUP_MUST_WAIT})


@dataclass(frozen=True)
class Condition:
    """A guard as DynamoDB takes it: the expression, and the names and values that occur in it."""

    expression: str
    names: Mapping[str, str]
    values: Mapping[str, Any]


def condition_of(guard: Guard, now: str, *, seen: Course | None = None, group_size: int = 1) -> Condition:
    """The condition of a guard.

    Args:
        guard: the guard.
        now: the current time as stored text.
        seen: the course as it was read, if its version must still be the same. A guard of a group needs it.
        group_size: how many people come in.
    """
    fact: Fact = guard.value
    expression = f"{fact.condition} AND {_SAME_VERSION}" if seen is not None else fact.condition
    # Without a capacity the guard of a group says "only if there still is none": a capacity is never 0.
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
    """The names and placeholders of an expression: DynamoDB refuses those that it does not use."""
    names = {name: attribute for name, attribute in _NAMES.items() if name in expression}
    return names, tuple(sorted({*re.findall(r":\w+", expression)}))
