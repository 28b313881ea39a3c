"""Marks of people who are being or have been erased: a token that is still valid brings nothing of theirs back.

A mark stands in the profiles table under a hash of the opaque user id: it keeps nothing of the person, and
whoever wants to write something for an id can ask for it, within the same transaction. It goes by itself
when no token of that time can be valid any more.
"""

from hashlib import sha256
from typing import Any

from toolkit import clients
from toolkit.dynamo import to_item
from toolkit.errors import Unauthenticated

KEY_PREFIX = "erased#"
# Cognito's ID tokens live a day at most, whatever the settings say; an hour for clocks that differ.
KEPT_SECONDS = 25 * 3600


class Erased(Unauthenticated):
    """The token is genuine, but whoever it was given to is no longer known here."""

    def __init__(self) -> None:
        super().__init__("This account has been erased.")


def key_of(user_id: str) -> dict[str, str]:
    """The key of a person's mark."""
    return {"userId": KEY_PREFIX + sha256(f"education-erased:{user_id}".encode()).hexdigest()}


def none_for(profiles_table: str, user_id: str) -> Any:
    """The part of a transaction that fails when the person is being or has been erased."""
    return {
        "ConditionCheck": {
            "TableName": profiles_table,
            "Key": to_item(key_of(user_id)),
            "ConditionExpression": "attribute_not_exists(userId)",
        }
    }


def is_there(profiles_table: str, user_id: str) -> bool:
    """Whether the person is being or has been erased: one GetItem."""
    answer = clients.dynamodb().get_item(
        TableName=profiles_table,
        Key=to_item(key_of(user_id)),
        ConsistentRead=True,
        ProjectionExpression="userId",
    )
    return "Item" in answer
