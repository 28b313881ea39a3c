"""Tombstones in DynamoDB: checking for one, alone or within a transaction.

profiles.store and domain.people.erasure_store write tombstones, as steps of an erasure.
"""

from typing import Any

from domain.people.tombstones import key_of
from toolkit import clients
from toolkit.dynamo import to_item


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
