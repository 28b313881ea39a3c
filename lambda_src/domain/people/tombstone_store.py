"""Tombstones in DynamoDB: checking for one, alone or within a transaction.

profiles.store and domain.people.erasure_store write tombstones, as steps of an erasure.
"""

from typing import Any

from domain.people.tombstones import key_of
from toolkit.dynamo import to_item
from toolkit.reads import get_item


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
    return get_item(profiles_table, key_of(user_id)) is not None
