"""A user in Cognito, and what the rules need of the user pool.

A user is identified by the user id (the token's `sub`). The AWS side is in domain.people.user_pool_store.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class PoolUser:
    """One user of the pool; times are stored text."""

    username: str
    status: str
    enabled: bool
    created_at: str
    updated_at: str
    attributes: dict[str, str] = field(default_factory=dict)
    second_factors: tuple[str, ...] = ()

    @property
    def user_id(self) -> str:
        """The opaque user id."""
        return self.attributes.get("sub") or self.username

    @property
    def email(self) -> str:
        """The e-mail address, empty if there is none."""
        return self.attributes.get("email", "")


class UserPool(Protocol):
    """The user pool of one environment."""

    def find(self, name: str) -> PoolUser | None:
        """One user, by user id or by the e-mail address of the sign-in, verified or not."""

    def groups(self, user_id: str) -> frozenset[str] | None:
        """The groups that a user is in now, None when there is no such user."""

    def able_members(self, group: str) -> Iterator[str]:
        """User ids of a group's members who can sign in."""

    def add_to_group(self, user_id: str, group: str) -> bool:
        """Put a user into a group; False when there is no such user."""

    def remove_from_group(self, user_id: str, group: str) -> None:
        """Take a user out of a group."""

    def end_sessions(self, user_id: str) -> None:
        """Sign a user out everywhere: no session can be renewed."""

    def delete(self, user_id: str) -> None:
        """Delete a user."""
