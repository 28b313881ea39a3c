"""A person's profile: what it is, and how it begins. It is made at the first sign-in, or else on first use.

Changing it and erasing it belong to the profile function.
"""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from domain.people import tombstone_store, tombstones
from toolkit import clients
from toolkit.dynamo import Item, cancellation_reasons, lost_race, to_item

DEFAULT_LOCALE = "en"
_LONGEST_NAME = 100


@dataclass(frozen=True)
class Profile:
    """One person's profile; times are stored text."""

    user_id: str
    email: str
    display_name: str
    locale: str
    created_at: str
    updated_at: str

    @classmethod
    def first(cls, user_id: str, email: str, now: str) -> "Profile":
        """The profile of somebody who has not said anything about themselves yet."""
        name = email.partition("@")[0][:_LONGEST_NAME] or "New member"
        return cls(user_id, email, name, DEFAULT_LOCALE, created_at=now, updated_at=now)

    @classmethod
    def from_stored(cls, item: Item) -> "Profile":
        """A profile from its item as Python values."""
        return cls(
            user_id=item["userId"],
            email=item["email"],
            display_name=item["displayName"],
            locale=item["locale"],
            created_at=item["createdAt"],
            updated_at=item["updatedAt"],
        )

    def to_api(self) -> dict[str, str]:
        """The contract's Profile, which is also how it is stored."""
        return {
            "userId": self.user_id,
            "email": self.email,
            "displayName": self.display_name,
            "locale": self.locale,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        }

    def put(self, table_name: str) -> Any:
        """The part of a transaction that writes it, if there is none."""
        return {
            "Put": {
                "TableName": table_name,
                "Item": to_item(self.to_api()),
                "ConditionExpression": "attribute_not_exists(userId)",
            }
        }


def make(table_name: str, profile: Profile) -> Profile | None:
    """Write a new profile: one TransactWriteItems. None if somebody made it first.

    Raises:
        Erased: the person is being or has been erased.
    """
    writes: list[Any] = [profile.put(table_name), tombstone_store.none_for(table_name, profile.user_id)]
    try:
        clients.dynamodb().transact_write_items(TransactItems=writes)
    except ClientError as error:
        if cancellation_reasons(error)[1:] == ("ConditionalCheckFailed",):
            raise tombstones.Erased from error
        if lost_race(error):
            return None
        raise
    return profile
