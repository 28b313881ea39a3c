"""boto3 clients of a platform's AWS emulator."""

from typing import Any

import boto3
from botocore.config import Config

from local_platform.platform import Platform
from tools.support.aws_session import new_session


def session(platform: Platform) -> boto3.Session:
    """A session of the root user of the AWS emulator. The user's own AWS configuration is not used."""
    return new_session(**platform.keys.outputs)


def client(platform: Platform, service: Any) -> Any:
    """A client of one service (typed by the caller)."""
    return session(platform).client(
        service,
        endpoint_url=platform.endpoint,
        region_name=platform.settings.aws_region,
        config=Config(connect_timeout=5, read_timeout=60, retries={"max_attempts": 2}, proxies={}),
    )
