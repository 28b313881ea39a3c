"""How an erasure begins: a person asks for it, and the erasure request is stored before anything is erased.

The same HTTP request then erases everything. domain.people.erasure has the whole sequence, and says how an interrupted
erasure is finished.
"""

from typing import Protocol

from domain.people.erasure import Erasure, ErasureRequest
from profiles.administrators import Administrators, Register
from toolkit import clock
from toolkit.caller import Caller
from toolkit.retries import Retries


class ErasureRequestStore(Protocol):
    """Where erasure requests are stored: the profiles."""

    def request_of(self, user_id: str) -> ErasureRequest | None:
        """The erasure request of an erasure that is not finished, None if there is none."""

    def begin_erasure(self, request: ErasureRequest, register: Register, now: str) -> bool:
        """Store the request and a tombstone, if the register of administrators has not changed. Returns whether the
        request is stored, by this call or an earlier one."""


class SelfErasure:
    """Erasures that people ask for themselves."""

    def __init__(self, store: ErasureRequestStore, administrators: Administrators, erasure: Erasure) -> None:
        self._store = store
        self._administrators = administrators
        self._erasure = erasure

    def erase(self, caller: Caller, request_id: str) -> None:
        """Erase the caller; a repeated call changes nothing.

        Raises:
            Conflict: the caller is the last administrator.
            Unavailable: the erasure was interrupted. The function `erasure` finishes it.
        """
        request = self._store.request_of(caller.user_id)
        if request is None:
            request = ErasureRequest(caller.user_id, request_id, caller.email or None)
            self._begin(request)
        self._erasure.finish(request)

    def _begin(self, request: ErasureRequest) -> None:
        def attempt() -> bool | None:
            register = self._administrators.register_for_erasure(request.user_id)
            return self._store.begin_erasure(request, register, clock.now()) or None

        Retries().until_answer(attempt)
