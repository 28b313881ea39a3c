"""The person who got a form, as they are now: their groups in Cognito, without what they have just lost."""

import time

from domain.people.revocation_store import RevocationTable
from domain.people.tombstones import Erased
from domain.people.user_pool_store import CognitoUserPool


class PresentPeople:
    """People with the roles of now."""

    def __init__(self, user_pool_id: str, profiles_table: str) -> None:
        self._pool = CognitoUserPool(user_pool_id)
        self._revocations = RevocationTable(profiles_table)

    def groups(self, user_id: str) -> frozenset[str] | None:
        """The groups of a person now; None if they are being or have been erased: one AdminListGroupsForUser, one
        BatchGetItem.

        Cognito may show a revoked role for a moment longer, so the noted revocations count too.
        """
        groups = self._pool.groups(user_id)
        if groups is None:
            return None
        try:
            return self._revocations.of(user_id, groups, int(time.time()))
        except Erased:
            return None
