"""The rules of a person's own profile.

A profile is made on first use, whichever request that is; the e-mail always is the one that the
person signed in with. Knows nothing of HTTP or of how the table is laid out.
"""

from profile.table import Profile, ProfileTable
from shared import clock
from shared.caller import Caller

DEFAULT_LOCALE = "en"
_LONGEST_NAME = 100


class Profiles:
    """The operations on the caller's profile."""

    def __init__(self, table: ProfileTable) -> None:
        self._table = table

    def get(self, caller: Caller) -> Profile:
        """The caller's profile, made or brought up to date with the sign-in's e-mail if need be."""
        profile = self._table.find(caller.user_id)
        if profile is None or profile.email != caller.email:
            return self.update(caller, None, None)
        return profile

    def update(self, caller: Caller, display_name: str | None, locale: str | None) -> Profile:
        """Change what is given; make the profile if it is not there yet."""
        return self._table.write(
            caller.user_id,
            changes={"email": caller.email}
            | ({} if display_name is None else {"displayName": display_name})
            | ({} if locale is None else {"locale": locale}),
            defaults={"displayName": _first_name_shown(caller), "locale": DEFAULT_LOCALE},
            now=clock.now(),
        )


def _first_name_shown(caller: Caller) -> str:
    return caller.email.partition("@")[0][:_LONGEST_NAME] or "New member"
