"""Where a lesson's files are in the content bucket, and what a key says about its upload.

    <public|premium>/<courseId>/<lessonId>/<content type>-<upload id>/<file name>

This is the address from which CloudFront serves the file. A form uploads to the same key behind `incoming/`, which
nobody can read; the uploads function moves the file when it has noted it in the lesson.

Every form has an upload id, and so a folder, of its own. So a file that is uploaded with a new form has a new URL, and
no cache can serve an old file for it. The folder's name contains the content type. So a file can be checked against the
lesson as it is when the file arrives.

Captions of a video are in a folder of the same form, `captions-<upload id>/<language>.vtt`.

A package (a zip) is not served itself. It stays behind `incoming/` until the packages function has unpacked it to

    packages/<courseId>/<lessonId>/<upload id>/files/<name in the zip>
    packages/<courseId>/<lessonId>/<upload id>/launch.json

The upload id is the version of the package: each upload has a folder of its own, which is deleted as a whole.

An interactive lesson that is a single page is stored like a video, and opens in the way of packages, by an address that
ends with `<upload id>/<public|premium>/<file name>` (education/content/package_gate.py).
"""

import re
import uuid
from dataclasses import dataclass

PUBLIC = "public"
PREMIUM = "premium"
INCOMING = "incoming/"
PACKAGES = "packages/"
# Below a package's folder: its own files, and what a player needs to know of it.
PACKAGE_FILES = "files/"
PACKAGE_LAUNCH = "launch.json"
# The page that runs packages, which the stack puts into the bucket (education/content/player_files.py).
PLAYER_PAGE = "player/index.html"
# The metadata of an incoming file that holds the user id of the person who got the form. A form signs it.
UPLOADER = "uploader"
# The metadata that holds the name that the person gave it (domain.files.names).
NAME = "name"

# Short, so that caches ask for a key again soon (in most cases the answer is a 304 without a body). CloudFront serves
# a deleted file for this long too. The distribution says `private` for premium files: education/content/headers.py.
CACHED_SECONDS = 5 * 60
CACHE_CONTROL = f"public, max-age={CACHED_SECONDS}"

INTERACTIVE = "interactive"
ARTICLE = "article"
# The media types of a lesson of each content type. The first is used if the request names none.
MEDIA_TYPES = {
    "video": ("video/mp4", "video/webm"),
    "pdf": ("application/pdf",),
    INTERACTIVE: ("text/html", "application/zip"),
    # Data for the portal, which shows it safely: a text, or a package of a text and its pictures (packages.articles).
    # Files of earlier articles are text/html, and still served as that.
    ARTICLE: ("text/markdown", "application/zip"),
}
FILE_NAMES = {
    "video/mp4": "video.mp4",
    "video/webm": "video.webm",
    "application/pdf": "document.pdf",
    "text/html": "index.html",
    "text/markdown": "article.md",
    "application/zip": "package.zip",
}
# The captions of a video: WebVTT, in a folder beside the video's, named by their language.
CAPTIONS = "captions"
CAPTIONS_TYPE = "text/vtt"
CAPTIONS_SUFFIX = ".vtt"
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# What is unpacked. An H5P package is a zip too.
PACKAGE_TYPE = "application/zip"
_PACKAGE_EXTENSIONS = (".zip", ".h5p")

_KEY = re.compile(
    r"(?P<prefix>public|premium)/(?P<course>[A-Za-z0-9_-]{1,64})/(?P<lesson>[a-z0-9][a-z0-9-]{0,63})"
    r"/(?P<type>video|pdf|interactive|article|captions)-(?P<upload>[0-9a-f]{32})/[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
)


@dataclass(frozen=True)
class UploadKey:
    """What a key says: the lesson of the file, what the lesson was when the form was created, and the form."""

    course_id: str
    lesson_id: str
    content_type: str
    premium: bool
    upload_id: str


def new_upload_id() -> str:
    """An upload id that was never used before."""
    return uuid.uuid4().hex


def media_type_of(content_type: str, file_name: str | None) -> str:
    """The media type of a file for a lesson, where the request names none."""
    allowed = MEDIA_TYPES[content_type]
    is_package = (file_name or "").lower().endswith(_PACKAGE_EXTENSIONS)
    return PACKAGE_TYPE if is_package and PACKAGE_TYPE in allowed else allowed[0]


def key_name(file_name: str | None, media_type: str) -> str:
    """The last part of the key of a file: its name if that is plain, and else one that says its type only."""
    return file_name if file_name and _SAFE_NAME.fullmatch(file_name) else FILE_NAMES[media_type]


def package_folder(course_id: str, lesson_id: str, upload_id: str) -> str:
    """The beginning of the keys of everything that one uploaded package became, with its slash."""
    return f"{PACKAGES}{course_id}/{lesson_id}/{upload_id}/"


def key_of(upload: UploadKey, file_name: str) -> str:
    """The key from which the file of an upload is served."""
    prefix = PREMIUM if upload.premium else PUBLIC
    folder = f"{upload.content_type}-{upload.upload_id}"
    return f"{prefix}/{upload.course_id}/{upload.lesson_id}/{folder}/{file_name}"


def parse(key: str) -> UploadKey | None:
    """What a served key says, or None if it does not have this form."""
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    return UploadKey(
        course_id=found["course"],
        lesson_id=found["lesson"],
        content_type=found["type"],
        premium=found["prefix"] == PREMIUM,
        upload_id=found["upload"],
    )


def require_parsed(key: str) -> UploadKey:
    """What the key of a stored file says.

    Raises:
        ValueError: it is no such key.
    """
    upload = parse(key)
    if upload is None:
        raise ValueError("the key of a stored file is not valid")
    return upload


def page_in_folder(key: str) -> str:
    """How the address of a single page goes on behind the folder of its upload, by its key."""
    parts = key.split("/")
    return f"{parts[0]}/{parts[-1]}"


def lesson_folder_of(key: str) -> str:
    """The folder of a lesson, without a trailing slash, from the key of one of its files.

    It has the folders of all uploads for this lesson that have the same protection.
    """
    return "/".join(key.split("/")[:3])
