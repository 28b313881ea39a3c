"""Writes a lesson's open form and content into its course: one conditional UpdateItem each.

The course's `version` does not change (domain.lesson_entry_store).
"""

from collections.abc import Mapping
from typing import Any

from domain import course_store, lesson_entry_store
from domain.content_paths import UploadKey
from domain.courses import ARCHIVED, Course
from domain.lesson_content import PROCESSING
from domain.lesson_entry_store import EntryChange
from toolkit import clock
from uploads.arrival import Arrival

_FITS = (
    "lessons.#lesson.openForm.uploadId = :upload AND lessons.#lesson.premium = :premium "
    "AND lessons.#lesson.contentType = :type AND #status <> :archived"
)


class LessonContentTable:
    """The lessons' open forms and content in the courses table."""

    def __init__(self, courses_table: str) -> None:
        self._courses = courses_table

    def course(self, course_id: str) -> Course | None:
        """One course as it is now: one GetItem."""
        return course_store.find(self._courses, course_id, consistent=True)

    def claim(self, upload: UploadKey, version: str) -> Course | None:
        """Take the open form for this version; None if it is not open, or another version has it."""
        return self._update(
            upload,
            "SET lessons.#lesson.openForm.claimedBy = :version",
            f"{_FITS} AND (attribute_not_exists(lessons.#lesson.openForm.claimedBy) "
            "OR lessons.#lesson.openForm.claimedBy = :version)",
            {**_fitting(upload), ":version": version},
            {"#status": "status"},
        )

    def note(self, upload: UploadKey, arrival: Arrival, key: str, at: str) -> Course | None:
        """Set the lesson's content if this version still has the open form; None if it has not."""
        return self._update(
            upload,
            "SET lessons.#lesson.contentKey = :key, lessons.#lesson.uploadedAt = :at, "
            "lessons.#lesson.fileName = :name, updatedAt = :now "
            "REMOVE lessons.#lesson.package, lessons.#lesson.unpacking",
            f"{_FITS} AND lessons.#lesson.openForm.claimedBy = :version",
            {
                **_fitting(upload),
                ":version": arrival.version,
                ":key": key,
                ":name": arrival.file_name,
                ":at": at,
                ":now": clock.now(),
            },
            {"#status": "status"},
        )

    def close_form(self, upload: UploadKey) -> None:
        """Remove the form from its lesson, if it is still the open one."""
        self._update(
            upload,
            "REMOVE lessons.#lesson.openForm",
            "lessons.#lesson.openForm.uploadId = :upload",
            {":upload": upload.upload_id},
        )

    def take_back(self, upload: UploadKey, key: str) -> None:
        """Remove content and form from the lesson, if this is still its content."""
        self._update(
            upload,
            "SET updatedAt = :now REMOVE lessons.#lesson.openForm, lessons.#lesson.contentKey, "
            "lessons.#lesson.uploadedAt, lessons.#lesson.fileName",
            "lessons.#lesson.contentKey = :key",
            {":key": key, ":now": clock.now()},
        )

    def note_package(self, upload: UploadKey, arrival: Arrival) -> Course | None:
        """Set the lesson's `unpacking` if this version still has the open form; None if it has not."""
        unpacking = {
            "uploadId": upload.upload_id,
            "version": arrival.version,
            "fileName": arrival.file_name,
            "state": PROCESSING,
        }
        return self._update(
            upload,
            "SET lessons.#lesson.unpacking = :unpacking, updatedAt = :now",
            f"{_FITS} AND lessons.#lesson.openForm.claimedBy = :version",
            {**_fitting(upload), ":version": arrival.version, ":unpacking": unpacking, ":now": clock.now()},
            {"#status": "status"},
        )

    def take_back_package(self, upload: UploadKey) -> None:
        """Remove `unpacking` and form from the lesson, if it is still this upload that it waits for."""
        self._update(
            upload,
            "SET updatedAt = :now REMOVE lessons.#lesson.openForm, lessons.#lesson.unpacking",
            "lessons.#lesson.unpacking.uploadId = :upload",
            {":upload": upload.upload_id, ":now": clock.now()},
        )

    def _update(
        self,
        upload: UploadKey,
        change: str,
        condition: str,
        values: Mapping[str, Any],
        names: Mapping[str, str] | None = None,
    ) -> Course | None:
        """The course after a change, None if the condition is false."""
        wanted = EntryChange(upload.course_id, upload.lesson_id, change, condition, values, names or {})
        return lesson_entry_store.change_and_read(self._courses, wanted)


def _fitting(upload: UploadKey) -> dict[str, Any]:
    return {
        ":upload": upload.upload_id,
        ":premium": upload.premium,
        ":type": upload.content_type,
        ":archived": ARCHIVED,
    }
