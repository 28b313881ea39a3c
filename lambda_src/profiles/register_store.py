"""The register of administrators who are leaving: one item of the profiles table.

What it is for is in profiles.administrators.
"""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from domain.people import tombstone_store
from profiles.administrators import Register
from toolkit import clients
from toolkit.dynamo import condition_failed, contended, to_item
from toolkit.reads import get_item

_KEY = {"userId": "register#administrators"}


class RegisterTable:
    """The register in the profiles table."""

    def __init__(self, profiles_table: str) -> None:
        self._table = profiles_table

    def read(self) -> Register:
        """The register as it is now: one GetItem."""
        item = get_item(self._table, _KEY)
        if not item:
            return Register()
        return Register(version=item["version"], leaving=item["leaving"])

    def write(self, seen: Register, leaving: Mapping[str, int]) -> bool:
        """Change the register: one UpdateItem; False if it has changed since it was read."""
        try:
            clients.dynamodb().update_item(**update(self._table, seen, leaving))
        except ClientError as error:
            if condition_failed(error) or contended(error):
                return False
            raise
        return True

    def is_erased(self, user_id: str) -> bool:
        """Whether a person is being or has been erased: one GetItem."""
        return tombstone_store.is_there(self._table, user_id)


def update(profiles_table: str, seen: Register, leaving: Mapping[str, int]) -> Any:
    """The parameters of an UpdateItem that fails if the register has changed since it was read."""
    return {
        "TableName": profiles_table,
        "Key": to_item(_KEY),
        "UpdateExpression": "SET #version = :next, leaving = :leaving",
        "ConditionExpression": "#version = :seen" if seen.version else "attribute_not_exists(userId)",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": to_item(
            {":next": seen.version + 1, ":leaving": dict(leaving)}
            | ({":seen": seen.version} if seen.version else {})
        ),
    }
