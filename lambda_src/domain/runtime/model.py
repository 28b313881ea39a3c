"""The item of a package's run-time data, in a table of its own.

A player saves the whole model every few seconds, and DynamoDB counts a write by the size of the item. So the model is
stored as compressed JSON: most models then cost one or two write units. The item changes no index and starts no
function. A withdrawal keeps it, an erasure deletes it.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.positions.model import key_of, lesson_of
from toolkit.errors import BadRequest, FieldError, TooLarge

MOST_MODEL_BYTES = 256 * 1024
"""The size of a model as JSON without spaces, in UTF-8."""
MOST_LEVELS = 64
"""How deep a model may be nested. Programs that read JSON have limits of their own, and packages need a few levels."""

NOTHING_SAVED = -1
"""The stored sequence of a launch that has not saved anything yet: the first save may have the sequence 0."""


@dataclass(frozen=True)
class Runtime:
    """The run-time data of a student in one lesson.

    `launch` counts how often the lesson was opened. `sequence` is that of the last save in this launch. `packed` is the
    model as it is stored (`pack`).
    """

    user_id: str
    course_id: str
    lesson_id: str
    launch: int
    sequence: int
    packed: bytes
    saved_at: str

    @property
    def model(self) -> dict[str, Any]:
        """The model that the package has saved."""
        found: dict[str, Any] = json.loads(zlib.decompress(self.packed))
        return found

    def to_stored(self) -> dict[str, Any]:
        """The item."""
        return {
            **key_of(self.user_id, self.course_id, self.lesson_id),
            "launch": self.launch,
            "sequence": self.sequence,
            "model": self.packed,
            "savedAt": self.saved_at,
        }

    @classmethod
    def from_stored(cls, item: Mapping[str, Any]) -> "Runtime":
        """The run-time data in an item."""
        course_id, lesson_id = lesson_of(item)
        return cls(
            user_id=item["userId"],
            course_id=course_id,
            lesson_id=lesson_id,
            launch=item["launch"],
            sequence=item["sequence"],
            packed=item["model"],
            saved_at=item["savedAt"],
        )

    def to_api(self) -> dict[str, Any]:
        """The API's Runtime."""
        return {"launch": self.launch, "sequence": max(self.sequence, 0), "model": self.model}

    def to_export(self) -> dict[str, Any]:
        """The run-time data in an export."""
        return {
            "courseId": self.course_id,
            "lessonId": self.lesson_id,
            "launch": self.launch,
            "savedAt": self.saved_at,
            "model": self.model,
        }


def pack(model: Mapping[str, Any]) -> bytes:
    """A model as it is stored.

    Raises:
        BadRequest: it is nested too deep.
        TooLarge: it has more than MOST_MODEL_BYTES.
    """
    if _is_deeper(model, MOST_LEVELS):
        fault = FieldError("model", f"must not be nested deeper than {MOST_LEVELS} levels")
        raise BadRequest(f"The body is not valid: {fault.field} {fault.message}.", errors=(fault,))
    text = json.dumps(model, ensure_ascii=False, separators=(",", ":")).encode()
    if len(text) > MOST_MODEL_BYTES:
        raise TooLarge(f"The model may have at most {MOST_MODEL_BYTES} bytes.")
    return zlib.compress(text)


def _is_deeper(value: Any, levels: int) -> bool:
    """Whether a value has more levels of objects and lists. It goes level by level, since depth is what it checks."""
    level = [value]
    for _ in range(levels):
        level = [
            member
            for each in level
            for member in (each.values() if isinstance(each, Mapping) else each)
            if isinstance(member, Mapping | list)
        ]
    return bool(level)
