"""The bucket of Terraform's states: which states it has, and how many resources each state has."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from education.errors import UserError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MISSING = frozenset({"404", "NoSuchBucket", "NoSuchKey", "NotFound"})
DELETED_AT_ONCE = 1000  # the limit of DeleteObjects


@dataclass(frozen=True)
class StateBucket:
    """One bucket, with a client of its region, and the account that must own it.

    Every request names the owner, so that S3 refuses a bucket that another account made under this name and opened:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    """

    client: "S3Client"
    name: str
    owner: str

    def exists(self) -> bool:
        """Whether the bucket exists; refuses one that belongs to another account."""
        try:
            self.client.head_bucket(Bucket=self.name, ExpectedBucketOwner=self.owner)
        except ClientError as problem:
            code = problem.response["Error"]["Code"]
            if code in MISSING:
                return False
            if code in ("403", "AccessDenied", "301"):
                raise UserError(
                    f"the state bucket {self.name} belongs to another account (bucket names are unique in all of AWS): "
                    "choose another name in the environment's state.bucket; nothing was changed."
                ) from None
            raise
        return True

    def read(self, key: str) -> dict[str, Any] | None:
        """A state, or None where there is none."""
        try:
            stored = self.client.get_object(Bucket=self.name, Key=key, ExpectedBucketOwner=self.owner)
            body = stored["Body"].read()
        except ClientError as problem:
            if problem.response["Error"]["Code"] in MISSING:
                return None
            raise
        return dict(json.loads(body))

    def states(self, prefix: str = "") -> dict[str, int]:
        """How many resources each state has, by key."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix=prefix, ExpectedBucketOwner=self.owner
        )
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        states = {key: self.read(key) or {} for key in keys if key.endswith(".tfstate")}
        return {key: len(managed(state)) for key, state in states.items()}

    def empty(self) -> None:
        """Delete every version of every object."""
        pages = self.client.get_paginator("list_object_versions").paginate(
            Bucket=self.name, ExpectedBucketOwner=self.owner
        )
        for page in pages:
            doomed = [
                {"Key": version["Key"], "VersionId": version["VersionId"]}
                for version in (*page.get("Versions", []), *page.get("DeleteMarkers", []))
            ]
            for start in range(0, len(doomed), DELETED_AT_ONCE):
                batch: Any = doomed[start : start + DELETED_AT_ONCE]
                self.client.delete_objects(
                    Bucket=self.name,
                    Delete={"Objects": batch, "Quiet": True},
                    ExpectedBucketOwner=self.owner,
                )


def managed(state: dict[str, Any]) -> list[dict[str, Any]]:
    """The resources that a state manages, without data sources."""
    return [resource for resource in state.get("resources", []) if resource.get("mode") == "managed"]
