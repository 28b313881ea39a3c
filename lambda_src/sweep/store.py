"""The sweep's side of DynamoDB and Cognito: the profiles part by part, its checkpoint, and single users."""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from domain.people import erasure_request_store
from domain.people.erasure import REMINDED_AT, REQUESTED_AT, ErasureRequest
from domain.people.user_pool_store import CognitoUserPool
from sweep.rules import Checkpoint, Person
from toolkit import clients
from toolkit.dynamo import condition_failed, from_item, to_item

GONE = "user-deleted"
"""The reason of an erasure in the audit trail."""
# An item of the profiles table beside the profiles.
_CHECKPOINT = {"userId": "sweep#users"}


class SweepTable:
    """The SweepStore of sweep.rules: the profiles table."""

    def __init__(self, profiles_table: str) -> None:
        self._table = profiles_table

    def checkpoint(self) -> Checkpoint:
        """Where the run starts: one GetItem."""
        answer = clients.dynamodb().get_item(
            TableName=self._table, Key=to_item(_CHECKPOINT), ConsistentRead=True
        )
        item = from_item(answer.get("Item") or {})
        return Checkpoint(item["part"], item["parts"]) if item else Checkpoint(0, 1)

    def keep(self, checkpoint: Checkpoint) -> None:
        """Store where the next run starts: one PutItem."""
        item = {**_CHECKPOINT, "part": checkpoint.part, "parts": checkpoint.parts}
        clients.dynamodb().put_item(TableName=self._table, Item=to_item(item))

    def people(self, checkpoint: Checkpoint) -> Iterator[Person]:
        """The people in one part of the table: one Scan for each MB."""
        more: dict[str, object] = {}
        while True:
            answer = clients.dynamodb().scan(
                TableName=self._table,
                Segment=checkpoint.part,
                TotalSegments=checkpoint.parts,
                Select="SPECIFIC_ATTRIBUTES",
                ProjectionExpression=f"userId, createdAt, {REQUESTED_AT}, {REMINDED_AT}",
                FilterExpression=f"attribute_exists(createdAt) OR attribute_exists({REQUESTED_AT})",
                **more,  # type: ignore[arg-type]
            )
            for item in map(from_item, answer["Items"]):
                asked = item.get(REMINDED_AT) or item.get(REQUESTED_AT)
                yield Person(item["userId"], item.get("createdAt", ""), asked)
            if not answer.get("LastEvaluatedKey"):
                return
            more = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def request_erasure(self, user_id: str, request_id: str, now: str) -> bool:
        """Store an erasure request and a tombstone: one TransactWriteItems."""
        request = ErasureRequest(user_id, request_id, None, reason=GONE)
        return erasure_request_store.store(self._table, request, now, only_with_profile=True)

    def remind(self, user_id: str, now: str) -> None:
        """Show the stream an erasure request again: one UpdateItem. Does nothing if there is none any more."""
        try:
            clients.dynamodb().update_item(
                TableName=self._table,
                Key=to_item({"userId": user_id}),
                UpdateExpression=f"SET {REMINDED_AT} = :now",
                ConditionExpression=f"attribute_exists({REQUESTED_AT})",
                ExpressionAttributeValues=to_item({":now": now}),
            )
        except ClientError as error:
            if not condition_failed(error):
                raise


class PoolUsers(CognitoUserPool):
    """The Users of sweep.rules: the user pool."""

    def has(self, user_id: str) -> bool:
        """Whether there is such a user: one AdminGetUser."""
        return self.find(user_id) is not None

    def lists(self, user_id: str) -> bool:
        """Whether a list of users has such a user: one ListUsers."""
        answer = clients.cognito().list_users(
            UserPoolId=self._pool, Filter=f'sub = "{user_id}"', AttributesToGet=["sub"], Limit=1
        )
        return bool(answer["Users"])
