"""A tombstone records that a person is being or has been erased.

A token stays valid for a while after an erasure. The tombstone prevents that such a token writes data again.

A tombstone is an item of the profiles table. Its key is a hash of the opaque user id, so it contains no data of
the person. Each write for a user id checks for a tombstone in the same transaction. A tombstone expires when
no token from before the erasure can be valid any more. Reading and checking are in domain.people.tombstone_store.
"""

from hashlib import sha256

from toolkit.errors import Unauthenticated

KEY_PREFIX = "erased#"
# Cognito's ID tokens are valid for a day at most, whatever the settings say; plus an hour for clocks that differ.
KEPT_SECONDS = 25 * 3600


class Erased(Unauthenticated):
    """The token is genuine, but the person is being or has been erased."""

    def __init__(self) -> None:
        super().__init__("This account has been erased.")


def key_of(user_id: str) -> dict[str, str]:
    """The key of a person's tombstone."""
    return {"userId": KEY_PREFIX + sha256(f"education-erased:{user_id}".encode()).hexdigest()}
