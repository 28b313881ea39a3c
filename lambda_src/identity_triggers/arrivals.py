"""Noting who signs in: they get a profile, their verified address becomes theirs, and invitations are taken up.

At every token, so that what one sign-in could not finish, the next token does, an hour later at most.
Ordinarily it is one look at the address.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from domain.enrollments import bulk
from domain.people.addresses import Address
from domain.people.profiles import Profile
from toolkit import clock
from toolkit.caller import canonical_email
from toolkit.errors import Conflict
from toolkit.retries import Tries


@dataclass(frozen=True)
class Arrival:
    """Somebody with a verified e-mail address, in canonical form."""

    user_id: str
    email: str

    @classmethod
    def of(cls, attributes: Mapping[str, str]) -> "Arrival | None":
        """Who signs in, by Cognito's user attributes; None while their address is not verified: it may
        be anybody's, and with it the invitations."""
        email = canonical_email(attributes.get("email", ""))
        if not email or attributes.get("email_verified") != "true":
            return None
        return cls(attributes["sub"], email)


class Directory(Protocol):
    """Addresses and profiles; see domain.people.addresses."""

    def look(self, user_id: str, email: str) -> tuple[bool, Address]:
        """Whether somebody has a profile, and what is known of this address."""

    def claim(self, email: str, user_id: str, tries: Tries, *, profile: Profile | None) -> Address:
        """Make somebody the owner of their verified address, and a profile if they have none."""

    def release_others(self, email: str, user_id: str) -> None:
        """Give up what is somebody's besides the address that they sign in with."""

    def taken_up(self, email: str, invitations: Collection[str], tries: Tries) -> None:
        """Remove invitations that were taken up."""


def welcome(arrival: Arrival, directory: Directory, store: bulk.Store, tries: Tries) -> int:
    """Note an arrival; returns in how many courses it was enrolled.

    An invitation to a course that is not published waits until it is.

    Raises:
        Erased: the person is being or has been erased.
        Unavailable: it took too long; what is left is done at the next token.
    """
    has_profile, address = directory.look(arrival.user_id, arrival.email)
    if not has_profile or address.owner != arrival.user_id:
        profile = None
        if has_profile:
            directory.release_others(arrival.email, arrival.user_id)
        else:
            # So that rosters have a name for who never opened their profile.
            profile = Profile.first(arrival.user_id, arrival.email, clock.now())
        address = directory.claim(arrival.email, arrival.user_id, tries, profile=profile)
    if not address.invited_to:
        return 0
    taken_up: list[str] = []
    try:
        for course_id in sorted(address.invited_to):
            if _enroll(arrival, course_id, store, tries):
                taken_up.append(course_id)
    finally:
        if taken_up:
            directory.taken_up(arrival.email, address.invitations_to(taken_up), tries)
    return len(taken_up)


def _enroll(arrival: Arrival, course_id: str, store: bulk.Store, tries: Tries) -> bool:
    try:
        bulk.enroll_all(store, [arrival.user_id], course_id, clock.now(), tries)
    except Conflict:
        return False
    return True
