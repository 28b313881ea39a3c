"""Profiles in DynamoDB: one item per person, and the erasure requests in them."""

from collections.abc import Collection, Mapping

from botocore.exceptions import ClientError

from domain.people import erasure_request_store, profile_store, tombstones
from domain.people.erasure import REQUESTED_AT, ErasureRequest
from domain.people.profiles import Profile
from domain.rosters.contacts import CHANGED_AT
from profiles import register_store
from profiles.administrators import Register
from toolkit import clients
from toolkit.dynamo import Item, condition_failed, contended, from_item, to_item
from toolkit.reads import batch_get, get_item


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
        if REQUESTED_AT in item:
            raise tombstones.Erased
        return Profile.from_stored(item)

    def find_some(self, user_ids: Collection[str]) -> dict[str, Profile]:
        """The profiles of these people by user id: one BatchGetItem. Those without one, and those whose erasure has
        begun, are absent.

        Args:
            user_ids: at most 100, none of them twice.
        """
        items = batch_get({self._name: [{"userId": each} for each in user_ids]})[self._name]
        return {item["userId"]: Profile.from_stored(item) for item in items if REQUESTED_AT not in item}

    def change(self, user_id: str, changes: Mapping[str, str], now: str) -> Profile | None:
        """Change a profile: one UpdateItem. None if there is none, or another request is writing it now.

        An empty text removes the attribute. It marks the profile, so that copies of the name and the address follow.
        """
        written = {name: value for name, value in changes.items() if value} | {
            "updatedAt": now,
            CHANGED_AT: now,
        }
        removed = ", ".join(f"#{name}" for name in changes if name not in written)
        try:
            answer = clients.dynamodb().update_item(
                TableName=self._name,
                Key=to_item({"userId": user_id}),
                UpdateExpression="SET "
                + ", ".join(f"#{name} = :{name}" for name in written)
                + (f" REMOVE {removed}" if removed else ""),
                ConditionExpression=f"attribute_exists(createdAt) AND attribute_not_exists({REQUESTED_AT})",
                ExpressionAttributeNames={f"#{name}": name for name in (*changes, "updatedAt", CHANGED_AT)},
                ExpressionAttributeValues=to_item({f":{name}": value for name, value in written.items()}),
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if condition_failed(error) or contended(error):
                return None
            raise
        return Profile.from_stored(from_item(answer["Attributes"]))

    def create(self, profile: Profile) -> Profile | None:
        """Write a new profile: one TransactWriteItems. None if another request created it first.

        Raises:
            Erased: the person is being or has been erased.
        """
        return profile_store.create(self._name, profile)

    def begin_erasure(self, request: ErasureRequest, register: Register, now: str) -> bool:
        """Store an erasure request and a tombstone: one TransactWriteItems.

        The request is stored in the profile's item, which is created if there is none.

        Args:
            request: the person to erase.
            register: the register of administrators as it was read; it must not have changed since.
            now: the time.

        Returns:
            Whether it is stored, by this call or an earlier one; False if the register has changed, or another request
            is writing one of the items.
        """
        unchanged = register_store.update(self._name, register, register.leaving)
        return erasure_request_store.store(self._name, request, now, {"Update": unchanged})

    def has_request(self, user_id: str) -> bool:
        """Whether there is an erasure request, of an erasure that is not finished: one GetItem."""
        return REQUESTED_AT in (self._item(user_id) or {})

    def _item(self, user_id: str) -> Item | None:
        return get_item(self._name, {"userId": user_id})
