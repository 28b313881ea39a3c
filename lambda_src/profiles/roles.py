"""The rules of granting and revoking roles.

A token contains the roles that the caller had when it was issued, up to an hour ago. That is not enough to grant roles:
a former administrator could use it to get the role back. So the rules ask the user pool. For all other routes a
revocation is noted (domain.people.revocations).
"""

from typing import Protocol

from domain import audit, permissions
from domain.audit import AuditEntry, AuditTrail
from domain.people.second_factors import FactorRecord
from domain.people.tombstones import Erased
from domain.people.user_pool import UserPool
from profiles.administrators import Administrators
from toolkit.caller import ADMINISTRATORS, Caller
from toolkit.errors import Conflict, Forbidden, NotFound

_NO_SUCH_USER = "There is no such user."
_ADMINISTRATORS_ONLY = "Only administrators may do this."


class RevocationStore(Protocol):
    """Where revoked roles are noted."""

    def note_revoked(self, user_id: str, group: str) -> None:
        """Note that a person is about to lose a role."""

    def note_granted(self, user_id: str, group: str) -> None:
        """Let new tokens count at once for a role that was revoked before."""


class SecondFactorStore(Protocol):
    """Where it is noted which administrators have a second factor."""

    def read(self, user_id: str) -> FactorRecord:
        """What is known about a person's factor."""

    def note_granted(self, user_id: str) -> None:
        """Note that the person has a factor, and gets the role now."""

    def forget(self, user_id: str) -> None:
        """Forget what is known about a person's factor."""


class Roles:
    """Granting and revoking roles. A repeated request changes nothing, and adds no audit entry.

    With `second_factors`, the role of administrator is granted only to people who have a second factor already.
    """

    def __init__(
        self,
        administrators: Administrators,
        user_pool: UserPool,
        revocations: RevocationStore,
        trail: AuditTrail,
        *,
        second_factors: SecondFactorStore | None,
    ) -> None:
        self._administrators = administrators
        self._user_pool = user_pool
        self._revocations = revocations
        self._trail = trail
        self._second_factors = second_factors

    def grant(self, caller: Caller, user_id: str, group: str, request_id: str) -> None:
        """Give a person a role. Their next token contains it.

        The role of administrator ends all sessions of the person: one of them may be somebody else's, or may have
        begun without the second factor. If the person has the role, but no factor counts that is known to be theirs
        (domain.people.second_factors), this grants it anew.

        Raises:
            Forbidden: the caller is no administrator, or no longer one.
            NotFound: there is no such user.
            Conflict: the role needs a second factor, and the person has none.
        """
        needs_factor = group == ADMINISTRATORS and self._second_factors is not None
        if group in self._groups(caller, user_id) and not (
            needs_factor and not self._has_known_factor(user_id)
        ):
            return
        if self._administrators.is_erased(user_id):
            raise NotFound(_NO_SUCH_USER)
        if needs_factor:
            self._require_factor(user_id)
        self._record(audit.ROLE_GRANTED, caller, user_id, group, request_id)
        if group == ADMINISTRATORS:
            self._user_pool.end_sessions(user_id)
            if self._second_factors is not None:
                try:
                    self._second_factors.note_granted(user_id)
                except Erased as error:
                    raise NotFound(_NO_SUCH_USER) from error
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
        if group == ADMINISTRATORS and self._second_factors is not None:
            # The sign-in trigger looks at administrators only: from now on it would not see the loss of the factor.
            self._second_factors.forget(user_id)
        self._user_pool.remove_from_group(user_id, group)

    def _has_known_factor(self, user_id: str) -> bool:
        return self._second_factors is None or self._second_factors.read(user_id).known_since is not None

    def _require_factor(self, user_id: str) -> None:
        user = self._user_pool.find(user_id)
        if user is None:
            raise NotFound(_NO_SUCH_USER)
        if not user.second_factors:
            raise Conflict(
                "This person has no second factor yet, and administrators need one: let them set it up first.",
                code="second-factor-missing",
            )

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
