"""A person's profile: what it is, and what a new one contains. It is created at the first sign-in, or on first use.

Writing a new one is in domain.people.profile_store. Changing one is in profiles.store, and erasing one in
domain.people.erasure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toolkit import texts

DEFAULT_LOCALE = "en"
_LONGEST_NAME = 100


@dataclass(frozen=True)
class Profile:
    """One person's profile; times are stored text. `email` is empty while the person has no verified address."""

    user_id: str
    email: str
    display_name: str
    locale: str
    created_at: str
    updated_at: str

    @classmethod
    def first(cls, user_id: str, email: str, now: str) -> "Profile":
        """The profile of a person who has not changed it yet."""
        name = texts.shown(email.partition("@")[0][:_LONGEST_NAME]) or "New member"
        return cls(user_id, email, name, DEFAULT_LOCALE, created_at=now, updated_at=now)

    @classmethod
    def from_stored(cls, item: Mapping[str, Any]) -> "Profile":
        """A profile from its item as Python values."""
        return cls(
            user_id=item["userId"],
            email=item.get("email", ""),
            display_name=texts.shown(item["displayName"]),
            locale=item["locale"],
            created_at=item["createdAt"],
            updated_at=item["updatedAt"],
        )

    def to_api(self) -> dict[str, str]:
        """The API's Profile."""
        return {
            "userId": self.user_id,
            "email": self.email,
            "displayName": self.display_name,
            "locale": self.locale,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        }

    def to_stored(self) -> dict[str, str]:
        """The item. The address is the key of an index, so it is absent and not empty."""
        return {name: value for name, value in self.to_api().items() if value}
