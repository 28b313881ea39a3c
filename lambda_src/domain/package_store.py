"""Deletes the folder of a package in the content bucket, as a whole.

A deletion that was interrupted is finished by calling it again: it deletes what is still there. The bucket is
versioned, so an operator can restore the files until their old versions expire.
"""

from typing import Any

from toolkit import clients
from toolkit.errors import Unavailable


def delete_folder(bucket: str, prefix: str) -> int:
    """Delete every file whose key begins with `prefix`; how many there were.

    For each 1,000 files, one ListObjectsV2 and one DeleteObjects.

    Raises:
        ValueError: the prefix is not that of one folder.
        Unavailable: S3 has deleted a part only. Call it again.
    """
    if not prefix.endswith("/") or prefix.count("/") < 4:
        raise ValueError("the prefix must name the folder of one package")
    deleted = 0
    while True:
        answer: Any = clients.s3().list_objects_v2(Bucket=bucket, Prefix=prefix)
        keys = [each["Key"] for each in answer.get("Contents", ())]
        if not keys:
            return deleted
        refused = clients.s3().delete_objects(
            Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True}
        )
        if refused.get("Errors"):
            raise Unavailable
        deleted += len(keys)
