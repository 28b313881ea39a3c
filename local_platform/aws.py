"""boto3 clients of a platform's AWS emulator."""

from typing import Any

import boto3
from botocore.config import Config

from local_platform.platform import ACCESS_KEY, SECRET_KEY, Platform
from tools.support.aws_session import new_session


def session() -> boto3.Session:
    """A session with the root credentials of the AWS emulator. The user's own AWS configuration is not used."""
    return new_session(aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY)


def client(platform: Platform, service: Any) -> Any:
    """A client of one service (typed by the caller)."""
    return session().client(
        service,
        endpoint_url=platform.endpoint,
        region_name=platform.settings.aws_region,
        config=Config(connect_timeout=5, read_timeout=60, retries={"max_attempts": 2}, proxies={}),
    )
