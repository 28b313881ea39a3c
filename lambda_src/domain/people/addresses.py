"""What is stored about an e-mail address: its owner, and the courses that it is invited to.

The profiles table has one item per address. Its key is a hash of the address, so no address is stored in
clear. A sign-in with the verified address sets the item's `owner` (identity_triggers). An instructor or
administrator sets its `invitedTo`. Both are conditional writes of the same item. So at the first sign-in the
invitation is either in the item already, or it is refused later because the address has an owner. No invitation is
lost.

Each invitation contains its own time of expiry (`<seconds since 1970>#<course id>`). An address without an
owner expires with its last invitation. Reading and writing are in domain.people.address_store.
"""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

KEY_PREFIX = "address#"
INVITATION_SECONDS = 180 * 24 * 3600


@dataclass(frozen=True)
class Address:
    """What is stored about an e-mail address: the user id of its owner, and invitations as they are stored."""

    owner: str | None = None
    invitations: frozenset[str] = frozenset()

    @classmethod
    def from_stored(cls, item: Mapping[str, Any]) -> "Address":
        """The address in an item, without expired invitations, which may still be stored."""
        now = time.time()
        valid = (each for each in item.get("invitedTo", ()) if float(each.partition("#")[0]) > now)
        return cls(item.get("owner"), frozenset(valid))

    @property
    def invited_to(self) -> frozenset[str]:
        """Ids of the courses that the address is invited to."""
        return frozenset(map(_course_id, self.invitations))

    def invitations_to(self, course_ids: Collection[str]) -> frozenset[str]:
        """The invitations to these courses."""
        return frozenset(each for each in self.invitations if _course_id(each) in course_ids)


UNKNOWN = Address()


def key_of(email: str) -> dict[str, str]:
    """The key of an address's item."""
    return {"userId": KEY_PREFIX + sha256(f"education-address:{email}".encode()).hexdigest()}


def _course_id(invitation: str) -> str:
    return invitation.partition("#")[2]
