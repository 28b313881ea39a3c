"""Finds, copies and deletes files in the content bucket, by version.

The bucket is versioned: only a delete that names the version removes the bytes.
"""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from domain import content_paths
from domain.files import names as file_names
from toolkit import clients
from uploads.arrival import Arrival


class ContentBucket:
    """The files of lessons and those that have just arrived."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def find(self, key: str, version: str | None) -> Arrival | None:
        """A version of a file, the newest one if `version` is None: one ListObjectVersions, one HeadObject.

        The list comes first, because S3 hides with a 403 from a role that may not list the bucket what is not there.
        """
        found = self._listed(key, version)
        if found is None:
            return None
        try:
            head = clients.s3().head_object(Bucket=self._bucket, Key=key, VersionId=found)
        except ClientError:
            if self._listed(key, found) is not None:
                raise
            return None  # deleted meanwhile, by the run of another file of the same form
        uploader_id = head["Metadata"].get(content_paths.UPLOADER, "")
        name = file_names.from_metadata(head["Metadata"].get(content_paths.NAME, ""))
        return Arrival(
            key=key,
            version=found,
            media_type=head["ContentType"],
            uploader_id=uploader_id,
            file_name=name or key.rpartition("/")[2],
        )

    def copy(self, arrival: Arrival, key: str) -> None:
        """Copy an arrival to the address from which it is served, without its metadata. One CopyObject does 5 GB.

        A run that was interrupted may have left a copy. It is deleted, so that one version is kept.
        """
        self.erase(key)
        clients.s3_copies().copy_object(
            Bucket=self._bucket,
            Key=key,
            CopySource={"Bucket": self._bucket, "Key": arrival.key, "VersionId": arrival.version},
            MetadataDirective="REPLACE",
            Metadata={},
            ContentType=arrival.media_type,
            ContentDisposition=file_names.disposition(arrival.file_name),
            CacheControl=content_paths.CACHE_CONTROL,
        )

    def read(self, arrival: Arrival) -> bytes:
        """The bytes of an arrival, whose form has limited its size: one GetObject."""
        found = clients.s3().get_object(Bucket=self._bucket, Key=arrival.key, VersionId=arrival.version)
        return found["Body"].read()

    def write_captions(self, key: str, data: bytes) -> None:
        """Write captions to the address from which they are served: one PutObject, after a deletion as for `copy`."""
        self.erase(key)
        clients.s3().put_object(
            Bucket=self._bucket,
            Key=key,
            Body=data,
            ContentType=f"{content_paths.CAPTIONS_TYPE}; charset=utf-8",
            CacheControl=content_paths.CACHE_CONTROL,
        )

    def is_served(self, key: str) -> bool:
        """Whether there is a file now, and not only versions that were deleted: one ListObjectVersions."""
        return any(each["IsLatest"] and not each["marker"] for each in self._versions(key))

    def erase(self, key: str, version: str | None = None) -> None:
        """Delete one version for good, or all if `version` is None: one DeleteObject each."""
        versions = [each["VersionId"] for each in self._versions(key)] if version is None else [version]
        for each in versions:
            clients.s3().delete_object(Bucket=self._bucket, Key=key, VersionId=each)

    def _listed(self, key: str, version: str | None) -> str | None:
        """The version of a file, if there is one."""
        found = (each["VersionId"] for each in self._versions(key) if not each["marker"])
        return next((each for each in found if version in (None, each)), None)

    def _versions(self, key: str) -> Iterator[dict[str, Any]]:
        """The versions and delete markers of a key, newest first."""
        more: Any = {}
        while True:
            answer: Any = clients.s3().list_object_versions(Bucket=self._bucket, Prefix=key, **more)
            found = [
                {**each, "marker": kind == "DeleteMarkers"}
                for kind in ("Versions", "DeleteMarkers")
                for each in answer.get(kind, ())
                if each["Key"] == key
            ]
            yield from sorted(found, key=lambda each: bool(each["IsLatest"]), reverse=True)
            if not answer.get("IsTruncated"):
                return
            more = {"KeyMarker": answer["NextKeyMarker"], "VersionIdMarker": answer["NextVersionIdMarker"]}
