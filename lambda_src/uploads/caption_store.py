"""Writes captions into their lesson's entry: one conditional UpdateItem each. The course's `version` stays."""

from domain.content_paths import UploadKey
from domain.courses import ARCHIVED, Course
from toolkit import clock
from uploads.store import LessonContentTable

_ENTRY = "lessons.#lesson.captions.#language"
_FITS = (
    f"{_ENTRY}.form.uploadId = :upload AND lessons.#lesson.premium = :premium "
    "AND lessons.#lesson.contentType = :video AND #status <> :archived"
)


class CaptionTable(LessonContentTable):
    """The captions of lessons, beside the rest of their content."""

    def claim_captions(self, upload: UploadKey, language: str, version: str) -> Course | None:
        """Take the open form for this version; None if it is not open, or another version has it."""
        return self._update(
            upload,
            f"SET {_ENTRY}.form.claimedBy = :version",
            f"{_FITS} AND (attribute_not_exists({_ENTRY}.form.claimedBy) OR {_ENTRY}.form.claimedBy = :version)",
            {**_fitting(upload), ":version": version},
            {"#language": language, "#status": "status"},
        )

    def note_captions(self, upload: UploadKey, language: str, version: str, label: str) -> Course | None:
        """Make this upload the captions; None if this version has not the open form."""
        return self._update(
            upload,
            f"SET {_ENTRY}.uploadId = :upload, {_ENTRY}.label = :label, updatedAt = :now "
            f"REMOVE {_ENTRY}.refused",
            f"{_FITS} AND {_ENTRY}.form.claimedBy = :version",
            {**_fitting(upload), ":version": version, ":label": label, ":now": clock.now()},
            {"#language": language, "#status": "status"},
        )

    def refuse_captions(self, upload: UploadKey, language: str, code: str, detail: str) -> None:
        """Note why a file was refused, and close its form, if it is still the open one."""
        self._update(
            upload,
            f"SET {_ENTRY}.refused = :why, updatedAt = :now REMOVE {_ENTRY}.form",
            f"{_ENTRY}.form.uploadId = :upload",
            {":upload": upload.upload_id, ":why": {"code": code, "detail": detail}, ":now": clock.now()},
            {"#language": language},
        )

    def close_caption_form(self, upload: UploadKey, language: str) -> None:
        """Close a form, if it is still the open one."""
        self._update(
            upload,
            f"REMOVE {_ENTRY}.form",
            f"{_ENTRY}.form.uploadId = :upload",
            {":upload": upload.upload_id},
            {"#language": language},
        )

    def take_back_captions(self, upload: UploadKey, language: str) -> None:
        """Remove the captions and their form, if they are still those of this upload."""
        self._update(
            upload,
            f"SET updatedAt = :now REMOVE {_ENTRY}.uploadId, {_ENTRY}.label, {_ENTRY}.form",
            f"{_ENTRY}.uploadId = :upload",
            {":upload": upload.upload_id, ":now": clock.now()},
            {"#language": language},
        )


def _fitting(upload: UploadKey) -> dict[str, object]:
    return {
        ":upload": upload.upload_id,
        ":premium": upload.premium,
        ":video": "video",
        ":archived": ARCHIVED,
    }
