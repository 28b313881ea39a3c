"""What is stored about an e-mail address: its owner, and the courses that it is invited to.

The profiles table has one item per address. Its key is a hash of the address, so no address is stored in
clear. A sign-in with the verified address sets the item's `owner` (identity_triggers). An instructor or
administrator adds to its `invitedTo`. Both are conditional writes of the same item. So at the first sign-in the
invitation is either in the item already, or it is refused later because the address has an owner. No invitation is
lost.

Each invitation contains its own time of expiry, the course, and who invited (a hash of that person's id):
`<seconds since 1970>#<course id>#<inviter>`. Those of former versions have no inviter. An address without an owner
expires with its last invitation.

Anybody who owns courses can invite any address, so one person must not be able to fill an item, or to keep others'
invitations from being taken up. One inviter may have MOST_OF_INVITER open invitations of an address, and all inviters
together MOST_OF_ADDRESS. Every write that adds one is made on condition of `invitationRevision`, so parallel requests
cannot pass the limits together. Reading and writing are in domain.addresses.store and
domain.addresses.invitation_store.
"""

import random
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

KEY_PREFIX = "address#"
INVITATION_SECONDS = 180 * 24 * 3600
MOST_OF_INVITER = 20
MOST_OF_ADDRESS = 100

# Why an address is not invited.
TOO_MANY_OF_INVITER = "too_many_invitations"
TOO_MANY_OF_ADDRESS = "address_full"


@dataclass(frozen=True)
class Address:
    """What is stored about an e-mail address: the user id of its owner, and invitations as they are stored.

    `expired` are invitations that are still stored and no longer count. `revision` counts the changes of the
    invitations by this version's writers, 0 if there was none.
    """

    owner: str | None = None
    invitations: frozenset[str] = frozenset()
    expired: frozenset[str] = field(default=frozenset(), compare=False)
    revision: int = field(default=0, compare=False)

    @classmethod
    def from_stored(cls, item: Mapping[str, Any]) -> "Address":
        """The address in an item."""
        now = time.time()
        stored = frozenset(item.get("invitedTo", ()))
        valid = frozenset(each for each in stored if _expires_at(each) > now)
        return cls(item.get("owner"), valid, stored - valid, item.get("invitationRevision", 0))

    @property
    def invited_to(self) -> frozenset[str]:
        """Ids of the courses that the address is invited to."""
        return frozenset(map(_course_id, self.invitations))

    def invitations_to(self, course_ids: Collection[str]) -> frozenset[str]:
        """The invitations to these courses."""
        return frozenset(each for each in self.invitations if _course_id(each) in course_ids)

    def refusal_of(self, inviter: str) -> str | None:
        """Why this person cannot invite the address to one more course; None if the person can.

        Invitations of former versions are not counted: one person may have made them all, and nobody can tell who.
        """
        inviters = [inviter for inviter in map(_inviter, self.invitations) if inviter]
        if inviters.count(_label(inviter)) >= MOST_OF_INVITER:
            return TOO_MANY_OF_INVITER
        return TOO_MANY_OF_ADDRESS if len(inviters) >= MOST_OF_ADDRESS else None

    def next_courses(self) -> Sequence[str]:
        """The courses to look at in this sign-in, at most MOST_OF_ADDRESS: each inviter's oldest invitation first, then
        each one's second oldest, and so on. So nobody's many invitations keep another person's from their turn.

        Only former versions stored more. Then half of them are the oldest, and the others a different choice each
        time, so that courses which are not published for a long time do not hide the rest for ever.
        """
        turns: Counter[str] = Counter()
        ordered: list[tuple[int, str]] = []
        for each in sorted(self.invitations, key=lambda each: (_expires_at(each), each)):
            turns[_inviter(each)] += 1
            ordered.append((turns[_inviter(each)], each))
        ordered.sort(key=lambda turn: turn[0])
        courses = list(dict.fromkeys(_course_id(each) for _, each in ordered))
        if len(courses) <= MOST_OF_ADDRESS:
            return courses
        half = MOST_OF_ADDRESS // 2
        return [*courses[:half], *random.sample(courses[half:], half)]


UNKNOWN = Address()


def key_of(email: str) -> dict[str, str]:
    """The key of an address's item."""
    return {"userId": KEY_PREFIX + sha256(f"education-address:{email}".encode()).hexdigest()}


def invitation(course_id: str, inviter: str, expires_at: int) -> str:
    """An invitation as it is stored."""
    return f"{expires_at}#{course_id}#{_label(inviter)}"


def _label(user_id: str) -> str:
    """What an invitation says of the person who made it: enough to count, and not the person's id."""
    return sha256(f"education-inviter:{user_id}".encode()).hexdigest()[:16]


def _expires_at(stored: str) -> float:
    return float(stored.partition("#")[0])


def _course_id(stored: str) -> str:
    return stored.split("#")[1]


def _inviter(stored: str) -> str:
    """Who made an invitation; empty if a former version stored it."""
    return stored.partition("#")[2].partition("#")[2]
