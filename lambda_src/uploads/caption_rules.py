"""The rules of captions that arrive: they become captions of the lesson, or they are deleted at once.

They take the steps of other files (uploads.rules), but a run reads the file and writes WebVTT in place of a copy. A
file that cannot be read is refused, and the lesson says why. What the language had before stays until then.
"""

from collections.abc import Callable
from typing import Any, Protocol

from domain import captions
from domain.content_paths import UploadKey
from domain.courses import Course
from uploads.arrival import Arrival, Outcome
from uploads.caption_text import RefusedCaptions, to_webvtt

MayUpload = Callable[[Arrival, Course | None], bool]


class CaptionStore(Protocol):
    """The captions of lessons, by language."""

    def course(self, course_id: str) -> Course | None:
        """One course as it is now."""

    def claim_captions(self, upload: UploadKey, language: str, version: str) -> Course | None:
        """Take the open form for this version; None if it is not open, or another version has it."""

    def note_captions(self, upload: UploadKey, language: str, version: str, label: str) -> Course | None:
        """Make this upload the captions; None if this version has not the open form."""

    def refuse_captions(self, upload: UploadKey, language: str, code: str, detail: str) -> None:
        """Note why a file was refused, and close its form, if it is still the open one."""

    def close_caption_form(self, upload: UploadKey, language: str) -> None:
        """Close a form, if it is still the open one."""

    def take_back_captions(self, upload: UploadKey, language: str) -> None:
        """Remove the captions and their form, if they are still those of this upload."""


class CaptionFiles(Protocol):
    """The content bucket."""

    def read(self, arrival: Arrival) -> bytes:
        """The bytes of an arrival."""

    def write_captions(self, key: str, data: bytes) -> None:
        """Write captions to the address from which they are served."""

    def erase(self, key: str, version: str | None = None) -> None:
        """Delete one version for good, or all if `version` is None."""


class ArrivedCaptions:
    """What is done with captions that arrive."""

    def __init__(self, store: CaptionStore, files: CaptionFiles, may_upload: MayUpload) -> None:
        self._store = store
        self._files = files
        self._may_upload = may_upload

    def decide(self, upload: UploadKey, arrival: Arrival, served_key: str) -> Outcome:
        """Make a file the captions of a lesson, or refuse it. A repeated call does no harm."""
        language = captions.language_of(served_key)
        claimed = self._store.claim_captions(upload, language, arrival.version)
        if claimed is None:
            return self._repeated(upload, language, served_key, arrival.version)
        noted: Course | None = claimed
        if _entry(claimed, upload, language).get("uploadId") != upload.upload_id:
            noted = self._write_and_note(upload, language, arrival, claimed, served_key)
        # Cognito knows no conditions. So the right is asked for once more, after the write that depends on it.
        if noted is not None and self._may_upload(arrival, noted):
            self._store.close_caption_form(upload, language)
            return Outcome.NOTED
        self._store.take_back_captions(upload, language)
        self._files.erase(served_key)
        return Outcome.REFUSED

    def _write_and_note(
        self, upload: UploadKey, language: str, arrival: Arrival, course: Course, served_key: str
    ) -> Course | None:
        """The course with the captions; None if the file is refused, or the lesson or the right has changed."""
        if not self._may_upload(arrival, course):
            self._store.close_caption_form(upload, language)
            return None
        try:
            data = to_webvtt(self._files.read(arrival))
        except RefusedCaptions as refused:
            self._store.refuse_captions(upload, language, refused.code, refused.detail)
            return None
        noted = None
        try:
            self._files.write_captions(served_key, data)
            label = _entry(course, upload, language)["form"]["label"]
            noted = self._store.note_captions(upload, language, arrival.version, label)
        finally:
            # Also after an error: what is not noted must not be served.
            if noted is None:
                self._files.erase(served_key)
        return noted

    def _repeated(self, upload: UploadKey, language: str, served_key: str, version: str) -> Outcome:
        """There is no form for it. A run that ended early may have left a file at the served address."""
        entry = _entry(self._store.course(upload.course_id), upload, language)
        form: dict[str, Any] = entry.get("form") or {}
        if form.get("uploadId") == upload.upload_id and form.get("claimedBy", version) != version:
            return Outcome.NO_FORM  # another arrival has claimed the form, and its run decides
        if entry.get("uploadId") == upload.upload_id:
            return Outcome.NO_FORM
        self._files.erase(served_key)
        return Outcome.NO_FORM


def _entry(course: Course | None, upload: UploadKey, language: str) -> dict[str, Any]:
    lesson = course.lesson(upload.lesson_id) if course is not None else None
    found = (lesson.captions if lesson is not None else None) or {}
    return dict(found.get(language, {}))
