"""The rule that there always is an administrator, even if many requests revoke the role at the same time.

Cognito stores who has the role. But Cognito has no conditional writes, and its lists may be a moment late. So
every loss of the role (a revoked role, an administrator's erasure) is first written to one item, the register, on
condition that no other loss was written since the register was read. An administrator in the register does not count
as an administrator until Cognito's lists are certainly up to date. If a request ends before it changes Cognito, the
administrator keeps the role, and only does not count for that time.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from domain.people import tombstones
from domain.people.user_pool import UserPool
from toolkit.caller import ADMINISTRATORS
from toolkit.errors import Conflict
from toolkit.retries import Retries

# Longer than any request, and longer than the delay of Cognito's lists.
LEAVING_SECONDS = 120


@dataclass(frozen=True)
class Register:
    """The administrators who are leaving, as of a version.

    `leaving` has a hash of each user id, and the time (in seconds since 1970) at which the entry expires.
    """

    version: int = 0
    leaving: Mapping[str, int] = field(default_factory=dict)

    def is_leaving(self, user_id: str, now: float) -> bool:
        """Whether an administrator is losing the role and does not count any more."""
        return self.leaving.get(_hash(user_id), 0) > now

    def with_leaving(self, user_id: str, now: float) -> dict[str, int]:
        """The entries with one more administrator, and without those that have expired."""
        current = {name: end for name, end in self.leaving.items() if end > now}
        return {**current, _hash(user_id): round(now) + LEAVING_SECONDS}


class RegisterStore(Protocol):
    """Where the register is stored, beside the tombstones."""

    def read(self) -> Register:
        """The register as it is now."""

    def write(self, seen: Register, leaving: Mapping[str, int]) -> bool:
        """Change the register; False if it has changed since it was read."""

    def is_erased(self, user_id: str) -> bool:
        """Whether a person is being or has been erased."""


class Administrators:
    """The administrators of the platform, and which of them may leave."""

    def __init__(self, store: RegisterStore, user_pool: UserPool) -> None:
        self._store = store
        self._user_pool = user_pool

    def is_erased(self, user_id: str) -> bool:
        """Whether a person is being or has been erased, so that they get no role."""
        return self._store.is_erased(user_id)

    def note_leaving(self, user_id: str) -> None:
        """Store that an administrator loses the role. Call this before you remove the role in Cognito.

        Raises:
            Conflict: there would be no administrator left.
            Unavailable: too many are leaving at once.
        """

        def attempt() -> bool | None:
            register = self._store.read()
            self._require_another(user_id, register)
            return self._store.write(register, register.with_leaving(user_id, time.time())) or None

        Retries().until_answer(attempt)

    def register_for_erasure(self, user_id: str) -> Register:
        """The register, if this person may be erased. The tombstone will say that the person is leaving.

        The transaction that writes the tombstone must fail if the register has changed.

        Raises:
            Conflict: the person is the last administrator.
        """
        register = self._store.read()
        if ADMINISTRATORS in (self._user_pool.groups(user_id) or ()):
            self._require_another(user_id, register)
        return register

    def _require_another(self, user_id: str, register: Register) -> None:
        now = time.time()
        for other in self._user_pool.able_members(ADMINISTRATORS):
            if other != user_id and not register.is_leaving(other, now) and not self._store.is_erased(other):
                return
        raise Conflict(
            "This is the last administrator. Make another person an administrator first.",
            code="last-administrator",
        )


def _hash(user_id: str) -> str:
    return tombstones.key_of(user_id)["userId"]
