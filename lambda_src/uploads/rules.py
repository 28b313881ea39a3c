"""The rule of uploaded files: a file becomes a lesson's content only if it fits the lesson as it is now.

After the form was created, the lesson may have been deleted, or have become premium or of another type. Then the
file stays unused in the bucket. Of several files, the one that was uploaded last counts.
"""

from typing import Protocol

from domain import content_paths
from domain.content_paths import UploadKey


class LessonContentStore(Protocol):
    """The content of lessons."""

    def set_content(self, upload: UploadKey, key: str, uploaded_at: str) -> bool:
        """Set the lesson's content if the lesson exists, fits and has nothing newer; whether it was set."""


def note_upload(store: LessonContentStore, key: str, uploaded_at: str) -> bool:
    """Make the file the lesson's content, unless it does not fit or there is a newer one.

    Args:
        store: the content of lessons.
        key: the object's key.
        uploaded_at: S3's time of the event, as stored text.

    Returns:
        Whether the lesson has this content now.
    """
    upload = content_paths.parse(key)
    return upload is not None and store.set_content(upload, key, uploaded_at)
