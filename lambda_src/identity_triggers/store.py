"""What the trigger reads of the profiles table: a person's profile and their address, together."""

from typing import Any

from domain.people.address_store import AddressTable
from domain.people.addresses import UNKNOWN, Address, key_of
from toolkit import clients
from toolkit.dynamo import from_item, to_item
from toolkit.errors import Unavailable


class ArrivalTable(AddressTable):
    """The profiles table."""

    def look(self, user_id: str, email: str) -> tuple[bool, Address]:
        """Whether somebody has a profile, and what is known of the address that they sign in with: one BatchGetItem.

        Raises:
            Unavailable: DynamoDB left one of the two out because it is throttling.
        """
        keys = [{"userId": user_id}, key_of(email)]
        answer = clients.dynamodb().batch_get_item(
            RequestItems={self._table: {"Keys": [to_item(key) for key in keys], "ConsistentRead": True}}
        )
        if answer.get("UnprocessedKeys"):
            raise Unavailable
        items = [from_item(wire) for wire in answer["Responses"].get(self._table, ())]
        profile, address = (_with_key(items, key) for key in keys)
        return profile is not None, UNKNOWN if address is None else Address.from_stored(address)


def _with_key(items: list[dict[str, Any]], key: dict[str, str]) -> dict[str, Any] | None:
    return next((item for item in items if item["userId"] == key["userId"]), None)
