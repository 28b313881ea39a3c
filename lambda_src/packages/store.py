"""Writes what became of a zip into its lesson's entry: one conditional UpdateItem each.

The course's `version` does not change: an upload is not an edit (domain.lesson_entry_store).
"""

from collections.abc import Mapping
from typing import Any

from domain import course_store, lesson_entry_store
from domain.content_paths import UploadKey
from domain.courses import Course
from domain.lesson_content import FAILED, INTERRUPTED, PROCESSING, PackageNote
from domain.lesson_entry_store import EntryChange
from toolkit import clock

# A run that was interrupted goes on; a refusal is the last word.
_WAITS = (
    "lessons.#lesson.unpacking.uploadId = :upload "
    "AND (lessons.#lesson.unpacking.#state = :processing OR lessons.#lesson.unpacking.code = :interrupted)"
)


class LessonPackageTable:
    """The packages of lessons in the courses table."""

    def __init__(self, courses_table: str) -> None:
        self._courses = courses_table

    def course(self, course_id: str) -> Course | None:
        """One course as it is now: one GetItem."""
        return course_store.find(self._courses, course_id, consistent=True)

    def begin(self, upload: UploadKey) -> str | None:
        """Mark the upload as processing, and return the name of its file. None if the lesson does not wait for it."""
        course = self._update(
            upload,
            "SET lessons.#lesson.unpacking.#state = :processing "
            "REMOVE lessons.#lesson.unpacking.code, lessons.#lesson.unpacking.detail",
            {},
        )
        lesson = course.lesson(upload.lesson_id) if course is not None else None
        unpacking: Any = (lesson.unpacking if lesson is not None else None) or {}
        name: str | None = unpacking.get("fileName")
        return name

    def note(self, upload: UploadKey, note: PackageNote) -> bool:
        """Make it the lesson's package, in place of its earlier content. False if the lesson does not wait for it."""
        noted = self._update(
            upload,
            "SET lessons.#lesson.package = :package, lessons.#lesson.uploadedAt = :now, updatedAt = :now "
            "REMOVE lessons.#lesson.unpacking, lessons.#lesson.contentKey, lessons.#lesson.fileName",
            {":package": note.to_stored(), ":now": clock.now()},
        )
        return noted is not None

    def fail(self, upload: UploadKey, code: str, detail: str) -> bool:
        """Note why it was refused. False if the lesson does not wait for it."""
        failed = self._update(
            upload,
            "SET lessons.#lesson.unpacking.#state = :failed, lessons.#lesson.unpacking.code = :code, "
            "lessons.#lesson.unpacking.detail = :detail",
            {":failed": FAILED, ":code": code, ":detail": detail},
        )
        return failed is not None

    def _update(self, upload: UploadKey, change: str, values: Mapping[str, Any]) -> Course | None:
        """The course after a change, None if the lesson does not wait for the upload."""
        waiting = {":upload": upload.upload_id, ":processing": PROCESSING, ":interrupted": INTERRUPTED}
        wanted = EntryChange(
            upload.course_id, upload.lesson_id, change, _WAITS, {**waiting, **values}, {"#state": "state"}
        )
        return lesson_entry_store.change_and_read(self._courses, wanted)
