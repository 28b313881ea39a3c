"""E-mail addresses in the profiles table: whose they are, inviting them, and giving them up.

What an address's item means is in domain.people.addresses.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from domain.people import profile_store, tombstone_store, tombstones
from domain.people.addresses import INVITATION_SECONDS, UNKNOWN, Address, key_of
from domain.people.profiles import Profile
from toolkit import clients
from toolkit.dynamo import (
    cancellation_reasons,
    condition_failed,
    from_item,
    lost_race,
    retry_conflicts,
    to_item,
)
from toolkit.reads import batch_get, in_batches
from toolkit.retries import Retries

OWNER_INDEX = "address-owner-index"

_UNOWNED = "attribute_not_exists(#owner)"
_OWNER = {"#owner": "owner"}


class AddressTable:
    """The addresses in the profiles table. E-mails are given in canonical form (toolkit.caller)."""

    def __init__(self, profiles_table: str) -> None:
        self._table = profiles_table

    def find(self, emails: Sequence[str]) -> dict[str, Address]:
        """Look addresses up, UNKNOWN ones included: one BatchGetItem for each 100.

        Raises:
            Unavailable: DynamoDB left some out because it is throttling.
        """
        found: dict[str, Address] = {}
        for some in in_batches(emails):
            keys = {email: key_of(email) for email in some}
            items = batch_get({self._table: list(keys.values())})[self._table]
            by_key = {item["userId"]: Address.from_stored(item) for item in items}
            found.update({email: by_key.get(key["userId"], UNKNOWN) for email, key in keys.items()})
        return found

    def invite(self, emails: Sequence[str], course_id: str, retries: Retries) -> dict[str, str]:
        """Invite unknown people to a course: one TransactWriteItems for each 100.

        Returns:
            Who was not invited because they came meanwhile: their user ids by e-mail.

        Raises:
            RetriesExhausted: too many requests at once; those invited so far stay invited.
        """
        came: dict[str, str] = {}
        for some in in_batches(emails):
            came |= self._invite_batch(some, course_id, retries)
        return came

    def claim(self, email: str, user_id: str, retries: Retries, *, profile: Profile | None = None) -> Address:
        """Make somebody the owner of their verified address: one TransactWriteItems and one GetItem.

        Args:
            email: the address.
            user_id: the new owner.
            retries: the budget of time.
            profile: what to write along with it, if they have no profile yet.

        Raises:
            Erased: the person is being or has been erased.
            RetriesExhausted: too many requests at once.
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
        writes: list[Any] = [tombstone_store.none_for(self._table, user_id), claimed]

        def attempt() -> bool | None:
            nonlocal profile
            try:
                clients.dynamodb().transact_write_items(
                    TransactItems=[*writes, *([profile_store.put(self._table, profile)] if profile else [])]
                )
            except ClientError as error:
                reasons = cancellation_reasons(error)
                if reasons[:1] == ("ConditionalCheckFailed",):
                    raise tombstones.Erased from error
                if reasons[2:] == ("ConditionalCheckFailed",):
                    profile = None  # another request made it meanwhile
                elif "TransactionConflict" not in reasons:
                    raise
                return None
            return True

        retries.until_answer(attempt)
        # What was stored before the claim, by any request, is stored after it.
        return self.find_one(email)

    def find_one(self, email: str) -> Address:
        """Look one address up: one GetItem."""
        answer = clients.dynamodb().get_item(
            TableName=self._table, Key=to_item(key_of(email)), ConsistentRead=True
        )
        wire = answer.get("Item")
        return Address.from_stored(from_item(wire)) if wire else UNKNOWN

    def remove_invitations(self, email: str, invitations: Collection[str], retries: Retries) -> None:
        """Remove invitations that were accepted: one UpdateItem.

        Raises:
            RetriesExhausted: too many requests at once.
        """

        def remove() -> Any:
            return clients.dynamodb().update_item(
                TableName=self._table,
                Key=to_item(key_of(email)),
                UpdateExpression="DELETE invitedTo :taken",
                ConditionExpression="attribute_exists(userId)",
                ExpressionAttributeValues=to_item({":taken": set(invitations)}),
            )

        try:
            retry_conflicts(remove, retries)
        except ClientError as error:
            if not condition_failed(error):  # else erased meanwhile
                raise

    def release_others(self, email: str, user_id: str) -> None:
        """Give up what is somebody's besides the address they sign in with: one Query, one UpdateItem for each."""
        for key in self._owned_by(user_id):
            if key != key_of(email):
                self._if_theirs(
                    clients.dynamodb().update_item,
                    key,
                    user_id,
                    UpdateExpression="REMOVE #owner, invitedTo SET expiresAt = :now",
                    ConditionExpression="#owner = :user",
                    more={":now": round(time.time())},
                )

    def forget(self, emails: Collection[str], user_id: str) -> None:
        """Delete what is known of somebody's addresses, of these and of all that are theirs, unless it is
        somebody else's by now: one Query, one DeleteItem for each."""
        for key in [*map(key_of, emails), *self._owned_by(user_id)]:
            self._if_theirs(
                clients.dynamodb().delete_item,
                key,
                user_id,
                ConditionExpression=f"{_UNOWNED} OR #owner = :user",
            )

    def _owned_by(self, user_id: str) -> list[dict[str, str]]:
        """The keys of somebody's addresses, as of a moment ago: ordinarily one, so one page holds them."""
        answer = clients.dynamodb().query(
            TableName=self._table,
            IndexName=OWNER_INDEX,
            KeyConditionExpression="#owner = :user",
            ExpressionAttributeNames=_OWNER,
            ExpressionAttributeValues=to_item({":user": user_id}),
            ProjectionExpression="userId",
        )
        return [from_item(item) for item in answer["Items"]]

    def _if_theirs(
        self,
        write: Any,
        key: Mapping[str, str],
        user_id: str,
        *,
        more: Mapping[str, Any] | None = None,
        **expressions: str,
    ) -> None:
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

    def _invite_batch(self, emails: Sequence[str], course_id: str, retries: Retries) -> dict[str, str]:
        """Invite people; the user ids, by e-mail, of those who have signed in meanwhile."""
        came: dict[str, str] = {}

        def attempt() -> bool | None:
            refused = self._invite_all([email for email in emails if email not in came], course_id)
            if refused is None:
                return True
            came.update(refused)
            return None

        retries.until_answer(attempt)
        return came

    def _invite_all(self, emails: Sequence[str], course_id: str) -> dict[str, str] | None:
        """None when all are invited; else nobody is, and these have come meanwhile."""
        if not emails:
            return None
        until = round(time.time()) + INVITATION_SECONDS
        invited: Any = [
            {
                "Update": {
                    "TableName": self._table,
                    "Key": to_item(key_of(email)),
                    "UpdateExpression": "SET expiresAt = :until ADD invitedTo :invitation",
                    "ConditionExpression": _UNOWNED,
                    "ExpressionAttributeNames": _OWNER,
                    "ExpressionAttributeValues": to_item(
                        {":until": until, ":invitation": {f"{until}#{course_id}"}}
                    ),
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            }
            for email in emails
        ]
        try:
            clients.dynamodb().transact_write_items(TransactItems=invited)
        except ClientError as error:
            if not lost_race(error):
                raise
            details: Any = error.response.get("CancellationReasons") or ()
            return {
                email: from_item(detail["Item"])["owner"]
                for email, detail in zip(emails, details, strict=True)
                if detail.get("Item")
            }
        return None
