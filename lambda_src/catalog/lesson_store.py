"""Lessons in DynamoDB: entries of the map `lessons` in the course's item, each written separately.

`lessonCount`, which lists show, is changed in the same write, and only where it is right. If a former version of the
platform has written the course, it is counted first.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from catalog.lesson_rules import LessonContent
from catalog.rules import WriteRefused
from catalog.store import CourseTable
from domain import course_store
from domain.courses import ARCHIVED, Course
from toolkit.dynamo import Item

_IS_COUNTED = "size(lessons) = lessonCount"
# What a lesson's entry has only if it differs from the default.
_OPTIONAL = ("section", "required", "needsStorage")


class LessonTable(CourseTable):
    """The lessons in the courses table.

    Each write raises WriteRefused if its condition is false, or if the course is archived. `version` is the
    version that the course must have, None if it may have any.
    """

    def add_lesson(
        self,
        course_id: str,
        lesson_id: str,
        content: LessonContent,
        *,
        most: int,
        now: str,
        version: int | None = None,
    ) -> Course:
        """Add a lesson that does not exist yet, while there are fewer than `most`."""
        return self._write_lesson(
            course_id,
            lesson_id,
            "SET lessons.#lesson = :content, lessonCount = lessonCount + :one",
            f"attribute_not_exists(lessons.#lesson) AND size(lessons) < :most AND {_IS_COUNTED}",
            {":content": _stored(content), ":most": most},
            now,
            lambda lesson: lesson == _stored(content),
            version,
        )

    def retitle_lesson(
        self, course_id: str, lesson_id: str, content: LessonContent, *, now: str, version: int | None = None
    ) -> Course:
        """Change a lesson that has this content type and `premium`, and keep its file."""
        stored = _stored(content)
        changes = {name: stored[name] for name in ("title", "position", *_OPTIONAL) if name in stored}
        removals = [f"lessons.#lesson.#{name}" for name in _OPTIONAL if name not in stored]
        return self._write_lesson(
            course_id,
            lesson_id,
            "SET " + ", ".join(f"lessons.#lesson.#{name} = :{name}" for name in changes),
            "lessons.#lesson.contentType = :type AND lessons.#lesson.premium = :premium",
            {
                **{f":{name}": value for name, value in changes.items()},
                ":type": content.content_type,
                ":premium": content.premium,
            },
            now,
            lambda lesson: lesson is not None and _described(lesson) == stored,
            version,
            {f"#{name}": name for name in ("title", "position", *_OPTIONAL)},
            removal=", ".join(removals) or None,
        )

    def replace_lesson(
        self, course_id: str, lesson_id: str, content: LessonContent, *, now: str, version: int | None = None
    ) -> Course:
        """Put a lesson without a file in place of one that has another content type or `premium`."""
        return self._write_lesson(
            course_id,
            lesson_id,
            "SET lessons.#lesson = :content",
            # A lesson that has this content type and `premium` by now has a file that fits.
            "attribute_exists(lessons.#lesson)"
            " AND NOT (lessons.#lesson.contentType = :type AND lessons.#lesson.premium = :premium)",
            {":content": _stored(content), ":type": content.content_type, ":premium": content.premium},
            now,
            lambda lesson: lesson == _stored(content),
            version,
        )

    def remove_lesson(self, course_id: str, lesson_id: str, *, now: str) -> Course:
        """Remove a lesson that exists."""
        return self._write_lesson(
            course_id,
            lesson_id,
            "SET lessonCount = lessonCount - :one",
            f"attribute_exists(lessons.#lesson) AND {_IS_COUNTED}",
            {},
            now,
            lambda lesson: lesson is None,
            removal="lessons.#lesson",
        )

    def _write_lesson(
        self,
        course_id: str,
        lesson_id: str,
        change: str,
        condition: str,
        values: Mapping[str, Any],
        now: str,
        is_done: Callable[[Item | None], bool],
        version: int | None = None,
        names: Mapping[str, str] | None = None,
        removal: str | None = None,
    ) -> Course:
        """Write a lesson. `is_done` says whether a stored lesson is the result of this write."""
        update = self._update(
            course_id,
            f"{change}, #version = #version + :one, #updatedAt = :now"
            + (f" REMOVE {removal}" if removal else ""),
            f"#status <> :archived AND {condition}" + ("" if version is None else " AND #version = :seen"),
            {"#lesson": lesson_id, "#version": "version", "#updatedAt": "updatedAt", "#status": "status"}
            | dict(names or {}),
            {**values, ":one": 1, ":now": now, ":archived": ARCHIVED}
            | ({} if version is None else {":seen": version}),
        )
        write = partial(self._write, update, lambda found: is_done(found["lessons"].get(lesson_id)))
        try:
            return write()
        except WriteRefused as refusal:
            if refusal.found is None or refusal.found.is_counted:
                raise
            course_store.store_lesson_count(self._name, refusal.found)
            return write()


def _stored(content: LessonContent) -> dict[str, Any]:
    """The lesson as a new entry of the map `lessons`. What a lesson of the version before has not, is left out."""
    stored: dict[str, Any] = {
        "title": content.title,
        "contentType": content.content_type,
        "premium": content.premium,
        "position": content.position,
    }
    if content.section is not None:
        stored["section"] = content.section
    if not content.required:
        stored["required"] = False
    if content.needs_storage:
        stored["needsStorage"] = True
    return stored


def _described(lesson: Item) -> dict[str, Any]:
    """What an instructor has set of a stored lesson."""
    names = ("title", "contentType", "premium", "position", *_OPTIONAL)
    return {name: lesson[name] for name in names if name in lesson}
