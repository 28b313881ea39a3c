"""An upload in parts that is open for a lesson, as the lesson's open form stores it.

S3 keeps the parts until they are put together, or until the upload ends. The upload ends with the lesson's open form:
the followups function sees that a lesson has lost it, and S3 deletes the parts. It takes it from the lesson when its
person loses the right to send it (followups.unfinished_store).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain import content_paths
from domain.content_paths import UploadKey
from domain.courses import Course, Lesson

# S3 takes parts from 5 MiB on, except the last one.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
PART_BYTES = 16 * 1024**2
# As the lifecycle rule of the bucket says: education/content/buckets.py.
VALID_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Multipart:
    """One upload in parts. All parts but the last one have `part_bytes`.

    Attributes:
        upload: the lesson, and the id of the form.
        s3_id: S3's own id of it.
        file_name: the name that its person gave it.
        size: the size of the whole file in bytes.
        expires_at: when S3 may delete the parts, as stored text.
        is_completing: whether S3 was told to put the parts together.
        uploader_id: the user id of the person who began it. A former version did not store it.
    """

    upload: UploadKey
    s3_id: str
    file_name: str
    media_type: str
    size: int
    part_bytes: int
    expires_at: str
    is_completing: bool = False
    uploader_id: str = ""

    @property
    def key(self) -> str:
        """Where the file will be served."""
        name = content_paths.key_name(self.file_name, self.media_type)
        return content_paths.key_of(self.upload, name)

    @property
    def count(self) -> int:
        """The number of parts."""
        return -(-self.size // self.part_bytes)

    def size_of(self, number: int) -> int:
        """The size of a part, by its number from 1 on."""
        return min(self.part_bytes, self.size - (number - 1) * self.part_bytes)

    def to_stored(self) -> dict[str, Any]:
        """The `multipart` of an open form."""
        return {
            "id": self.s3_id,
            "fileName": self.file_name,
            "mediaType": self.media_type,
            "bytes": self.size,
            "partBytes": self.part_bytes,
            "expiresAt": self.expires_at,
            "uploaderId": self.uploader_id,
        }


def open_in(course_id: str, lesson: Lesson) -> Multipart | None:
    """The upload in parts that is open for a lesson."""
    form: Mapping[str, Any] = lesson.open_form or {}
    stored: Mapping[str, Any] | None = form.get("multipart")
    if stored is None:
        return None
    upload = UploadKey(course_id, lesson.lesson_id, lesson.content_type, lesson.premium, form["uploadId"])
    return Multipart(
        upload,
        s3_id=stored["id"],
        file_name=stored["fileName"],
        media_type=stored["mediaType"],
        size=stored["bytes"],
        part_bytes=stored["partBytes"],
        expires_at=stored["expiresAt"],
        is_completing=stored.get("isCompleting", False),
        uploader_id=stored.get("uploaderId", ""),
    )


def all_open(course: Course) -> dict[str, Multipart]:
    """The uploads in parts that may still be finished, by S3's ids. None may while the course is archived."""
    if course.is_archived:
        return {}
    found = (open_in(course.course_id, lesson) for lesson in course.lessons)
    return {each.s3_id: each for each in found if each is not None}
