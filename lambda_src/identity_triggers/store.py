"""What a sign-in needs of the profiles table: the user's profile and their address, read together."""

from domain.people.address_store import AddressTable
from domain.people.addresses import UNKNOWN, Address, key_of
from toolkit.reads import batch_get


class SignInTable(AddressTable):
    """The profiles table."""

    def load(self, user_id: str, email: str) -> tuple[bool, Address]:
        """Whether a user has a profile, and what is stored about the address that they sign in with: one BatchGetItem.

        Raises:
            Unavailable: DynamoDB left one of the two out because it is throttling.
        """
        profile_key, address_key = {"userId": user_id}, key_of(email)
        found = batch_get({self._table: [profile_key, address_key]})[self._table]
        items = {item["userId"]: item for item in found}
        address = items.get(address_key["userId"])
        return user_id in items, UNKNOWN if address is None else Address.from_stored(address)
