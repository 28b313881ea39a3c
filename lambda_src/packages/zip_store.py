"""Reads a zip in S3 as a file that can seek: by ranges, one block at a time."""

import io
from typing import Any

from toolkit import clients

# Most files of a package fit into one block, so 100 MB take about 25 requests.
BLOCK_BYTES = 4 * 1024**2


class RangedFile(io.RawIOBase):
    """One version of an object. It holds one block in memory."""

    def __init__(self, bucket: str, key: str, version: str, size: int) -> None:
        super().__init__()
        self._object: dict[str, Any] = {"Bucket": bucket, "Key": key, "VersionId": version}
        self._size = size
        self._position = 0
        self._block_start = 0
        self._block = b""

    def seekable(self) -> bool:
        """It can seek."""
        return True

    def readable(self) -> bool:
        """It can be read."""
        return True

    def tell(self) -> int:
        """Where the next read begins."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Set where the next read begins.

        Raises:
            ValueError: it is before the beginning.
        """
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if origin + offset < 0:
            raise ValueError("there is nothing before the beginning of a file")
        self._position = origin + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what is left of a block: at most one GetObject. 0 at the end of the file."""
        if self._position >= self._size:
            return 0
        offset = self._position - self._block_start
        if not 0 <= offset < len(self._block):
            self._fetch(self._position)
            offset = 0
        found = self._block[offset : offset + len(buffer)]
        buffer[: len(found)] = found
        self._position += len(found)
        return len(found)

    def _fetch(self, start: int) -> None:
        last = min(start + BLOCK_BYTES, self._size) - 1
        self._block = b""  # so that two blocks are never in memory
        answer: Any = clients.s3().get_object(**self._object, Range=f"bytes={start}-{last}")
        self._block_start, self._block = start, answer["Body"].read()
