"""Run-time data in DynamoDB: a launch, a save, and the deletion of all of a person.

The first launch of a lesson is written by progress.store, in a transaction with the student's record.
"""

from enum import Enum
from typing import Any

from botocore.exceptions import ClientError

from domain import lesson_items_store
from domain.positions.model import key_of
from domain.runtime.model import NOTHING_SAVED, Runtime
from toolkit import clients
from toolkit.dynamo import condition_failed, from_item, item_of, retry_conflicts, to_item

_NAMES = {"#launch": "launch", "#sequence": "sequence", "#model": "model", "#savedAt": "savedAt"}


class Saved(Enum):
    """What became of a save."""

    NOW = "now"
    BEFORE = "before"
    LATE = "late"
    OTHER_LAUNCH = "other launch"


class RuntimeTable:
    """The table of run-time data.

    Args:
        name: its name.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def launch(self, user_id: str, course_id: str, lesson_id: str) -> Runtime | None:
        """Begin the next launch of a lesson; None if there was none before. One UpdateItem.

        Raises:
            RetriesExhausted: a transaction on the item is in progress for too long.
        """
        try:
            answer = retry_conflicts(
                lambda: clients.dynamodb().update_item(
                    TableName=self._name,
                    Key=to_item(key_of(user_id, course_id, lesson_id)),
                    UpdateExpression="SET #launch = #launch + :one, #sequence = :nothing",
                    ConditionExpression="attribute_exists(userId)",
                    ExpressionAttributeNames={name: _NAMES[name] for name in ("#launch", "#sequence")},
                    ExpressionAttributeValues=to_item({":one": 1, ":nothing": NOTHING_SAVED}),
                    ReturnValues="ALL_NEW",
                )
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            return None
        return Runtime.from_stored(from_item(answer["Attributes"]))

    def put_first(self, first: Runtime) -> Any:
        """The part of a transaction that writes run-time data if there is none."""
        return {
            "Put": {
                "TableName": self._name,
                "Item": to_item(first.to_stored()),
                "ConditionExpression": "attribute_not_exists(userId)",
            }
        }

    def save(self, saved: Runtime) -> Saved:
        """Store what a launch has saved, if it is the latest launch and the sequence is new: one UpdateItem. Nothing is
        written where no launch was begun, so nothing comes back after an erasure.

        Raises:
            RetriesExhausted: a transaction on the item is in progress for too long.
        """
        values = {
            ":launch": saved.launch,
            ":sequence": saved.sequence,
            ":model": saved.packed,
            ":now": saved.saved_at,
        }
        try:
            retry_conflicts(
                lambda: clients.dynamodb().update_item(
                    TableName=self._name,
                    Key=to_item(key_of(saved.user_id, saved.course_id, saved.lesson_id)),
                    UpdateExpression="SET #sequence = :sequence, #model = :model, #savedAt = :now",
                    ConditionExpression="#launch = :launch AND #sequence < :sequence",
                    ExpressionAttributeNames=_NAMES,
                    ExpressionAttributeValues=to_item(values),
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            return _refused(saved, item_of(error))
        return Saved.NOW

    def delete_of(self, user_id: str) -> None:
        """Delete all run-time data of a person: one Query per page, one BatchWriteItem for each 25 lessons."""
        lesson_items_store.delete_all_of(self._name, user_id)


def _refused(saved: Runtime, found: Any) -> Saved:
    if found is None or found["launch"] != saved.launch:
        return Saved.OTHER_LAUNCH
    return Saved.BEFORE if found["sequence"] == saved.sequence else Saved.LATE
