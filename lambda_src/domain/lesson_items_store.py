"""Deletes all items of a person from a table whose items have the key of a student and a lesson
(domain.positions.model.key_of)."""

from itertools import islice
from typing import Any

from toolkit import clients
from toolkit.dynamo import retry_conflicts, to_item
from toolkit.reads import query_all
from toolkit.retries import Retries

# DynamoDB's limit for one BatchWriteItem.
_DELETED_AT_ONCE = 25


def delete_all_of(table: str, user_id: str) -> None:
    """Delete all items of a person: one Query per page, one BatchWriteItem for each 25 items.

    Raises:
        RetriesExhausted: DynamoDB has no capacity for it now. What was deleted stays deleted.
    """
    query = {
        "TableName": table,
        "KeyConditionExpression": "userId = :user",
        "ExpressionAttributeValues": to_item({":user": user_id}),
        "ProjectionExpression": "userId, courseLesson",
        "ConsistentRead": True,
    }
    keys = query_all(query)
    while batch := list(islice(keys, _DELETED_AT_ONCE)):
        _delete(table, [{"DeleteRequest": {"Key": to_item(key)}} for key in batch])


def _delete(table: str, requests: list[Any]) -> None:
    left: Any = {table: requests}
    budget = Retries()

    def attempt() -> bool | None:
        nonlocal left
        answer = retry_conflicts(lambda: clients.dynamodb().batch_write_item(RequestItems=left), budget)
        left = answer.get("UnprocessedItems")
        return None if left else True

    budget.until_answer(attempt)
