"""AWS clients: created at first use, reused by every later request, with short time limits.

An attempt takes at most 4 s (1 s to connect, 3 s to read) and is made at most twice, so one call
takes at most 9 s with its pause. No attempt starts that could last longer than the function's own limit:
the caller gets a 503 while there is still time to send one. boto3 comes with the Lambda runtime.
"""

import os
import time
from functools import cache, partial
from typing import TYPE_CHECKING, Any, cast

import botocore.config
import botocore.session

from toolkit.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

CONNECT_SECONDS = 1.0
READ_SECONDS = 3.0
ATTEMPTS = 2
# S3 copies 5 GB, the most for one call, in about a minute.
COPY_SECONDS = 120.0
# Left for our own code and for sending the answer.
RESERVE_SECONDS = 0.5

_deadline: float | None = None


def set_deadline(remaining_milliseconds: float | None) -> None:
    """Set how long this request may still take; None removes the limit."""
    global _deadline
    _deadline = None if remaining_milliseconds is None else time.monotonic() + remaining_milliseconds / 1000


def limit_call(
    *, connect_seconds: float, read_seconds: float, reserve_seconds: float = RESERVE_SECONDS
) -> None:
    """Set shorter time limits, for a function whose caller waits less long than API Gateway. Applies to clients that
    are created afterwards."""
    global CONNECT_SECONDS, READ_SECONDS, RESERVE_SECONDS
    CONNECT_SECONDS, READ_SECONDS, RESERVE_SECONDS = connect_seconds, read_seconds, reserve_seconds


def dynamodb() -> "DynamoDBClient":
    """The low level DynamoDB client."""
    return cast("DynamoDBClient", _client("dynamodb"))


def s3() -> "S3Client":
    """The S3 client; signature version 4 everywhere, regional host names."""
    return cast("S3Client", _client("s3"))


def s3_copies() -> "S3Client":
    """The S3 client for copies of large files, for which it waits COPY_SECONDS. No API waits for its caller."""
    return cast("S3Client", _client("s3", COPY_SECONDS))


def kms() -> Any:
    """The KMS client."""
    return _client("kms")


def secrets_manager() -> Any:
    """The Secrets Manager client."""
    return _client("secretsmanager")


def cognito() -> "CognitoIdentityProviderClient":
    """The Cognito user pools client."""
    return cast("CognitoIdentityProviderClient", _client("cognito-idp"))


def lambda_functions() -> "LambdaClient":
    """The client of the Lambda service, for calling another function."""
    return cast("LambdaClient", _client("lambda"))


def sqs() -> Any:
    """The SQS client."""
    return _client("sqs")


def event_bridge() -> Any:
    """The EventBridge client."""
    return _client("events")


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


@cache
def _client(service: str, read_seconds: float | None = None) -> Any:
    config = botocore.config.Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds or READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        tcp_keepalive=True,
        # All parameters come from this code, and tests run it against the AWS emulator.
        parameter_validation=False,
        **(_s3_settings() if service == "s3" else {}),
    )
    client = _session().create_client(service, config=config)
    client.meta.events.register("request-created", partial(_refuse_when_late, read_seconds))
    return client


def _s3_settings() -> dict[str, Any]:
    # By default, botocore signs forms for S3's global host name. It redirects uploads for other regions, and a
    # browser does not follow. A configured endpoint may not support a host name per bucket.
    style = "path" if os.environ.get("AWS_ENDPOINT_URL") else "virtual"
    return {"signature_version": "s3v4", "s3": {"addressing_style": style}}


def _refuse_when_late(read_seconds: float | None, **_: object) -> None:
    longest = CONNECT_SECONDS + (read_seconds or READ_SECONDS) + RESERVE_SECONDS
    if _deadline is not None and time.monotonic() + longest > _deadline:
        raise Unavailable(retry_after=2)
