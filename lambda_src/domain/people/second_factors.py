"""Whether a second factor can be trusted: it must have been there when the role of administrator was granted.

A person with a stolen password may set up a factor of their own, and a session that began with the password alone goes
on after a factor was added. So it is noted, in an item of the profiles table, since when an administrator's factor is
known, and every session from before that is ended in Cognito. If the person is later seen without a factor, it is
lost: a new one counts only after an administrator has granted the role again. Only the sign-in trigger
(identity_triggers.token_groups) and the grant of the role (profiles.roles) use this, and only where the settings
demand a second factor.

The key has a hash of the user id. An erasure deletes the item. Reading and writing are in
domain.people.second_factor_store.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

KEY_PREFIX = "factor#"
KNOWN_SINCE = "knownSince"
LOST_AT = "lostAt"
RENEWALS_SINCE = "renewalsSince"
# After the end of all sessions, renewed tokens count only after so long. It is longer than Cognito waits for
# the sign-in trigger, three times five seconds:
# https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
SETTLING_SECONDS = 20


@dataclass(frozen=True)
class FactorRecord:
    """What is stored about a person's second factor. Times are seconds since 1970.

    A new sign-in has the factor once `known_since` is noted; on Cognito's page, and renewed tokens, only later:
    identity_triggers.token_groups says when. Renewed tokens belong to a session with the factor from `renewals_since`
    on.
    """

    known_since: int | None = None
    renewals_since: int | None = None
    is_lost: bool = False

    @classmethod
    def from_stored(cls, item: Mapping[str, Any]) -> "FactorRecord":
        """The record in an item; of a person who was never seen with a factor, the empty one."""
        return cls(
            known_since=item.get(KNOWN_SINCE),
            renewals_since=item.get(RENEWALS_SINCE),
            is_lost=LOST_AT in item,
        )


def key_of(user_id: str) -> dict[str, str]:
    """The key of the item about a person's second factor."""
    return {"userId": KEY_PREFIX + sha256(f"education-factor:{user_id}".encode()).hexdigest()}
