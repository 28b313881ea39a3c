"""The rules of lessons' files: who may send one, who may read one, and under which address.

A file becomes a lesson's content when it has really arrived (the uploads function), not when its
form is handed out here. Knows nothing of HTTP, of S3's forms or of CloudFront's signatures.
"""

from dataclasses import dataclass

from content.forms import UploadForm, UploadForms
from content.signing import UrlSigner
from content.store import ContentTable
from domain import content_paths, permissions
from domain.content_paths import UploadKey
from domain.courses import ARCHIVED, Course, Lesson
from toolkit.caller import Caller
from toolkit.errors import BadRequest, Conflict, FieldError, Forbidden, NotFound


@dataclass(frozen=True)
class WantedUpload:
    """What an instructor says about a file that is to be sent; None follows from the lesson."""

    file_name: str | None = None
    media_type: str | None = None
    size_bytes: int | None = None


@dataclass(frozen=True)
class Address:
    """Where a lesson's content is; `expires_at` (stored text) only for premium content."""

    url: str
    premium: bool
    expires_at: str | None = None


class Content:
    """The operations on lessons' files."""

    def __init__(
        self, table: ContentTable, forms: UploadForms, signer: UrlSigner, *, base_url: str, most_bytes: int
    ) -> None:
        self._table = table
        self._forms = forms
        self._signer = signer
        self._base_url = base_url
        self._most_bytes = most_bytes

    def create_upload(
        self, caller: Caller, course_id: str, lesson_id: str, wanted: WantedUpload
    ) -> UploadForm:
        """A form that takes one file for the lesson.

        Raises:
            NotFound, Forbidden: the caller may not see or not edit the course, or there is no such lesson.
            BadRequest: the media type does not fit the lesson, or the file would be too large.
            Conflict: the course is archived.
        """
        course = permissions.require_editable(caller, self._table.course(course_id))
        lesson = _lesson(course, lesson_id)
        if course.status == ARCHIVED:
            raise Conflict(
                "An archived course is read-only; change its status first.", code="course-archived"
            )
        media_types = content_paths.MEDIA_TYPES[lesson.content_type]
        media_type = wanted.media_type or media_types[0]
        faults = []
        if media_type not in media_types:
            faults.append(FieldError("mediaType", f"must be {' or '.join(media_types)} for this lesson"))
        if wanted.size_bytes is not None and wanted.size_bytes > self._most_bytes:
            faults.append(FieldError("sizeBytes", f"must be at most {self._most_bytes}"))
        if faults:
            raise BadRequest("The body is not valid.", errors=tuple(faults))
        upload = UploadKey(course_id, lesson_id, lesson.content_type, lesson.premium)
        key = content_paths.new_key(upload, wanted.file_name or content_paths.FILE_NAMES[media_type])
        return self._forms.make(key, media_type, wanted.size_bytes or self._most_bytes)

    def address(self, caller: Caller, course_id: str, lesson_id: str) -> Address:
        """Where the lesson's content is; signed and for this lesson's files only if it is premium.

        Raises:
            NotFound: there is no such course for this caller, no such lesson, or nothing was uploaded.
            Forbidden: the caller is not enrolled and does not edit the course.
        """
        course = permissions.require_visible(caller, self._table.course(course_id))
        if not permissions.may_edit(caller, course) and not self._table.is_enrolled(
            caller.user_id, course_id
        ):
            raise Forbidden("Only those who are enrolled may read the course's content.")
        lesson = _lesson(course, lesson_id)
        if lesson.content_key is None:
            raise NotFound("Nothing has been uploaded for this lesson.")
        if not lesson.premium:
            return Address(f"{self._base_url}/{lesson.content_key}", premium=False)
        url, expires_at = self._signer.sign(lesson.content_key)
        return Address(url, premium=True, expires_at=expires_at)


def _lesson(course: Course, lesson_id: str) -> Lesson:
    lesson = course.lesson(lesson_id)
    if lesson is None:
        raise NotFound("There is no such lesson.")
    return lesson
