"""Administrators search for a person by e-mail address, so that they can grant a role or answer a question.

An address that is not verified may be another person's, so every result says whether it is. The audit trail records
each search before the answer leaves; the address itself is not in the entry.
"""

from typing import Any, Protocol

from domain import audit, permissions
from domain.audit import AuditEntry, AuditTrail
from domain.people.profiles import Profile
from domain.people.tombstones import Erased
from domain.people.user_pool import PoolUser, UserPool
from profiles.address_lookup import AddressLookup
from toolkit.caller import Caller, verified_email


class ProfileStore(Protocol):
    """Profiles."""

    def find(self, user_id: str) -> Profile | None:
        """One profile. Raises Erased if its erasure has begun."""


class PeopleSearch:
    """The search for people."""

    def __init__(
        self, addresses: AddressLookup, profiles: ProfileStore, user_pool: UserPool, trail: AuditTrail
    ) -> None:
        self._addresses = addresses
        self._profiles = profiles
        self._user_pool = user_pool
        self._trail = trail

    def by_email(self, caller: Caller, email: str, request_id: str) -> list[dict[str, Any]]:
        """The people who sign in with exactly this address: nobody or one person. Capitals make no difference.

        Raises:
            Forbidden: the caller is no administrator.
        """
        permissions.require_administrator(caller)
        found = [shown for user in self._addresses.users_of(email) for shown in self._shown(user)]
        subjects = [audit.person(shown["userId"]) for shown in found] or [audit.PEOPLE]
        for subject in subjects:
            self._trail.record(AuditEntry(audit.PERSON_LOOKED_UP, caller.user_id, subject, request_id))
        return found

    def _shown(self, user: PoolUser) -> list[dict[str, Any]]:
        """A person as the API shows them; empty if the person is being erased."""
        try:
            profile = self._profiles.find(user.user_id)
        except Erased:
            return []
        groups = self._user_pool.groups(user.user_id)
        if groups is None:
            return []
        shown: dict[str, Any] = {
            "userId": user.user_id,
            "email": user.email,
            "emailVerified": bool(verified_email(user.attributes)),
            "groups": sorted(groups),
        }
        return [shown if profile is None else {**shown, "displayName": profile.display_name}]
