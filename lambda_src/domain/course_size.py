"""Keeps a course small enough for DynamoDB: it is one item, which may have 400 KB.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html (there: item size)

200 lessons fit with titles and file names as people write them, but not if each has the longest ones in an alphabet of
many bytes. So whoever would make a course too large is told so, before anything is written or uploaded. What an open
upload may still add is counted in advance, since nobody can be told when it arrives.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from domain.courses import Lesson
from domain.lesson_content import FAILED
from toolkit.errors import Conflict

MOST_BYTES = 370_000
"""Of all lessons together. The rest of 409,600 is for the course's own texts, its co-teachers, and edits at once."""
# A form with the longest file name, and then the package that it brings, or why it was refused.
UPLOAD_BYTES = 3_500
# What a package that is being unpacked adds to what is noted of it.
UNPACKING_BYTES = 1_000
# The same for captions that may still arrive.
CAPTIONS_BYTES = 400
_NUMBER_BYTES = 21
_COLLECTION_BYTES = 3


def require_room(before: Iterable[Lesson], after: Iterable[Lesson]) -> None:
    """Check that a course may get other lessons. It may always become smaller.

    Raises:
        Conflict: they would be too large for one course.
    """
    size = sum(map(expected_bytes, after))
    if size > MOST_BYTES and size > sum(map(expected_bytes, before)):
        raise Conflict(
            "The titles, sections, file names and captions of this course are too long together. Shorten some of "
            "them, or divide the course into two.",
            code="course-too-large",
        )


def expected_bytes(lesson: Lesson) -> int:
    """The most bytes that a lesson takes in its course, with what its open uploads may add. Its id is in it once, as
    the key of its entry."""
    stored = {
        name: value for name, value in lesson._asdict().items() if value is not None and name != "open_form"
    }
    size = _bytes_of(stored)
    if lesson.open_form is not None:
        size += UPLOAD_BYTES
    if lesson.unpacking is not None and lesson.unpacking.get("state") != FAILED:
        size += UNPACKING_BYTES
    return size + CAPTIONS_BYTES * sum("form" in entry for entry in (lesson.captions or {}).values())


def _bytes_of(value: Any) -> int:
    """The size of a value, by the rules of DynamoDB's developer guide ("DynamoDB item sizes and formats")."""
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, bool) or value is None:
        return 1
    if isinstance(value, Mapping):
        return _COLLECTION_BYTES + sum(
            1 + len(name.encode()) + _bytes_of(each) for name, each in value.items()
        )
    return _NUMBER_BYTES
