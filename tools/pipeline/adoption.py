"""Imports what an account has already into the bootstrap's state: every resource with a name of its own.

Resources that belong to these (a bucket's settings, a role's attachments) are not imported. The apply writes them
again, which changes nothing.
"""

from collections.abc import Iterator
from pathlib import Path

from botocore.exceptions import ClientError

from tools.deploy.terraform import Terraform, synthesized_resources
from tools.pipeline.state_bucket import StateBucket
from tools.support.account import Account, client

NOT_THERE = frozenset({"NoSuchEntity", "NoSuchEntityException", "ResourceNotFoundException"})


def adopt(terraform: Terraform, account: Account, region: str) -> list[str]:
    """Import what exists in the account and is not in the state; returns the ids of what was imported."""
    known = terraform.addresses()
    adopted = []
    for address, identifier in _candidates(terraform.folder, account):
        if address not in known and _exists(address, identifier, region, account):
            terraform.run("import", "-input=false", address, identifier)
            adopted.append(identifier)
    return adopted


def _candidates(folder: Path, account: Account) -> Iterator[tuple[str, str]]:
    """The Terraform address and the id of each resource that has a name of its own."""
    policies = f"arn:{account.partition}:iam::{account.id}:policy/"
    for kind, key, prefix in (
        ("aws_s3_bucket", "bucket", ""),
        ("aws_dynamodb_table", "name", ""),
        ("aws_iam_role", "name", ""),
        ("aws_iam_policy", "name", policies),
    ):
        for address, body in synthesized_resources(folder, kind).items():
            yield address, prefix + body[key]


def _exists(address: str, identifier: str, region: str, account: Account) -> bool:
    try:
        match address.partition(".")[0]:
            case "aws_s3_bucket":
                return StateBucket(client("s3", region), identifier, account.id).exists()
            case "aws_dynamodb_table":
                client("dynamodb", region).describe_table(TableName=identifier)
            case "aws_iam_role":
                client("iam", region).get_role(RoleName=identifier)
            case _:
                client("iam", region).get_policy(PolicyArn=identifier)
    except ClientError as problem:
        if problem.response["Error"]["Code"] in NOT_THERE:
            return False
        raise
    return True
