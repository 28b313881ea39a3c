"""Whether a deployment would drop an index of a table before the one that replaces it is there.

Terraform drops indexes of a table before it makes others, and DynamoDB needs minutes to fill a new one. Meanwhile the
functions of neither version could read lists. So an environment with data moves in two deployments:
docs/operations.md, "Move to new indexes".
"""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from education.data.tables import SUCCESSORS
from education.errors import UserError
from education.naming import Names
from education.settings.model import EnvironmentSettings
from tools.support.account import client

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def problems(settings: EnvironmentSettings, dynamodb: "DynamoDBClient") -> list[str]:
    """One sentence for each table whose former indexes would go too early; none where nothing is deployed yet.

    Raises:
        ClientError: DynamoDB refuses to describe a table that is there.
    """
    if settings.records.former_indexes:
        return []
    found = []
    for what, successors in SUCCESSORS.items():
        there = _indexes(Names(settings.environment_suffix).of(what), dynamodb)
        early = [former for former, new in successors.items() if former in there and new not in there]
        if early:
            found.append(
                f"the table {what} has {', '.join(early)} and not yet what replaces it: set records.former_indexes = "
                "true and deploy first (docs/operations.md, Move to new indexes)."
            )
    return found


def refuse_early(settings: EnvironmentSettings) -> None:
    """Refuse a deployment that would drop an index too early. A role that may not look is let through.

    Raises `UserError` with what to do.
    """
    try:
        found = problems(settings, client("dynamodb", settings.aws_region))
    except (BotoCoreError, ClientError):
        return
    if found:
        raise UserError("\n".join([*found, "Nothing was changed."]))


def _indexes(table: str, dynamodb: "DynamoDBClient") -> set[str]:
    """The indexes of a table that can be read; none if there is no such table."""
    try:
        described = dynamodb.describe_table(TableName=table)["Table"]
    except dynamodb.exceptions.ResourceNotFoundException:
        return set()
    return {
        index["IndexName"]
        for index in described.get("GlobalSecondaryIndexes", [])
        if index["IndexStatus"] == "ACTIVE"
    }
