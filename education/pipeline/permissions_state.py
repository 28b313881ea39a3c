"""What the pipeline may do with Terraform's states: use those of its own environments, and find leftover ones."""

from collections.abc import Sequence
from typing import Any

from education.pipeline.permission import actions

# The backend keeps states of Terraform's workspaces below this prefix, and lists it even if there are none.
_WORKSPACES = "env:/"


def state_statements(
    *,
    bucket: str,
    bucket_arn: str,
    lock_table_arn: str,
    suffixes: Sequence[str],
    ephemeral_prefixes: Sequence[str],
    may_write: bool,
) -> list[dict[str, Any]]:
    """The statements on the states of the environments `suffixes`.

    A role that only reads plans without the lock (`-lock=false`): with a lock that it may write, a pull request could
    stop every deployment. `ephemeral_prefixes` may be listed, to find states that were left over.
    """
    keys = [f"{suffix}/TapStack{suffix}.tfstate" for suffix in suffixes]
    locks = [f"{bucket}/{key}" for key in keys]
    digests = [f"{lock}-md5" for lock in locks]
    locking = {
        "Sid": "LockOwnStates",
        "Effect": "Allow",
        "Action": actions("dynamodb", "GetItem PutItem DeleteItem"),
        "Resource": lock_table_arn,
        "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": locks}},
    }
    return [
        {
            "Sid": "FindOwnStates",
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": bucket_arn,
            "Condition": {"StringLike": {"s3:prefix": [_WORKSPACES, *ephemeral_prefixes, *keys]}},
        },
        {
            "Sid": "UseOwnStates" if may_write else "ReadOwnStates",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject"] if may_write else "s3:GetObject",
            "Resource": [f"{bucket_arn}/{key}" for key in keys],
        },
        *([locking] if may_write else []),
        {
            "Sid": "UseStateDigests" if may_write else "ReadStateDigests",
            "Effect": "Allow",
            "Action": actions("dynamodb", "GetItem PutItem" if may_write else "GetItem"),
            "Resource": lock_table_arn,
            "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": digests}},
        },
    ]
