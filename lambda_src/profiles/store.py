"""Profiles in DynamoDB: one item per person, and the marks of those who are being erased."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from domain.people import profile_store, tombstones
from domain.people.erasure import MARK, ErasureRequest
from domain.people.profiles import Profile
from toolkit import clients
from toolkit.dynamo import (
    Item,
    cancellation_reasons,
    condition_failed,
    from_item,
    lost_race,
    to_item,
    transaction_conflict,
)


class ProfileTable:
    """The user profiles table."""

    def __init__(self, name: str) -> None:
        self._name = name

    def find(self, user_id: str) -> Profile | None:
        """One profile: one GetItem.

        Raises:
            Erased: its erasure has begun.
        """
        item = self._item(user_id)
        if item is None:
            return None
        if MARK in item:
            raise tombstones.Erased
        return Profile.from_stored(item)

    def change(self, user_id: str, changes: Mapping[str, str], now: str) -> Profile | None:
        """Change a profile: one UpdateItem. None if there is none, or somebody is making it right now."""
        written = {**changes, "updatedAt": now}
        try:
            answer = clients.dynamodb().update_item(
                TableName=self._name,
                Key=to_item({"userId": user_id}),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in written),
                ConditionExpression=f"attribute_exists(createdAt) AND attribute_not_exists({MARK})",
                ExpressionAttributeNames={f"#{name}": name for name in written},
                ExpressionAttributeValues=to_item({f":{name}": value for name, value in written.items()}),
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if condition_failed(error) or transaction_conflict(error):
                return None
            raise
        return Profile.from_stored(from_item(answer["Attributes"]))

    def make(self, profile: Profile) -> Profile | None:
        """Write a new profile: one TransactWriteItems. None if somebody made it first.

        Raises:
            Erased: the person is being or has been erased.
        """
        return profile_store.make(self._name, profile)

    def mark(self, request: ErasureRequest, registered: Any, now: str) -> bool:
        """Begin an erasure: mark the profile, with or without one, and put up the tombstone.

        Args:
            request: who wants to be erased.
            registered: a write of the administrators' register that must not fail.
            now: the time.

        Returns:
            Whether it has begun, now or before; False if the register has changed or somebody else is writing.
        """
        values = {":now": now, ":request": request.request_id} | (
            {":email": request.email} if request.email else {}
        )
        marked = {
            "TableName": self._name,
            "Key": to_item({"userId": request.user_id}),
            "UpdateExpression": f"SET {MARK} = :now, erasureRequestId = :request"
            + (", email = if_not_exists(email, :email)" if request.email else ""),
            "ExpressionAttributeValues": to_item(values),
        }
        tombstone = {
            "TableName": self._name,
            "Item": to_item(tombstones.key_of(request.user_id)),
            "ConditionExpression": "attribute_not_exists(userId)",
        }
        writes: list[Any] = [{"Put": tombstone}, {"Update": marked}, registered]
        try:
            clients.dynamodb().transact_write_items(TransactItems=writes)
        except ClientError as error:
            if cancellation_reasons(error)[:1] == ("ConditionalCheckFailed",):
                return True
            if lost_race(error):
                return False
            raise
        return True

    def request_of(self, user_id: str) -> ErasureRequest | None:
        """The erasure that has begun and not ended, None if there is none: one GetItem."""
        item = self._item(user_id)
        return ErasureRequest.from_stored(item) if item is not None and MARK in item else None

    def _item(self, user_id: str) -> Item | None:
        answer = clients.dynamodb().get_item(
            TableName=self._name, Key=to_item({"userId": user_id}), ConsistentRead=True
        )
        wire = answer.get("Item")
        return from_item(wire) if wire else None
