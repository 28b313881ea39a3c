"""Reading the names and addresses of people from the profiles table."""

from collections.abc import Sequence

from domain.people.erasure import REQUESTED_AT
from domain.rosters.contacts import Contact
from toolkit.dynamo import Item
from toolkit.reads import batch_get

_ATTRIBUTES = ("userId", "displayName", "email", REQUESTED_AT)


def find(profiles_table: str, user_ids: Sequence[str]) -> dict[str, Contact | None]:
    """Contacts by user id, as of a moment ago: one BatchGetItem for up to 100 people. None for people whose erasure has
    begun; people without a profile are left out.

    No user id may be given twice: DynamoDB refuses that.

    Raises:
        Unavailable: DynamoDB is throttling.
    """
    if not user_ids:
        return {}
    found = batch_get(
        {profiles_table: [{"userId": user_id} for user_id in user_ids]},
        consistent=False,
        attributes=_ATTRIBUTES,
    )
    return contacts_in(found[profiles_table])


def contacts_in(profiles: Sequence[Item]) -> dict[str, Contact | None]:
    """The contacts in items of profiles, by user id; None for people whose erasure has begun."""
    return {item["userId"]: None if REQUESTED_AT in item else Contact.from_stored(item) for item in profiles}
