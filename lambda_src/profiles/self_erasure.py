"""How a person is erased: the request stores that, ends the sign-in, and leaves the rest to the function `erasure`.

domain.people.erasure has the whole sequence, and says how an interrupted erasure is finished.
"""

from typing import Protocol

from domain.people.erasure import ErasureRequest, verified_email_of
from domain.people.user_pool import UserPool
from profiles.administrators import Administrators, Register
from toolkit import clock
from toolkit.caller import Caller
from toolkit.retries import Retries


class ErasureRequestStore(Protocol):
    """Where erasure requests are stored: the profiles."""

    def has_request(self, user_id: str) -> bool:
        """Whether there is an erasure request, of an erasure that is not finished."""

    def begin_erasure(self, request: ErasureRequest, register: Register, now: str) -> bool:
        """Store the request and a tombstone, if the register of administrators has not changed. Returns whether the
        request is stored, by this call or an earlier one."""


class SelfErasure:
    """Erasures that people ask for themselves."""

    def __init__(
        self, store: ErasureRequestStore, administrators: Administrators, user_pool: UserPool
    ) -> None:
        self._store = store
        self._administrators = administrators
        self._user_pool = user_pool

    def erase(self, caller: Caller, request_id: str) -> None:
        """Begin the erasure of the caller and delete their sign-in; a repeated call changes nothing.

        Raises:
            Conflict: the caller is the last administrator.
        """
        if not self._store.has_request(caller.user_id):
            self._begin(caller.user_id, request_id)
        self._user_pool.delete(caller.user_id)

    def _begin(self, user_id: str, request_id: str) -> None:
        # The sign-in is gone before the function `erasure` runs, so the address is stored with the request.
        request = ErasureRequest(user_id, request_id, verified_email_of(self._user_pool.find(user_id)))

        def attempt() -> bool | None:
            register = self._administrators.register_for_erasure(user_id)
            return self._store.begin_erasure(request, register, clock.now()) or None

        Retries().until_answer(attempt)
