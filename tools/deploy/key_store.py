"""The client of CloudFront's key value stores, whose data has a service of its own.

AWS takes only signatures of version 4A there, for which botocore needs the package `awscrt`. The functions need it
never, so it is among the requirements of the tools only.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions-kvp.html
"""

import os
from typing import Any
from urllib.parse import urlsplit

from botocore.config import Config

from education.naming import EDGE_REGION
from tools.support.aws_session import new_session

SERVICE: Any = "cloudfront-keyvaluestore"


def key_store_client(endpoint: str = "", **session: Any) -> Any:
    """A client with the current credentials, or with those in `session` (arguments of `boto3.Session`).

    `endpoint` is the address of an AWS emulator; by default the one in AWS_ENDPOINT_URL, if it is set.
    """
    endpoint = endpoint or os.environ.get("AWS_ENDPOINT_URL", "")
    opened = new_session(region_name=EDGE_REGION, **session)
    limits: dict[str, Any] = {"connect_timeout": 10, "read_timeout": 60, "retries": {"mode": "standard"}}
    if not endpoint:
        return opened.client(SERVICE, config=Config(**limits))
    # An emulator has one host name for all accounts, and checks signatures of version 4.
    client = opened.client(
        SERVICE, endpoint_url=endpoint, config=Config(signature_version="v4", proxies={}, **limits)
    )

    def without_account(request: Any, **_: object) -> None:
        request.url = urlsplit(request.url)._replace(netloc=urlsplit(endpoint).netloc).geturl()

    client.meta.events.register(f"before-sign.{SERVICE}", without_account)
    return client
