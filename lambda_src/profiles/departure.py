"""How an erasure begins: it is noted, and from then on nothing can stop it but its own end.

The request then erases everything at once. If it is interrupted, the stream of the profiles table has told
the erasure function (lambda_src/erasure), which finishes it; asking again does so too.
"""

from domain.people.erasure import Erasure, ErasureRequest
from profiles.administrators import Administrators
from profiles.store import ProfileTable
from toolkit import clock, retries
from toolkit.caller import Caller


class Departures:
    """Erasures that people ask for themselves."""

    def __init__(self, table: ProfileTable, administrators: Administrators, erasure: Erasure) -> None:
        self._table = table
        self._administrators = administrators
        self._erasure = erasure

    def erase(self, caller: Caller, request_id: str) -> None:
        """Erase the caller; a second time changes nothing.

        Raises:
            Conflict: the caller is the last administrator.
            Unavailable: it was interrupted, and goes on by itself.
        """
        request = self._table.request_of(caller.user_id)
        if request is None:
            request = ErasureRequest(caller.user_id, request_id, caller.email or None)
            self._begin(request)
        self._erasure.finish(request)

    def _begin(self, request: ErasureRequest) -> None:
        for _ in retries.attempts():
            registered = self._administrators.note_erasure(request.user_id)
            if self._table.mark(request, registered, clock.now()):
                return
