"""Revoked roles in DynamoDB; what they mean is in domain.people.revocations."""

import time

from botocore.exceptions import ClientError

from domain.people import revocations, tombstones
from domain.people.revocations import Revocations
from toolkit import clients
from toolkit.dynamo import condition_failed, retry_conflicts, to_item
from toolkit.reads import batch_get


class RevocationTable:
    """The revoked roles in the profiles table. It is the PresentRoles of the functions that have routes for staff."""

    def __init__(self, profiles_table: str) -> None:
        self._table = profiles_table

    def of(self, user_id: str, groups: frozenset[str], issued_at: int) -> frozenset[str]:
        """The groups of a token that still count: one BatchGetItem, which reads the tombstone too.

        Raises:
            Erased: the person is being or has been erased.
        """
        revoked_key, tombstone_key = revocations.key_of(user_id), tombstones.key_of(user_id)
        found = batch_get({self._table: [revoked_key, tombstone_key]})[self._table]
        items = {item["userId"]: item for item in found}
        if tombstone_key["userId"] in items:
            raise tombstones.Erased
        revoked = items.get(revoked_key["userId"], {})
        return Revocations.from_stored(revoked).remaining(groups, issued_at)

    def note_revoked(self, user_id: str, group: str) -> None:
        """Note that a person is about to lose a role: one UpdateItem."""
        now = round(time.time())
        self._set(
            user_id, group, now + revocations.SETTLING_SECONDS, expires_at=now + revocations.KEPT_SECONDS
        )

    def note_granted(self, user_id: str, group: str) -> None:
        """Let new tokens count at once for a role that was revoked before: one UpdateItem. Those from before the
        revocation stay as they are."""
        now = int(time.time())
        try:
            # A token has whole seconds, and the person may sign in again within this one.
            self._set(user_id, group, now - 1, expires_at=now + revocations.KEPT_SECONDS, only_revoked=True)
        except ClientError as error:
            if not condition_failed(error):
                raise

    def _set(
        self, user_id: str, group: str, only_after: int, *, expires_at: int, only_revoked: bool = False
    ) -> None:
        condition = {"ConditionExpression": "attribute_exists(#group)"} if only_revoked else {}
        retry_conflicts(
            lambda: clients.dynamodb().update_item(
                TableName=self._table,
                Key=to_item(revocations.key_of(user_id)),
                UpdateExpression="SET #group = :after, expiresAt = :end",
                ExpressionAttributeNames={"#group": revocations.attribute_of(group)},
                ExpressionAttributeValues=to_item({":after": only_after, ":end": expires_at}),
                **condition,  # type: ignore[arg-type]
            )
        )
