"""The rule of arrivals: a file counts for a lesson only if it still is what the lesson asks for.

The lesson may have been deleted, or have become premium or of another type since the form was
handed out; such a file is left to lie unused. Of several files the one that arrived last counts.
"""

from domain import content_paths
from uploads.store import UploadTable


class Uploads:
    """The operations on files that arrived."""

    def __init__(self, table: UploadTable) -> None:
        self._table = table

    def note_arrival(self, key: str, arrived_at: str) -> bool:
        """Make the file the lesson's content, unless it does not fit or a newer one is there.

        Args:
            key: the object's key.
            arrived_at: S3's time of the event, as stored text.

        Returns:
            Whether the lesson has this content now.
        """
        upload = content_paths.parse(key)
        return upload is not None and self._table.set_content(upload, key, arrived_at)
