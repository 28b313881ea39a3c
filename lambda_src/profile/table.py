"""Profiles in DynamoDB: one item per person."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared import clients
from shared.dynamo import Item, from_item, to_item


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


class ProfileTable:
    """The user profiles table."""

    def __init__(self, name: str) -> None:
        self._name = name

    def find(self, user_id: str) -> Profile | None:
        """One profile: one GetItem."""
        answer = clients.dynamodb().get_item(
            TableName=self._name, Key=to_item({"userId": user_id}), ConsistentRead=True
        )
        wire = answer.get("Item")
        return Profile.from_stored(from_item(wire)) if wire else None

    def write(
        self, user_id: str, *, changes: Mapping[str, str], defaults: Mapping[str, str], now: str
    ) -> Profile:
        """Change a profile, or make it from changes and defaults: one UpdateItem, so no race can be lost."""
        fallbacks = {name: value for name, value in defaults.items() if name not in changes}
        assignments = ["#updatedAt = :now", "#createdAt = if_not_exists(#createdAt, :now)"]
        assignments += [f"#{name} = :{name}" for name in changes]
        assignments += [f"#{name} = if_not_exists(#{name}, :{name})" for name in fallbacks]
        written = {**changes, **fallbacks}
        answer = clients.dynamodb().update_item(
            TableName=self._name,
            Key=to_item({"userId": user_id}),
            UpdateExpression="SET " + ", ".join(assignments),
            ExpressionAttributeNames={f"#{name}": name for name in (*written, "updatedAt", "createdAt")},
            ExpressionAttributeValues=to_item(
                {":now": now, **{f":{name}": v for name, v in written.items()}}
            ),
            ReturnValues="ALL_NEW",
        )
        return Profile.from_stored(from_item(answer["Attributes"]))
