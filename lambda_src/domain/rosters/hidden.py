"""The list of people whom no roster shows: their erasure was asked for, or has just ended.

Rosters show names from copies in the records (domain.rosters.contacts). Until an erasure has deleted the records, and
while the index of rosters may still have them, this list says who is hidden. It is one small item of the profiles
table, because a tombstone for each row would cost as much as the profiles. An erasure request adds the person in the
transaction that stores it. The end of the erasure says until when the entry is kept, and removes expired entries.

An entry is an attribute with a part of a hash of the user id as its name. So two people who have the same entry are
possible in theory, and then a roster leaves one of them out for some minutes.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

KEY = {"userId": "hidden#people"}
"""The key of the item."""
OPEN = 0
"""The value of an entry while the erasure goes on. Afterwards it is the time, in seconds since 1970, at which it may be
removed."""
KEPT_SECONDS = 600
"""How long an entry is kept after the erasure. Indexes are late by much less than a second in most cases."""
MOST_REMOVED = 50
"""How many entries one erasure removes at most, so that its expression stays short."""
_HASH_LENGTH = 24
_PREFIX = "h"


def entry_of(user_id: str) -> str:
    """The name of a person's entry."""
    digest = sha256(f"education-hidden:{user_id}".encode()).hexdigest()
    return _PREFIX + digest[:_HASH_LENGTH]


def expired(item: Mapping[str, Any], now: int) -> list[str]:
    """The names of entries that may be removed, MOST_REMOVED at most; `now` is in seconds since 1970."""
    found = [
        name
        for name, value in item.items()
        if name.startswith(_PREFIX) and isinstance(value, int) and OPEN < value <= now
    ]
    return sorted(found)[:MOST_REMOVED]
