"""boto3 sessions that share the slowest part: AWS's descriptions of its services.

Every client has a session of its own, so that credentials and threads are separate. Without sharing, each session would
read megabytes of JSON again, which takes a fifth of a second for S3.
"""

from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.loaders import Loader, create_loader


@cache
def _descriptions() -> Loader:
    return create_loader()


def new_session(**arguments: Any) -> boto3.Session:
    """A new session; the arguments are those of `boto3.Session`."""
    session = botocore.session.Session()
    session.register_component("data_loader", _descriptions())
    return boto3.Session(botocore_session=session, **arguments)
