"""E-mail addresses in the profiles table: their owners, and giving them up.

What an address's item means is in domain.addresses.rules. Inviting addresses is in domain.addresses.invitation_store.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from domain.addresses import invitation_store
from domain.addresses.invitation_store import Invited
from domain.addresses.rules import UNKNOWN, Address, key_of
from domain.people import profile_store, tombstone_store
from domain.people.profiles import Profile
from domain.people.tombstones import Erased
from toolkit import clients
from toolkit.dynamo import (
    cancellation_reasons,
    condition_failed,
    contended,
    retry_conflicts,
    to_item,
)
from toolkit.reads import batch_get, get_item, in_batches, query_all
from toolkit.retries import Retries

OWNER_INDEX = "address-owner-index"

_UNOWNED = "attribute_not_exists(#owner)"
_OWNER = {"#owner": "owner"}


class AddressTable:
    """The addresses in the profiles table. E-mail addresses are given in canonical form (toolkit.caller)."""

    def __init__(self, profiles_table: str) -> None:
        self._table = profiles_table

    def find(self, emails: Sequence[str]) -> dict[str, Address]:
        """What is stored about each address, UNKNOWN if nothing is: one BatchGetItem for each 100 addresses.

        Raises:
            Unavailable: DynamoDB left some addresses out because it is throttling.
        """
        found: dict[str, Address] = {}
        for some in in_batches(emails):
            items = batch_get({self._table: [key_of(email) for email in some]})[self._table]
            by_key = {item["userId"]: Address.from_stored(item) for item in items}
            found.update({email: by_key.get(key_of(email)["userId"], UNKNOWN) for email in some})
        return found

    def find_one(self, email: str, retries: Retries | None = None) -> Address:
        """What is stored about one address: one GetItem."""
        item = get_item(self._table, key_of(email), retries=retries)
        return Address.from_stored(item) if item else UNKNOWN

    def invite(self, known: Mapping[str, Address], course_id: str, inviter: str) -> Invited:
        """Invite addresses without an owner to a course: see domain.addresses.invitation_store."""
        return invitation_store.invite(self._table, known, course_id, inviter)

    def claim(self, email: str, user_id: str, retries: Retries, *, profile: Profile | None = None) -> Address:
        """Make a user the owner of their verified address: one TransactWriteItems and one GetItem.

        Args:
            email: the address.
            user_id: the new owner.
            retries: the budget for retries.
            profile: the profile to write in the same transaction, if the user has none yet.

        Raises:
            Erased: the user is being or has been erased.
            RetriesExhausted: the budget is used up.
        """
        claimed: Any = {
            "Update": {
                "TableName": self._table,
                "Key": to_item(key_of(email)),
                "UpdateExpression": "SET #owner = :user REMOVE expiresAt",
                "ExpressionAttributeNames": _OWNER,
                "ExpressionAttributeValues": to_item({":user": user_id}),
            }
        }
        # The order matters: DynamoDB returns one cancellation reason for each write, in this order.
        writes: list[Any] = [tombstone_store.none_for(self._table, user_id), claimed]
        if profile:
            writes.append(profile_store.put(self._table, profile))

        def attempt() -> Address | None:
            try:
                clients.dynamodb().transact_write_items(TransactItems=writes)
            except ClientError as error:
                reasons = cancellation_reasons(error)
                if reasons[:1] == ("ConditionalCheckFailed",):
                    raise Erased from error  # the tombstone
                if reasons[2:] == ("ConditionalCheckFailed",):
                    del writes[2:]  # another request has created the profile meanwhile
                elif not contended(error):
                    raise
                return None
            # Invitations that any request wrote before the claim are still in the item.
            return self.find_one(email, retries)

        return retries.until_answer(attempt)

    def remove_invitations(self, email: str, invitations: Collection[str], retries: Retries) -> None:
        """Remove accepted or expired invitations: one UpdateItem. Does nothing if the address was deleted meanwhile.

        Raises:
            RetriesExhausted: the budget is used up.
        """
        try:
            retry_conflicts(
                lambda: clients.dynamodb().update_item(
                    TableName=self._table,
                    Key=to_item(key_of(email)),
                    UpdateExpression="DELETE invitedTo :invitations",
                    ConditionExpression="attribute_exists(userId)",
                    ExpressionAttributeValues=to_item({":invitations": set(invitations)}),
                ),
                retries,
            )
        except ClientError as error:
            if not condition_failed(error):
                raise

    def release_others(self, email: str, user_id: str) -> None:
        """Give up a user's addresses, except the one that they sign in with: one Query, one UpdateItem for each."""
        for key in self._keys_of(user_id):
            if key != key_of(email):
                self._if_owned(
                    clients.dynamodb().update_item,
                    key,
                    user_id,
                    # The revision rises, so that no request that is inviting the address still writes what it read.
                    UpdateExpression="REMOVE #owner, invitedTo SET expiresAt = :now ADD invitationRevision :one",
                    ConditionExpression="#owner = :user",
                    more={":now": round(time.time()), ":one": 1},
                )

    def forget(self, emails: Collection[str], user_id: str) -> None:
        """Delete the items of these addresses and of all others that the person owns: one Query, one DeleteItem for
        each. An address that another person owns by now is kept."""
        for key in [*map(key_of, emails), *self._keys_of(user_id)]:
            self._if_owned(
                clients.dynamodb().delete_item,
                key,
                user_id,
                ConditionExpression=f"{_UNOWNED} OR #owner = :user",
            )

    def _keys_of(self, user_id: str) -> list[dict[str, Any]]:
        """The keys of the addresses that a user owns, as of a moment ago; in most cases one."""
        query = {
            "TableName": self._table,
            "IndexName": OWNER_INDEX,
            "KeyConditionExpression": "#owner = :user",
            "ExpressionAttributeNames": _OWNER,
            "ExpressionAttributeValues": to_item({":user": user_id}),
            "ProjectionExpression": "userId",
        }
        return list(query_all(query))

    def _if_owned(
        self,
        write: Any,
        key: Mapping[str, str],
        user_id: str,
        *,
        more: Mapping[str, Any] | None = None,
        **expressions: str,
    ) -> None:
        """Make a write with a condition on the owner; does nothing if the condition is false."""
        try:
            write(
                TableName=self._table,
                Key=to_item(key),
                ExpressionAttributeNames=_OWNER,
                ExpressionAttributeValues=to_item({":user": user_id, **(more or {})}),
                **expressions,
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
