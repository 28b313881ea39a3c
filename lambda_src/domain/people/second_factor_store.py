"""What is known about second factors, in DynamoDB; what it means is in domain.people.second_factors."""

import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from domain.people import second_factors, tombstone_store
from domain.people.second_factors import KNOWN_SINCE, LOST_AT, RENEWALS_SINCE, FactorRecord
from domain.people.tombstones import Erased
from toolkit import clients
from toolkit.dynamo import cancellation_reasons, condition_failed, from_item, lost_race, to_item


class SecondFactorTable:
    """The second factors in the profiles table."""

    def __init__(self, profiles_table: str) -> None:
        self._table = profiles_table

    def read(self, user_id: str) -> FactorRecord:
        """What is known about a person's factor: one GetItem."""
        answer = clients.dynamodb().get_item(
            TableName=self._table, Key=to_item(second_factors.key_of(user_id)), ConsistentRead=True
        )
        return FactorRecord.from_stored(from_item(answer.get("Item", {})))

    def note_granted(self, user_id: str) -> None:
        """Note that the person has a factor, and gets the role now: one TransactWriteItems.

        Raises:
            Erased: the person is being or has been erased.
            ClientError: another request writes it now.
        """
        self._note_known(user_id, f"SET {KNOWN_SINCE} = :now REMOVE {LOST_AT}, {RENEWALS_SINCE}")

    def note_first_seen(self, user_id: str) -> bool:
        """Note that the person has a factor, if nothing is known yet: one TransactWriteItems. Returns whether it is
        noted now."""
        try:
            self._note_known(
                user_id,
                f"SET {KNOWN_SINCE} = :now",
                second_factors.SETTLING_SECONDS,
                ConditionExpression=f"attribute_not_exists({KNOWN_SINCE}) AND attribute_not_exists({LOST_AT})",
            )
        except ClientError as error:
            if lost_race(error):
                return False
            raise
        return True

    def note_renewals(self, user_id: str, known_since: int) -> bool:
        """Note that sessions from now on began with the factor that is known since then, if this is not noted yet: one
        UpdateItem. Returns whether it is noted now."""
        return self._change(
            user_id,
            f"SET {RENEWALS_SINCE} = :now",
            f"{KNOWN_SINCE} = :known AND attribute_not_exists({RENEWALS_SINCE})",
            {":now": int(time.time()) + second_factors.SETTLING_SECONDS, ":known": known_since},
        )

    def note_lost(self, user_id: str) -> None:
        """Note that a factor that was known is gone: one UpdateItem."""
        self._change(
            user_id,
            f"SET {LOST_AT} = :now REMOVE {KNOWN_SINCE}, {RENEWALS_SINCE}",
            f"attribute_exists({KNOWN_SINCE})",
            {":now": int(time.time())},
        )

    def forget(self, user_id: str) -> None:
        """Forget what is known about a person's factor: one UpdateItem."""
        self._change(
            user_id, f"REMOVE {KNOWN_SINCE}, {RENEWALS_SINCE}, {LOST_AT}", "attribute_exists(userId)"
        )

    def _change(
        self, user_id: str, change: str, condition: str, values: Mapping[str, int] | None = None
    ) -> bool:
        """Change the item if the condition holds. Returns whether it held."""
        named: Any = {"ExpressionAttributeValues": to_item(values)} if values else {}
        try:
            clients.dynamodb().update_item(
                TableName=self._table,
                Key=to_item(second_factors.key_of(user_id)),
                UpdateExpression=change,
                ConditionExpression=condition,
                **named,
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            return False
        return True

    def _note_known(self, user_id: str, change: str, delay: int = 0, **condition: str) -> None:
        update: Any = {
            "TableName": self._table,
            "Key": to_item(second_factors.key_of(user_id)),
            "UpdateExpression": change,
            "ExpressionAttributeValues": to_item({":now": int(time.time()) + delay}),
            **condition,
        }
        writes: list[Any] = [tombstone_store.none_for(self._table, user_id), {"Update": update}]
        try:
            clients.dynamodb().transact_write_items(TransactItems=writes)
        except ClientError as error:
            if cancellation_reasons(error)[:1] == ("ConditionalCheckFailed",):
                raise Erased from error  # the tombstone
            raise
