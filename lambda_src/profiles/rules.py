"""The rules of a person's own profile.

The first sign-in creates the profile. If it did not, the first request that needs the profile creates it. The
profile's e-mail address is always the verified address in the person's token, or empty if there is none. This module
does not depend on HTTP or on tables.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from domain.people.profiles import Profile
from toolkit import clock
from toolkit.caller import Caller
from toolkit.retries import Retries


class ProfileStore(Protocol):
    """Profiles. Each method may raise Erased."""

    def find(self, user_id: str) -> Profile | None:
        """One profile."""

    def change(self, user_id: str, changes: Mapping[str, str], now: str) -> Profile | None:
        """Change a profile; None if there is none, or another request is writing it now."""

    def create(self, profile: Profile) -> Profile | None:
        """Write a new profile; None if another request created it first."""


class Profiles:
    """The operations on the caller's profile. Each raises Erased if the caller is being or has been erased."""

    def __init__(self, store: ProfileStore) -> None:
        self._store = store

    def get(self, caller: Caller) -> Profile:
        """The caller's profile. If necessary, it is created, or gets the e-mail address of the token."""
        profile = self._store.find(caller.user_id)
        if profile is None:
            return self._create(caller, None, None) or self.update(caller, None, None)
        if profile.email != caller.email:
            return self.update(caller, None, None)
        return profile

    def update(self, caller: Caller, display_name: str | None, locale: str | None) -> Profile:
        """Change what is given; create the profile if there is none yet."""
        changes = {"email": caller.email, "displayName": display_name, "locale": locale}
        given = {name: value for name, value in changes.items() if value is not None}
        return Retries().until_answer(
            lambda: (
                self._store.change(caller.user_id, given, clock.now())
                or self._create(caller, display_name, locale)
            )
        )

    def _create(self, caller: Caller, display_name: str | None, locale: str | None) -> Profile | None:
        first = Profile.first(caller.user_id, caller.email, clock.now())
        given = {"display_name": display_name, "locale": locale}
        return self._store.create(
            replace(first, **{name: value for name, value in given.items() if value is not None})
        )
