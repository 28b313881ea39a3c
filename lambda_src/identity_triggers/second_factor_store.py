"""The second factor of the person who signs in: in Cognito, and what is known from before."""

from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from domain.people.second_factor_store import SecondFactorTable
from domain.people.second_factors import FactorRecord
from toolkit import clients, log
from toolkit.errors import RequestError
from toolkit.problems import is_dependency_failure

T = TypeVar("T")


class SignInFactors:
    """The SecondFactors of one user. If a service does not answer now, an administrator signs in without the role."""

    def __init__(self, table: SecondFactorTable, user_pool_id: str, username: str, user_id: str) -> None:
        self._table = table
        self._user = {"UserPoolId": user_pool_id, "Username": username}
        self._user_id = user_id

    def is_set_up(self) -> bool | None:
        """Whether the user has a second factor now: one AdminGetUser."""
        answer = _unless_out(lambda: clients.cognito().admin_get_user(**self._user))
        return None if answer is None else bool(answer.get("UserMFASettingList"))

    def record(self) -> FactorRecord | None:
        """What is known about it: one GetItem."""
        return _unless_out(lambda: self._table.read(self._user_id))

    def note_lost(self) -> None:
        """Note that the user has none now: one UpdateItem."""
        self._table.note_lost(self._user_id)

    def begin_anew(self) -> bool:
        """End all sessions, then note the factor: one AdminUserGlobalSignOut and one TransactWriteItems."""
        return self._end_sessions(self._table.note_first_seen)

    def begin_renewals(self, known_since: int) -> bool:
        """End all sessions, then note it: one AdminUserGlobalSignOut and one UpdateItem."""
        return self._end_sessions(lambda user_id: self._table.note_renewals(user_id, known_since))

    def _end_sessions(self, note: Callable[[str], bool]) -> bool:
        def both() -> bool:
            clients.cognito().admin_user_global_sign_out(**self._user)
            return note(self._user_id)

        return _unless_out(both) or False


def _unless_out(call: Callable[[], T]) -> T | None:
    """What a call answers; None if a service fails or takes too long now."""
    try:
        return call()
    except (BotoCoreError, ClientError, RequestError) as error:
        if not isinstance(error, RequestError) and not is_dependency_failure(error):
            raise
        log.write("WARNING", "second factor unknown", where=log.where(error))
        return None
