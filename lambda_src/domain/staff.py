"""Co-teachers of a course, as the courses table stores them.

The course's item has their user ids in the set `staff`, which decides what they may do (domain.permissions). Besides,
there is one small item for each of them, whose `ownerId` is the co-teacher and whose `createdAt` is the course's. So
the index of owners lists the courses that a person owns and those that the person co-teaches together, newest first.
Both are written in one transaction (domain.staff_store). The key of the small item is none that a course can have.

The owner is never in `staff`. A co-teacher who loses the role of instructor stays in it without any right, as an owner
does, until the owner or an administrator removes them, or until they are erased.
"""

from collections.abc import Mapping
from typing import Any

from domain.courses import Course

# Keeps the course's item small: 20 user ids have less than 1 KB.
MOST_CO_TEACHERS = 20
_PREFIX = "staff"
_SEPARATOR = "#"


def key_of(course_id: str, user_id: str) -> dict[str, str]:
    """The key of a co-teacher's item."""
    return {"courseId": _SEPARATOR.join((_PREFIX, course_id, user_id))}


def item_of(course: Course, user_id: str) -> dict[str, Any]:
    """A co-teacher's item."""
    return {**key_of(course.course_id, user_id), "ownerId": user_id, "createdAt": course.created_at}


def is_co_teacher(item: Mapping[str, Any]) -> bool:
    """Whether an item of the courses table is a co-teacher's, and not a course."""
    return _SEPARATOR in item["courseId"]


def course_id_of(item: Mapping[str, Any]) -> str:
    """The id of the course that an item of the courses table is or belongs to."""
    return str(item["courseId"].split(_SEPARATOR)[1] if is_co_teacher(item) else item["courseId"])
