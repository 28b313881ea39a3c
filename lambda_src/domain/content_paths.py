"""Where a lesson's files are in the content bucket, and what a key says about its upload.

    <public|premium>/<courseId>/<lessonId>/<content type>-<random>/<file name>

Every form has a folder of its own. So a file that is uploaded with a new form has a new URL, and no cache can serve
an old file for it. The folder's name contains the content type. So an uploaded file can be checked against the
lesson as it is at that time, without a list of the forms that were created.
"""

import re
import uuid
from dataclasses import dataclass

PUBLIC = "public"
PREMIUM = "premium"

# The media types of a lesson of each content type. The first is used if the request names none.
MEDIA_TYPES = {
    "video": ("video/mp4", "video/webm"),
    "pdf": ("application/pdf",),
    "interactive": ("text/html",),
    "article": ("text/html",),
}
FILE_NAMES = {
    "video/mp4": "video.mp4",
    "video/webm": "video.webm",
    "application/pdf": "document.pdf",
    "text/html": "index.html",
}

_KEY = re.compile(
    r"(?P<prefix>public|premium)/(?P<course>[A-Za-z0-9_-]{1,64})/(?P<lesson>[a-z0-9][a-z0-9-]{0,63})"
    r"/(?P<type>video|pdf|interactive|article)-[0-9a-f]{32}/[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
)


@dataclass(frozen=True)
class UploadKey:
    """What a key says: the lesson of the file, and what the lesson was when the form was created."""

    course_id: str
    lesson_id: str
    content_type: str
    premium: bool


def new_key(upload: UploadKey, file_name: str) -> str:
    """A key that was never used before."""
    prefix = PREMIUM if upload.premium else PUBLIC
    folder = f"{upload.content_type}-{uuid.uuid4().hex}"
    return f"{prefix}/{upload.course_id}/{upload.lesson_id}/{folder}/{file_name}"


def parse(key: str) -> UploadKey | None:
    """What a key says, or None if it does not have this form."""
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    return UploadKey(
        course_id=found["course"],
        lesson_id=found["lesson"],
        content_type=found["type"],
        premium=found["prefix"] == PREMIUM,
    )


def folder_of(key: str) -> str:
    """The upload's folder, without a trailing slash: all files of this lesson's content are in it."""
    return key.rpartition("/")[0]
