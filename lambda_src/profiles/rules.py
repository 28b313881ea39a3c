"""The rules of a person's own profile.

A profile that the first sign-in has not made is made on first use, whichever request that is; the e-mail
always is the one that the person signed in with. Knows nothing of HTTP or of how the table is laid out.
"""

from dataclasses import replace

from domain.people.profiles import Profile
from profiles.store import ProfileTable
from toolkit import clock, retries
from toolkit.caller import Caller


class Profiles:
    """The operations on the caller's profile. Each of them raises Erased for who was erased."""

    def __init__(self, table: ProfileTable) -> None:
        self._table = table

    def get(self, caller: Caller) -> Profile:
        """The caller's profile, made or brought up to date with the sign-in's e-mail if need be."""
        profile = self._table.find(caller.user_id)
        if profile is None:
            made = self._make(caller, None, None)
            return made or self.update(caller, None, None)
        if profile.email != caller.email:
            return self.update(caller, None, None)
        return profile

    def update(self, caller: Caller, display_name: str | None, locale: str | None) -> Profile:
        """Change what is given; make the profile if it is not there yet."""
        changes = {"email": caller.email, "displayName": display_name, "locale": locale}
        given = {name: value for name, value in changes.items() if value is not None}
        for _ in retries.attempts():
            profile = self._table.change(caller.user_id, given, clock.now())
            if profile is None:
                profile = self._make(caller, display_name, locale)
            if profile is not None:
                return profile
        raise AssertionError("attempts never end without an answer")

    def _make(self, caller: Caller, display_name: str | None, locale: str | None) -> Profile | None:
        first = Profile.first(caller.user_id, caller.email, clock.now())
        given = {"display_name": display_name, "locale": locale}
        return self._table.make(
            replace(first, **{name: value for name, value in given.items() if value is not None})
        )
