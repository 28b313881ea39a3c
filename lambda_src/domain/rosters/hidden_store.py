"""The list of hidden people in DynamoDB: domain.rosters.hidden says what it is."""

from collections.abc import Collection
from typing import Any

from domain.rosters.hidden import KEPT_SECONDS, KEY, OPEN, entry_of, expired
from toolkit.dynamo import to_item
from toolkit.reads import batch_get


def hidden_among(profiles_table: str, user_ids: Collection[str]) -> frozenset[str]:
    """Which of these people are hidden now: one BatchGetItem of one item, whatever their number.

    Raises:
        Unavailable: DynamoDB is throttling.
    """
    if not user_ids:
        return frozenset()
    found = batch_get({profiles_table: [KEY]})[profiles_table]
    return frozenset(user_id for item in found for user_id in user_ids if entry_of(user_id) in item)


def hide(profiles_table: str, user_id: str) -> Any:
    """The part of a transaction that hides a person."""
    return _update(profiles_table, {entry_of(user_id): OPEN}, ())


def release(profiles_table: str, user_id: str, now: int) -> Any:
    """The part of a transaction that lets a person's entry expire, and removes expired ones: one BatchGetItem.

    `now` is in seconds since 1970. Two calls may remove the same entries.
    """
    items = batch_get({profiles_table: [KEY]})[profiles_table]
    entry = entry_of(user_id)
    removed = [name for item in items for name in expired(item, now) if name != entry]
    return _update(profiles_table, {entry: now + KEPT_SECONDS}, removed)


def _update(profiles_table: str, entries: dict[str, int], removed: Collection[str]) -> Any:
    expression = "SET " + ", ".join(f"{name} = :{name}" for name in entries)
    if removed:
        expression += " REMOVE " + ", ".join(removed)
    return {
        "Update": {
            "TableName": profiles_table,
            "Key": to_item(KEY),
            "UpdateExpression": expression,
            "ExpressionAttributeValues": to_item({f":{name}": value for name, value in entries.items()}),
        }
    }
