"""boto3 clients of a platform's AWS emulator, and the state backend in it: a bucket and a lock table."""

from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from local_platform.platform import ACCESS_KEY, SECRET_KEY, STACK, Platform
from tools.support.aws_session import new_session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


def session() -> boto3.Session:
    """A session with the AWS emulator's root credentials, whatever the user's own configuration says."""
    return new_session(aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY)


def client(platform: Platform, service: Any) -> Any:
    """A client of one service (typed by the caller)."""
    return session().client(
        service,
        endpoint_url=platform.endpoint,
        region_name=platform.settings.aws_region,
        config=Config(connect_timeout=5, read_timeout=60, retries={"max_attempts": 2}, proxies={}),
    )


class StateBackend:
    """Where the stack's Terraform state lives."""

    def __init__(self, platform: Platform) -> None:
        settings = platform.settings
        self._bucket, self._table = settings.state.bucket, settings.state.lock_table
        self._key = f"{settings.environment_suffix}/{STACK}.tfstate"
        self._s3: S3Client = client(platform, "s3")
        self._dynamodb: DynamoDBClient = client(platform, "dynamodb")

    def create(self) -> bool:
        """Create bucket and table where they are missing; whether anything was."""
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
        """Whether a Terraform holds the state, or died while it did: it may have made what the state does not know."""
        lock = self._dynamodb.get_item(
            TableName=self._table, Key={"LockID": {"S": f"{self._bucket}/{self._key}"}}, ConsistentRead=True
        )
        return "Item" in lock

    def version(self) -> str:
        """A mark that changes with the state's contents; empty where there is no state."""
        try:
            return self._s3.head_object(Bucket=self._bucket, Key=self._key)["ETag"]
        except ClientError as problem:
            if problem.response["Error"]["Code"] in ("404", "NoSuchKey", "NoSuchBucket"):
                return ""
            raise
