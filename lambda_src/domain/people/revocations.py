"""Which roles of a token still count.

Cognito stores who has a role, and a token repeats it until the token ends, up to a day later. So a role that is
revoked over the API is also noted in an item of the profiles table. `Caller.is_instructor` and
`Caller.is_administrator` (toolkit.caller) read that item together with the person's tombstone, and a role counts only
in tokens that were issued later than the note says. A role that is revoked in the Cognito console is not noted: tokens
from before keep it until they end.

The key has a hash of the user id, as a tombstone's, so that the item has no data of the person. It expires when no
token from before can be valid. Reading and writing are in domain.people.revocation_store.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from domain.people import tombstones
from toolkit.caller import GROUPS

KEY_PREFIX = "revoked#"
# Longer than any request, and longer than Cognito's own delay: a token that is issued so soon after a revocation may
# still have the role.
SETTLING_SECONDS = 120
KEPT_SECONDS = tombstones.KEPT_SECONDS + SETTLING_SECONDS


@dataclass(frozen=True)
class Revocations:
    """The roles that a person has lost. `only_after` has, by group, the last second (since 1970) whose tokens do not
    count for that group."""

    only_after: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_stored(cls, item: Mapping[str, Any]) -> "Revocations":
        """The revocations in an item; none in an empty one."""
        return cls({group: item[attribute_of(group)] for group in GROUPS if attribute_of(group) in item})

    def remaining(self, groups: frozenset[str], issued_at: int) -> frozenset[str]:
        """The groups of a token that still count, by the second in which it was issued."""
        return frozenset(group for group in groups if issued_at > self.only_after.get(group, -1))


def attribute_of(group: str) -> str:
    """The attribute with the last second whose tokens do not count for a group."""
    return f"{group}OnlyAfter"


def is_of_revocations(item: Mapping[str, Any]) -> bool:
    """Whether an item of the profiles table has the revocations of a person, and is no profile."""
    return str(item["userId"]).startswith(KEY_PREFIX)


def key_of(user_id: str) -> dict[str, str]:
    """The key of a person's revocations."""
    return {"userId": KEY_PREFIX + sha256(f"education-revoked:{user_id}".encode()).hexdigest()}
