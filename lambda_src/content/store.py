"""Reads from DynamoDB what decides about access to content, and notes in a lesson which form is open."""

from collections.abc import Mapping
from typing import Any

from domain import course_store, lesson_entry_store
from domain.content_paths import UploadKey
from domain.courses import ARCHIVED, Course, Lesson
from domain.enrollments.model import EnrollmentRecord
from domain.lesson_entry_store import EntryChange
from domain.multiparts import Multipart
from toolkit import clock
from toolkit.reads import get_item


class ContentTable:
    """The courses and course progress tables."""

    def __init__(self, courses_table: str, progress_table: str) -> None:
        self._courses = courses_table
        self._progress = progress_table

    def course(self, course_id: str) -> Course | None:
        """One course as it is now: one GetItem."""
        return course_store.find(self._courses, course_id, consistent=True)

    def recent_course(self, course_id: str) -> tuple[Course | None, bool]:
        """One course, up to course_store.CACHE_SECONDS old, and whether it was read now: at most one GetItem."""
        return course_store.find_recent(self._courses, course_id)

    def is_enrolled(self, user_id: str, course_id: str) -> bool:
        """Whether a student is enrolled in a course now: one GetItem."""
        item = get_item(self._progress, {"userId": user_id, "courseId": course_id})
        return item is not None and EnrollmentRecord.from_stored(item).is_enrolled

    def open_form(self, upload: UploadKey) -> bool:
        """Note a form in its lesson, in place of an earlier one: one UpdateItem. False if the lesson is gone or has
        changed, or if the course is archived.

        The course's `version` does not change, because a form is not an edit.
        """
        return self._open(upload, {"uploadId": upload.upload_id})

    def open_multipart(self, multipart: Multipart) -> bool:
        """The same for an upload in parts."""
        upload = multipart.upload
        return self._open(upload, {"uploadId": upload.upload_id, "multipart": multipart.to_stored()})

    def mark_completing(self, upload: UploadKey) -> bool:
        """Note that S3 is told to put the parts together: one UpdateItem. False if it is not the open form."""
        return self._update(
            upload,
            "SET lessons.#lesson.openForm.multipart.isCompleting = :yes",
            "lessons.#lesson.openForm.uploadId = :upload",
            {":upload": upload.upload_id, ":yes": True},
        )

    def drop_multipart(self, upload: UploadKey) -> bool:
        """Remove an upload in parts from its lesson: one UpdateItem. False if it is not open, or being completed."""
        return self._update(
            upload,
            "REMOVE lessons.#lesson.openForm",
            "lessons.#lesson.openForm.uploadId = :upload "
            "AND attribute_not_exists(lessons.#lesson.openForm.multipart.isCompleting)",
            {":upload": upload.upload_id},
        )

    def open_caption_form(self, upload: UploadKey, lesson: Lesson, language: str, label: str) -> bool:
        """Note a form for captions in its lesson, in place of an earlier one: one UpdateItem. False if the lesson is
        gone or has changed, or if the course is archived.

        DynamoDB makes no map on the way to an attribute, so what is written depends on what the lesson has.
        """
        form = {"uploadId": upload.upload_id, "label": label}
        value: dict[str, Any] = {language: {"form": form}}
        place, condition = "lessons.#lesson.captions", "not_exists"
        if lesson.captions is not None:
            place, value = f"{place}.#language", {"form": form}
            condition = "exists" if language in lesson.captions else "not_exists"
        inner = f"attribute_{condition}({place})"
        if lesson.captions is not None and condition == "exists":
            place, value = f"{place}.form", form
        elif lesson.captions is not None:
            inner += " AND attribute_exists(lessons.#lesson.captions)"
        return self._update(
            upload,
            f"SET {place} = :form",
            f"{inner} AND lessons.#lesson.premium = :premium AND lessons.#lesson.contentType = :type "
            "AND #status <> :archived",
            {":form": value, ":premium": upload.premium, ":type": lesson.content_type, ":archived": ARCHIVED},
            {"#status": "status", **({} if lesson.captions is None else {"#language": language})},
        )

    def drop_captions(self, course_id: str, lesson_id: str, language: str) -> bool:
        """Remove a language from its lesson: one UpdateItem. False if it is not there, or the course is archived."""
        wanted = EntryChange(
            course_id,
            lesson_id,
            "SET updatedAt = :now REMOVE lessons.#lesson.captions.#language",
            "attribute_exists(lessons.#lesson.captions.#language) AND #status <> :archived",
            {":archived": ARCHIVED, ":now": clock.now()},
            {"#language": language, "#status": "status"},
        )
        return lesson_entry_store.change(self._courses, wanted)

    def _open(self, upload: UploadKey, form: Mapping[str, Any]) -> bool:
        return self._update(
            upload,
            "SET lessons.#lesson.openForm = :form",
            "lessons.#lesson.premium = :premium AND lessons.#lesson.contentType = :type AND #status <> :archived",
            {
                ":form": dict(form),
                ":premium": upload.premium,
                ":type": upload.content_type,
                ":archived": ARCHIVED,
            },
            {"#status": "status"},
        )

    def _update(
        self,
        upload: UploadKey,
        change: str,
        condition: str,
        values: Mapping[str, Any],
        names: Mapping[str, str] | None = None,
    ) -> bool:
        """Whether the condition was true, and the lesson is changed."""
        wanted = EntryChange(upload.course_id, upload.lesson_id, change, condition, values, names or {})
        return lesson_entry_store.change(self._courses, wanted)
