"""The rules of handing out roles and taking them back.

A token says what its bearer was when it was made, up to an hour ago. That is not enough to hand out
roles: whoever lost the role could otherwise give it back to themselves.
"""

from domain import audit, permissions
from domain.audit import AuditEntry, AuditTrail
from domain.people.user_pool import SignIns
from profiles.administrators import Administrators
from toolkit.caller import ADMINISTRATORS, Caller
from toolkit.errors import Forbidden, NotFound

_NO_SUCH_USER = "There is no such user."
_ADMINISTRATORS_ONLY = "Only administrators may do this."


class Roles:
    """Granting and revoking roles; each a second time changes nothing, and is not recorded."""

    def __init__(self, administrators: Administrators, sign_ins: SignIns, trail: AuditTrail) -> None:
        self._administrators = administrators
        self._sign_ins = sign_ins
        self._trail = trail

    def grant(self, caller: Caller, user_id: str, group: str, request_id: str) -> None:
        """Give somebody a role, which counts from their next token on.

        Raises:
            Forbidden: the caller is no administrator, or not any more.
            NotFound: there is no such user.
        """
        if group in self._groups(caller, user_id):
            return
        if self._administrators.is_erased(user_id):
            raise NotFound(_NO_SUCH_USER)
        self._record(audit.ROLE_GRANTED, caller, user_id, group, request_id)
        if not self._sign_ins.add_to_group(user_id, group):
            raise NotFound(_NO_SUCH_USER)

    def revoke(self, caller: Caller, user_id: str, group: str, request_id: str) -> None:
        """Take a role back, which counts from the next token on.

        Raises:
            Forbidden: the caller is no administrator, or not any more.
            NotFound: there is no such user.
            Conflict: it is the last administrator's.
        """
        if group not in self._groups(caller, user_id):
            return
        if group == ADMINISTRATORS:
            self._administrators.note_leaving(user_id)
        self._record(audit.ROLE_REVOKED, caller, user_id, group, request_id)
        self._sign_ins.remove_from_group(user_id, group)

    def _groups(self, caller: Caller, user_id: str) -> frozenset[str]:
        """The groups that somebody is in, if this caller may change them."""
        if not permissions.may_grant_roles(caller):
            raise Forbidden(_ADMINISTRATORS_ONLY)
        own = self._sign_ins.groups(caller.user_id) or frozenset()
        if ADMINISTRATORS not in own:
            raise Forbidden(_ADMINISTRATORS_ONLY)
        groups = own if user_id == caller.user_id else self._sign_ins.groups(user_id)
        if groups is None:
            raise NotFound(_NO_SUCH_USER)
        return groups

    def _record(self, action: str, caller: Caller, user_id: str, group: str, request_id: str) -> None:
        self._trail.record(
            AuditEntry(
                action,
                by=caller.user_id,
                on=audit.person(user_id),
                request_id=request_id,
                details={"group": group},
            )
        )
