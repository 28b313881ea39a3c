"""The zips and the folders of packages in the content bucket."""

import io
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import IO, Any, cast

from botocore.exceptions import ClientError

from domain import content_paths, package_store
from packages.zip_store import RangedFile
from toolkit import clients

# As many as the connections that one client keeps open.
_WRITES_AT_ONCE = 10
# Files that wait to be written are in memory.
_MOST_WAITING_BYTES = 16 * 1024**2
# A larger file is written in parts of this size: S3 takes parts from 5 MiB on.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
PART_BYTES = 8 * 1024**2


class PackageBucket:
    """The content bucket, as packages.rules needs it."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def open(self, key: str, version: str) -> IO[bytes] | None:
        """A zip, for reading any part of it: one HeadObject. None if it is gone.

        S3 answers 403 in place of 404 to a role that may not list the folder.
        """
        try:
            head = clients.s3().head_object(Bucket=self._bucket, Key=key, VersionId=version)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 404):
                return None
            raise
        ranged = RangedFile(self._bucket, key, version, head["ContentLength"])
        return cast("IO[bytes]", io.BufferedReader(ranged))

    @contextmanager
    def folder(self, prefix: str) -> Iterator["PackageFolder"]:
        """The folder whose keys begin with `prefix`. At its end, all that was begun has ended."""
        with ThreadPoolExecutor(_WRITES_AT_ONCE, thread_name_prefix="packages") as pool:
            folder = PackageFolder(self._bucket, prefix, pool)
            yield folder
            folder.finish()

    def delete_folder(self, prefix: str) -> None:
        """Delete every file whose key begins with `prefix`: for each 1,000, one ListObjectsV2 and one DeleteObjects."""
        package_store.delete_folder(self._bucket, prefix)

    def erase(self, key: str, version: str) -> None:
        """Delete a version of a file for good: one DeleteObject."""
        clients.s3().delete_object(Bucket=self._bucket, Key=key, VersionId=version)


class PackageFolder:
    """The folder of one upload. Small files are written several at once, large ones in parts."""

    def __init__(self, bucket: str, prefix: str, pool: ThreadPoolExecutor) -> None:
        self._bucket, self._prefix, self._pool = bucket, prefix, pool
        self._waiting: list[tuple[int, Future[None]]] = []

    def write(self, name: str, media_type: str, size: int, chunks: Iterator[bytes]) -> None:
        """Write a file when the last of its chunks was given without an error, or not at all."""
        described = {
            "Bucket": self._bucket,
            "Key": self._prefix + name,
            "ContentType": media_type,
            "CacheControl": content_paths.CACHE_CONTROL,
        }
        if size > PART_BYTES:
            self._write_parts(described, chunks)
            return
        content = b"".join(chunks)
        while self._waiting and sum(each for each, _ in self._waiting) + size > _MOST_WAITING_BYTES:
            self._waiting.pop(0)[1].result()
        self._waiting.append((size, self._pool.submit(_put, described, content)))

    def finish(self) -> None:
        """Wait until everything is written."""
        while self._waiting:
            self._waiting.pop(0)[1].result()

    def _write_parts(self, described: dict[str, Any], chunks: Iterator[bytes]) -> None:
        """Write a large file: it is there when S3 has put its parts together.

        The parts of a file that was not completed are deleted after a day: education/content/buckets.py.
        """
        upload_id = clients.s3().create_multipart_upload(**described)["UploadId"]
        part = {"Bucket": described["Bucket"], "Key": described["Key"], "UploadId": upload_id}
        done: list[Any] = []
        for number, content in enumerate(_parts(chunks), 1):
            answer = clients.s3().upload_part(**part, PartNumber=number, Body=content)
            done.append({"PartNumber": number, "ETag": answer["ETag"]})
        clients.s3().complete_multipart_upload(**part, MultipartUpload={"Parts": done})


def _put(described: dict[str, Any], content: bytes) -> None:
    clients.s3().put_object(**described, Body=content)


def _parts(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The bytes in pieces of PART_BYTES; the last one may be smaller."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) >= PART_BYTES:
            yield bytes(waiting[:PART_BYTES])
            del waiting[:PART_BYTES]
    if waiting:
        yield bytes(waiting)
