"""The rules of uploads in parts, for large files: begin, sign parts, complete, give up.

An upload in parts is the lesson's open form, like a form for one POST. So a newer form or upload of the lesson replaces
it, and it ends with the lesson. Every request asks for the right to edit the course again. A file that was put together
arrives like any other: the uploads function notes it or deletes it.

A client may lose its connection, or be closed and opened again: S3 keeps the parts that were sent whole, and the list
of them says which are missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from content.form_rules import UploadedFile, WantedUpload, described
from domain import course_size, multiparts, permissions
from domain.content_paths import UploadKey
from domain.courses import Course, Lesson
from domain.multiparts import Multipart
from toolkit import clock
from toolkit.caller import Caller
from toolkit.errors import BadRequest, Conflict, FieldError, NotFound

_ATTEMPTS = 4
_MOST_NAMED = 10


@dataclass(frozen=True)
class Part:
    """A part that S3 has: its size in bytes, and S3's tag of it."""

    size: int
    tag: str


@dataclass(frozen=True)
class PartUrl:
    """Where one part is sent, with its size in bytes."""

    number: int
    size: int
    url: str


class MultipartStore(Protocol):
    """The open forms of lessons."""

    def course(self, course_id: str) -> Course | None:
        """One course as it is now."""

    def open_multipart(self, multipart: Multipart) -> bool:
        """Note it in its lesson, in place of an earlier form. False if the lesson is gone or has changed, or if the
        course is archived."""

    def mark_completing(self, upload: UploadKey) -> bool:
        """Note that S3 is told to put the parts together. False if it is not the lesson's open form any more."""

    def drop_multipart(self, upload: UploadKey) -> bool:
        """Remove it from its lesson. False if it is not open any more, or is being put together."""


class Parts(Protocol):
    """Uploads in parts at S3."""

    def begin(self, file: UploadedFile) -> str:
        """Begin one; S3's id of it."""

    def sent(self, multipart: Multipart) -> Mapping[int, Part] | None:
        """The parts that S3 has, by their numbers. None if it knows no such upload (any more)."""

    def url(self, multipart: Multipart, number: int) -> str:
        """A signed URL that takes one part of exactly its size."""

    def complete(self, multipart: Multipart, parts: Mapping[int, Part]) -> None:
        """Put the parts together. Nothing happens if that was done before."""


class Multiparts:
    """The operations on uploads in parts."""

    def __init__(self, store: MultipartStore, parts: Parts, *, most_bytes: int) -> None:
        self._store = store
        self._parts = parts
        self._most_bytes = most_bytes

    def begin(
        self, caller: Caller, course_id: str, lesson_id: str, wanted: WantedUpload, part_bytes: int
    ) -> Multipart:
        """Begin an upload in parts for the lesson.

        Raises:
            NotFound, Forbidden: the caller may not see or not edit the course, or there is no such lesson.
            BadRequest: the media type does not fit the lesson, or the file would be too large.
            Conflict: the course is archived or too large, or is edited too often now.
        """
        for _ in range(_ATTEMPTS):
            course, lesson = self._editable(caller, course_id, lesson_id)
            course_size.require_room(course.lessons, course.lessons_with(lesson._replace(open_form={})))
            upload, file = described(course_id, lesson, wanted, caller, self._most_bytes)
            multipart = Multipart(
                upload,
                s3_id="",
                file_name=file.name,
                media_type=file.media_type,
                size=wanted.size_bytes or 0,
                part_bytes=part_bytes,
                expires_at=clock.in_seconds(multiparts.VALID_SECONDS),
                uploader_id=caller.user_id,
            )
            # S3 first: without a part, an upload that no lesson notes costs nothing until it expires.
            multipart = replace(multipart, s3_id=self._parts.begin(file))
            if self._store.open_multipart(multipart):
                return multipart
        raise Conflict("Other people are changing this course. Try again.", code="busy")

    def sent(
        self, caller: Caller, course_id: str, lesson_id: str, upload_id: str
    ) -> tuple[Multipart, Mapping[int, Part]]:
        """The upload, and the parts of it that S3 has whole.

        Raises:
            NotFound, Forbidden: as for begin; or the upload is not open (any more).
            Conflict: the course is archived.
        """
        multipart = self._open(*self._editable(caller, course_id, lesson_id), upload_id)
        return multipart, self._listed(multipart)

    def sign(
        self, caller: Caller, course_id: str, lesson_id: str, upload_id: str, numbers: Sequence[int]
    ) -> list[PartUrl]:
        """Signed URLs for some parts.

        Raises:
            NotFound, Forbidden, Conflict: as for sent.
            BadRequest: there is no part with that number.
        """
        multipart = self._open(*self._editable(caller, course_id, lesson_id), upload_id)
        if max(numbers) > multipart.count:
            fault = FieldError("partNumbers", f"must be at most {multipart.count}")
            raise BadRequest("The body is not valid.", errors=(fault,))
        return [PartUrl(each, multipart.size_of(each), self._parts.url(multipart, each)) for each in numbers]

    def complete(self, caller: Caller, course_id: str, lesson_id: str, upload_id: str) -> None:
        """Have S3 put the parts together. A repeated call does no harm.

        Raises:
            NotFound, Forbidden: as for sent.
            Conflict: the course is archived, or parts are missing or have another size.
        """
        course, lesson = self._editable(caller, course_id, lesson_id)
        if _has_taken(lesson, upload_id):
            return
        multipart = self._open(course, lesson, upload_id)
        parts = self._parts.sent(multipart)
        if parts is None and multipart.is_completing:
            return
        if parts is None:
            raise _gone()
        numbers = range(1, multipart.count + 1)
        missing = [
            each for each in numbers if each not in parts or parts[each].size != multipart.size_of(each)
        ]
        if missing or len(parts) > multipart.count:
            named = ", ".join(map(str, missing[:_MOST_NAMED])) + (", …" if len(missing) > _MOST_NAMED else "")
            raise Conflict(f"These parts are missing or not whole: {named}.", code="parts-missing")
        if not self._store.mark_completing(multipart.upload):
            raise _gone()
        self._parts.complete(multipart, parts)

    def give_up(self, caller: Caller, course_id: str, lesson_id: str, upload_id: str) -> None:
        """End an upload. The followups function has S3 delete its parts.

        Raises:
            NotFound, Forbidden: as for sent.
            Conflict: the course is archived, or the upload was completed.
        """
        for _ in range(2):  # the second time, if the upload has changed meanwhile: the lesson says how
            course, lesson = self._editable(caller, course_id, lesson_id)
            multipart = self._open(course, lesson, upload_id)
            if multipart.is_completing:
                break
            if self._store.drop_multipart(multipart.upload):
                return
        raise Conflict("The upload was completed already.", code="upload-completed")

    def _editable(self, caller: Caller, course_id: str, lesson_id: str) -> tuple[Course, Lesson]:
        course = permissions.require_editable(caller, self._store.course(course_id))
        lesson = course.require_lesson(lesson_id)
        course.require_not_archived()
        return course, lesson

    def _open(self, course: Course, lesson: Lesson, upload_id: str) -> Multipart:
        multipart = multiparts.open_in(course.course_id, lesson)
        if multipart is None or multipart.upload.upload_id != upload_id or multipart.expires_at < clock.now():
            raise _gone()
        return multipart

    def _listed(self, multipart: Multipart) -> Mapping[int, Part]:
        parts = self._parts.sent(multipart)
        if parts is None:
            raise _gone()
        return parts


def _has_taken(lesson: Lesson, upload_id: str) -> bool:
    """Whether the lesson has the file of an upload already, or waits until it is unpacked."""
    noted = [each.get("uploadId") for each in (lesson.package, lesson.unpacking) if each is not None]
    return upload_id in noted or f"-{upload_id}/" in (lesson.content_key or "")


def _gone() -> NotFound:
    return NotFound("There is no such upload, or it has ended. Begin a new one.", code="upload-ended")
