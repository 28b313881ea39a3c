"""The rules of captions: who may upload them for a video, and remove them.

Each language of a lesson has an upload form of its own, so that several files are sent at once. The uploads function
checks a file when it arrives (uploads.caption_rules), and the followups function deletes what no lesson has any more.
"""

from typing import Protocol

from content.form_rules import UploadedFile, UploadForm, UploadForms
from domain import captions, content_paths, course_size, permissions
from domain.content_paths import UploadKey
from domain.courses import Course, Lesson
from toolkit.caller import Caller
from toolkit.errors import BadRequest, Conflict, FieldError, NotFound

_ATTEMPTS = 4


class CaptionStore(Protocol):
    """The captions of lessons."""

    def course(self, course_id: str) -> Course | None:
        """One course as it is now."""

    def open_caption_form(self, upload: UploadKey, lesson: Lesson, language: str, label: str) -> bool:
        """Note a form for a language in its lesson, in place of an earlier one. False if the lesson has changed, or if
        the course is archived."""

    def drop_captions(self, course_id: str, lesson_id: str, language: str) -> bool:
        """Remove a language from its lesson. False if it is not there, or if the course is archived."""


class Captions:
    """The operations on captions."""

    def __init__(self, store: CaptionStore, forms: UploadForms) -> None:
        self._store = store
        self._forms = forms

    def create_upload(
        self,
        caller: Caller,
        course_id: str,
        lesson_id: str,
        tag: str,
        *,
        label: str | None = None,
        size_bytes: int | None = None,
    ) -> UploadForm:
        """A form with which a browser uploads captions in one language, as WebVTT or SRT.

        Raises:
            NotFound, Forbidden: the caller may not see or not edit the course, or there is no such lesson.
            BadRequest: the file would be too large.
            Conflict: the lesson is no video, there are too many languages, the course is archived or too large, or is
                edited too often now.
        """
        language = captions.canonical(tag)
        if size_bytes is not None and size_bytes > captions.MOST_BYTES:
            fault = FieldError("sizeBytes", f"must be at most {captions.MOST_BYTES}")
            raise BadRequest("The body is not valid.", errors=(fault,))
        for _ in range(_ATTEMPTS):
            course, lesson = self._editable(caller, course_id, lesson_id)
            label = label or captions.label_of(language)
            _require_room(course, lesson, language, label)
            upload = captions.upload_key(course_id, lesson, content_paths.new_upload_id())
            if not self._store.open_caption_form(upload, lesson, language, label):
                continue
            key = captions.key_of(upload, language)
            name = key.rpartition("/")[2]
            file = UploadedFile(key, name, content_paths.CAPTIONS_TYPE, caller.user_id)
            return self._forms.make(file, (size_bytes or 1, size_bytes or captions.MOST_BYTES))
        raise Conflict("Other people are changing this course. Try again.", code="busy")

    def delete(self, caller: Caller, course_id: str, lesson_id: str, tag: str) -> None:
        """Remove the captions in one language, with their form.

        Raises:
            NotFound, Forbidden: as for create_upload; or the lesson has none in this language.
            Conflict: the course is archived.
        """
        self._editable(caller, course_id, lesson_id)
        if not self._store.drop_captions(course_id, lesson_id, captions.canonical(tag)):
            raise NotFound("The lesson has no captions in this language.")

    def _editable(self, caller: Caller, course_id: str, lesson_id: str) -> tuple[Course, Lesson]:
        course = permissions.require_editable(caller, self._store.course(course_id))
        lesson = course.require_lesson(lesson_id)
        course.require_not_archived()
        return course, lesson


def _require_room(course: Course, lesson: Lesson, language: str, label: str) -> None:
    if lesson.content_type != captions.VIDEO:
        raise Conflict("Only a video lesson has captions.", code="no-video")
    present = lesson.captions or {}
    added = {**present.get(language, {}), "form": {"label": label}}
    after = lesson._replace(captions={**present, language: added})
    course_size.require_room(course.lessons, course.lessons_with(after))
    if language in present:
        return
    in_course = sum(len(each.captions or {}) for each in course.lessons)
    if len(present) >= captions.MOST_LANGUAGES or in_course >= captions.MOST_IN_COURSE:
        raise Conflict(
            f"A lesson has captions in at most {captions.MOST_LANGUAGES} languages, "
            f"and the lessons of a course {captions.MOST_IN_COURSE} together.",
            code="too-many-captions",
        )
