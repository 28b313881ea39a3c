"""Co-teachers of a course, as the courses table stores them.

The course's item has their user ids in the set `staff`, which decides what they may do (domain.permissions). Besides,
there is one small item for each of them, whose `ownerId` is the co-teacher and whose `createdAt` is the course's. So
the index of owners lists the courses that a person owns and those that the person co-teaches together, newest first.
Both are written in one transaction (domain.staff_store). The key of the small item is none that a course can have.

The small item has a copy of what a list shows of the course, so that a list is one query whatever the number and size
of the courses. The followups function renews the copies after each change of the course, a moment later. An item from
before there were copies has none: whoever lists it makes one (catalog.list_store).

The owner is never in `staff`. A co-teacher who loses the role of instructor stays in it without any right, as an owner
does, until the owner or an administrator removes them, or until they are erased.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from domain.courses import SEPARATOR, Course, CourseSummary

# Keeps the course's item small: 20 user ids have less than 1 KB.
MOST_CO_TEACHERS = 20
_PREFIX = "staff"


def key_of(course_id: str, user_id: str) -> dict[str, str]:
    """The key of a co-teacher's item."""
    return {"courseId": SEPARATOR.join((_PREFIX, course_id, user_id))}


def item_of(course: Course, user_id: str) -> dict[str, Any]:
    """The item of a new co-teacher."""
    joined = replace(course, staff=course.staff | {user_id})
    return {
        **key_of(course.course_id, user_id),
        "ownerId": user_id,
        "createdAt": course.created_at,
        **{name: value for name, value in copy_of(joined).items() if value is not None},
    }


def copy_of(course: CourseSummary) -> dict[str, Any]:
    """What a co-teacher's item has of the course; None for what the course does not have."""
    return {
        "title": course.title,
        "summary": course.summary,
        "status": course.status,
        "version": course.version,
        "lessonCount": course.lesson_count,
        "updatedAt": course.updated_at,
        "capacity": course.capacity,
        "opensAt": course.opens_at,
        "closesAt": course.closes_at,
        "publishedAt": course.published_at,
        "archivedFrom": course.archived_from,
        "staff": course.staff or None,
        "courseOwnerId": course.owner_id,
    }


def has_copy(item: Mapping[str, Any]) -> bool:
    """Whether a co-teacher's item has a copy of the course."""
    return "courseOwnerId" in item


def course_in(item: Mapping[str, Any]) -> CourseSummary:
    """The course as the copy in a co-teacher's item shows it."""
    course = {"courseId": course_id_of(item), "ownerId": item["courseOwnerId"]}
    return CourseSummary.from_stored({**item, **course})


def is_co_teacher(item: Mapping[str, Any]) -> bool:
    """Whether an item of the courses table is a co-teacher's, and not a course."""
    return str(item["courseId"]).startswith(f"{_PREFIX}{SEPARATOR}")


def course_id_of(item: Mapping[str, Any]) -> str:
    """The id of the course that an item of the courses table is or belongs to."""
    return str(item["courseId"].split(SEPARATOR)[1] if is_co_teacher(item) else item["courseId"])
