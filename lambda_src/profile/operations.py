"""The rules of a person's own profile.

A profile is made on first use, whichever request that is; the e-mail always is the one that the
person signed in with. Knows nothing of HTTP or of how the table is laid out.
"""

from profile.table import Profile, ProfileTable
from shared import clock, patience
from shared.caller import Caller

DEFAULT_LOCALE = "en"
_LONGEST_NAME = 100


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
        for _ in patience.attempts():
            profile = self._table.change(caller.user_id, given, clock.now())
            if profile is None:
                profile = self._make(caller, display_name, locale)
            if profile is not None:
                return profile
        raise AssertionError("attempts never end without an answer")

    def _make(self, caller: Caller, display_name: str | None, locale: str | None) -> Profile | None:
        now = clock.now()
        return self._table.make(
            Profile(
                user_id=caller.user_id,
                email=caller.email,
                display_name=_first_name_shown(caller) if display_name is None else display_name,
                locale=DEFAULT_LOCALE if locale is None else locale,
                created_at=now,
                updated_at=now,
            )
        )


def _first_name_shown(caller: Caller) -> str:
    return caller.email.partition("@")[0][:_LONGEST_NAME] or "New member"
