"""What became of the latest file that was uploaded for a lesson, as the lesson's entry stores it and the API shows it.

A lesson has one of these, or both parts of the last two at once:

* `contentKey`: a single file, which is ready as soon as it is noted;
* `package`: a package that was unpacked;
* `unpacking`: the latest package, while it is unpacked or after it was refused. What the lesson had before stays
  open to students until the new package is ready, and also if it is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NONE = "none"
PROCESSING = "processing"
READY = "ready"
FAILED = "failed"

# The kind of an interactive lesson that is a single page. The kinds of packages are in packages.launch.
HTML_FILE = "html-file"
# The kinds whose pages look for the player's SCORM API in the windows around them, so they share its origin. The pages
# of other packages have an origin of their own, and so no storage and no access to other pages, unless the instructor
# says that the lesson needs storage.
SHARED_ORIGIN_KINDS = frozenset({"scorm-1.2", "scorm-2004"})
# A run that failed, and is repeated by the platform or by an operator.
INTERRUPTED = "interrupted"

# What the API shows of the stored attributes.
_OF_UNPACKING = ("state", "fileName", "code", "detail")
_OF_PACKAGE = ("kind", "fileName", "title", "entry", "files", "bytes")


@dataclass(frozen=True)
class PackageNote:
    """What a lesson's entry says of its package.

    Attributes:
        upload_id: the version of the package, which is part of its folder's name.
        kind: one of the kinds in packages.launch.
        title: the package's own title.
        entry: the name of the file that is shown first.
        files: how many files it has.
        unpacked_bytes: their size together.
        file_name: the name of the zip.
        parts: of how many parts it is completed (progress.launches). A former version did not store it.
    """

    upload_id: str
    kind: str
    title: str
    entry: str
    files: int
    unpacked_bytes: int
    file_name: str
    parts: int = 1

    def to_stored(self) -> dict[str, Any]:
        """The `package` of a lesson's entry."""
        return {
            "uploadId": self.upload_id,
            "kind": self.kind,
            "title": self.title,
            "entry": self.entry,
            "files": self.files,
            "bytes": self.unpacked_bytes,
            "fileName": self.file_name,
            "parts": self.parts,
        }


def shown(
    content_type: str,
    content_key: str | None,
    package: Mapping[str, Any] | None,
    unpacking: Mapping[str, Any] | None,
    file_name: str | None,
) -> dict[str, Any]:
    """The API's LessonContentState: the state of the latest upload."""
    if unpacking is not None:
        return {name: unpacking[name] for name in _OF_UNPACKING if name in unpacking}
    if package is not None:
        return {"state": READY, **{name: package[name] for name in _OF_PACKAGE}}
    if content_key is None:
        return {"state": NONE}
    kind = {"kind": HTML_FILE} if content_type == "interactive" else {}
    return {"state": READY, "fileName": name_of_file(content_key, file_name), **kind}


def captions_shown(captions: Mapping[str, Mapping[str, Any]] | None) -> dict[str, list[dict[str, str]]]:
    """The captions in the API's Lesson, and the languages whose latest file was refused, if any: domain.captions."""
    entries = sorted((captions or {}).items())
    found = [
        {"language": language, "label": entry["label"]} for language, entry in entries if "uploadId" in entry
    ]
    refused = [
        {"language": language, **entry["refused"]} for language, entry in entries if "refused" in entry
    ]
    return {"captions": found, **({"refusedCaptions": refused} if refused else {})}


def name_of_file(content_key: str, file_name: str | None) -> str:
    """The name of a single file: the stored one, or the last part of its key."""
    return file_name or content_key.rpartition("/")[2]
