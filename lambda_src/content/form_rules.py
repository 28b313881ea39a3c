"""The rules of what may be uploaded for a lesson, with a form or in parts: its type, its size, and its name."""

from dataclasses import dataclass
from typing import Protocol

from domain import content_paths
from domain.content_paths import UploadKey
from domain.courses import Lesson
from domain.files import names as file_names
from toolkit.caller import Caller
from toolkit.errors import BadRequest, FieldError


@dataclass(frozen=True)
class WantedUpload:
    """What an instructor says about a file to upload; the lesson decides what is None."""

    file_name: str | None = None
    media_type: str | None = None
    size_bytes: int | None = None


@dataclass(frozen=True)
class UploadedFile:
    """A file that may be uploaded.

    Attributes:
        key: where it will be served, or what its upload is known by if it is not served itself.
        name: the name that its person gave it.
        uploader_id: the user id of the person who may upload it.
    """

    key: str
    name: str
    media_type: str
    uploader_id: str


@dataclass(frozen=True)
class UploadForm:
    """What a client needs for its multipart/form-data POST; `expires_at` is stored text."""

    url: str
    fields: dict[str, str]
    key: str
    most_bytes: int
    expires_at: str


class UploadForms(Protocol):
    """Forms for uploads."""

    def make(self, file: UploadedFile, sizes: tuple[int, int]) -> UploadForm:
        """A form that accepts one file whose size is within `sizes`, in bytes."""


def described(
    course_id: str, lesson: Lesson, wanted: WantedUpload, caller: Caller, most_bytes: int
) -> tuple[UploadKey, UploadedFile]:
    """A new upload for a lesson, and its file.

    Raises:
        BadRequest: the media type does not fit the lesson, or the file would be too large.
    """
    media_types = content_paths.MEDIA_TYPES[lesson.content_type]
    name = file_names.cleaned(wanted.file_name) if wanted.file_name else None
    media_type = wanted.media_type or content_paths.media_type_of(lesson.content_type, name)
    faults = []
    if media_type not in media_types:
        faults.append(FieldError("mediaType", f"must be {' or '.join(media_types)} for this lesson"))
    if wanted.size_bytes is not None and wanted.size_bytes > most_bytes:
        faults.append(FieldError("sizeBytes", f"must be at most {most_bytes}"))
    if faults:
        raise BadRequest("The body is not valid.", errors=tuple(faults))
    upload_id = content_paths.new_upload_id()
    upload = UploadKey(course_id, lesson.lesson_id, lesson.content_type, lesson.premium, upload_id)
    key = content_paths.key_of(upload, content_paths.key_name(name, media_type))
    name = name or content_paths.FILE_NAMES[media_type]
    return upload, UploadedFile(key, name, media_type, caller.user_id)
