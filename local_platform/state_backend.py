"""The state backend of a platform: a bucket and a lock table in its AWS emulator."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from local_platform.aws import client
from local_platform.platform import STACK, Platform

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


class StateBackend:
    """The bucket and the lock table of the stack's Terraform state."""

    def __init__(self, platform: Platform) -> None:
        settings = platform.settings
        self._bucket, self._table = settings.state.bucket, settings.state.lock_table
        self._key = f"{settings.environment_suffix}/{STACK}.tfstate"
        self._s3: S3Client = client(platform, "s3")
        self._dynamodb: DynamoDBClient = client(platform, "dynamodb")

    def create(self) -> bool:
        """Create the bucket and the table if they are missing; returns whether one of them was."""
        created = False
        if not any(bucket.get("Name") == self._bucket for bucket in self._s3.list_buckets()["Buckets"]):
            self._s3.create_bucket(Bucket=self._bucket)
            created = True
        if self._table not in self._dynamodb.list_tables()["TableNames"]:
            self._dynamodb.create_table(
                TableName=self._table,
                AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
            )
            created = True
        return created

    def is_locked(self) -> bool:
        """Whether a Terraform has the lock, or died with it. A dead one may have made what the state does not list."""
        lock = self._dynamodb.get_item(
            TableName=self._table, Key={"LockID": {"S": f"{self._bucket}/{self._key}"}}, ConsistentRead=True
        )
        return "Item" in lock

    def version(self) -> str:
        """A text that changes with the state's contents; empty if there is no state."""
        try:
            return self._s3.head_object(Bucket=self._bucket, Key=self._key)["ETag"]
        except ClientError as problem:
            if problem.response["Error"]["Code"] in ("404", "NoSuchKey", "NoSuchBucket"):
                return ""
            raise
