"""The rules of granting and revoking roles.

A token contains the roles that the caller had when it was issued, up to an hour ago. That is not enough to grant roles:
a former administrator could use it to get the role back. So the rules ask the user pool. For all other routes a
revocation is noted (domain.people.revocations).
"""

from typing import Protocol

from domain import audit, permissions
from domain.audit import AuditEntry, AuditTrail
from domain.people.user_pool import UserPool
from profiles.administrators import Administrators
from toolkit.caller import ADMINISTRATORS, Caller
from toolkit.errors import Forbidden, NotFound

_NO_SUCH_USER = "There is no such user."
_ADMINISTRATORS_ONLY = "Only administrators may do this."


class RevocationStore(Protocol):
    """Where revoked roles are noted."""

    def note_revoked(self, user_id: str, group: str) -> None:
        """Note that a person is about to lose a role."""

    def note_granted(self, user_id: str, group: str) -> None:
        """Let new tokens count at once for a role that was revoked before."""


class Roles:
    """Granting and revoking roles. A repeated request changes nothing, and adds no audit entry."""

    def __init__(
        self,
        administrators: Administrators,
        user_pool: UserPool,
        revocations: RevocationStore,
        trail: AuditTrail,
    ) -> None:
        self._administrators = administrators
        self._user_pool = user_pool
        self._revocations = revocations
        self._trail = trail

    def grant(self, caller: Caller, user_id: str, group: str, request_id: str) -> None:
        """Give a person a role. Their next token contains it.

        Raises:
            Forbidden: the caller is no administrator, or no longer one.
            NotFound: there is no such user.
        """
        if group in self._groups(caller, user_id):
            return
        if self._administrators.is_erased(user_id):
            raise NotFound(_NO_SUCH_USER)
        self._record(audit.ROLE_GRANTED, caller, user_id, group, request_id)
        if not self._user_pool.add_to_group(user_id, group):
            raise NotFound(_NO_SUCH_USER)
        self._revocations.note_granted(user_id, group)

    def revoke(self, caller: Caller, user_id: str, group: str, request_id: str) -> None:
        """Revoke a role of a person. Their next token no longer contains it, and in earlier ones it does not count.

        Raises:
            Forbidden: the caller is no administrator, or no longer one.
            NotFound: there is no such user.
            Conflict: it is the role of the last administrator.
        """
        if group not in self._groups(caller, user_id):
            return
        if group == ADMINISTRATORS:
            self._administrators.note_leaving(user_id)
        self._record(audit.ROLE_REVOKED, caller, user_id, group, request_id)
        # Noted first: if the request ends in between, it can be repeated, because the person still has the role.
        self._revocations.note_revoked(user_id, group)
        self._user_pool.remove_from_group(user_id, group)

    def _groups(self, caller: Caller, user_id: str) -> frozenset[str]:
        """The groups of a person, if this caller may change them."""
        if not permissions.may_grant_roles(caller):
            raise Forbidden(_ADMINISTRATORS_ONLY)
        own = self._user_pool.groups(caller.user_id) or frozenset()
        if ADMINISTRATORS not in own:
            raise Forbidden(_ADMINISTRATORS_ONLY)
        groups = own if user_id == caller.user_id else self._user_pool.groups(user_id)
        if groups is None:
            raise NotFound(_NO_SUCH_USER)
        return groups

    def _record(self, action: str, caller: Caller, user_id: str, group: str, request_id: str) -> None:
        self._trail.record(
            AuditEntry(
                action,
                actor_id=caller.user_id,
                subject=audit.person(user_id),
                request_id=request_id,
                details={"group": group},
            )
        )
