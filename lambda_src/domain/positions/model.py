"""The item of a resume position, in a table of its own.

Most requests of the platform report a position. So the item is small, whatever the course: an update of it costs one
write unit, changes no index and starts no function.

A former version kept the positions inside the student's record (domain.enrollments.model). They are still read there:
of the two positions of a lesson, the newer one counts. A withdrawal moves the positions of a course into the record,
too (domain.positions.folding).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.enrollments.model import Position

# Neither the id of a course nor that of a lesson can contain it (api/openapi.yaml). It is smaller than every character
# of such an id, so that positions have the same order of courses as records.
_SEPARATOR = "#"
_AFTER_SEPARATOR = "$"


@dataclass(frozen=True)
class LessonPosition:
    """A student's position in one lesson."""

    user_id: str
    course_id: str
    lesson_id: str
    position: Position

    def to_stored(self) -> dict[str, Any]:
        """The item."""
        return {
            **key_of(self.user_id, self.course_id, self.lesson_id),
            "at": self.position.at,
            "seconds": self.position.seconds,
        }

    @classmethod
    def from_stored(cls, item: Mapping[str, Any]) -> "LessonPosition":
        """The position in an item."""
        course_id, lesson_id = lesson_of(item)
        return cls(item["userId"], course_id, lesson_id, Position(at=item["at"], seconds=item["seconds"]))


def key_of(user_id: str, course_id: str, lesson_id: str) -> dict[str, str]:
    """The key of a position."""
    return {"userId": user_id, "courseLesson": prefix_of(course_id) + lesson_id}


def lesson_of(item: Mapping[str, Any]) -> tuple[str, str]:
    """The course and the lesson in the key of an item."""
    course_id, _, lesson_id = item["courseLesson"].partition(_SEPARATOR)
    return course_id, lesson_id


def prefix_of(course_id: str) -> str:
    """How the sort keys of all positions in a course begin."""
    return course_id + _SEPARATOR


def end_of(course_id: str) -> str:
    """After the sort keys of all positions in a course, and before those of the next course."""
    return course_id + _AFTER_SEPARATOR
