"""What a sign-in does: the person gets a profile, owns their verified e-mail address, and joins invited courses.

This runs for every token. If one run cannot finish, the run for the next token does, at most an hour later. In most
cases a run only reads the profile and the address once.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from domain.enrollments import bulk
from domain.people.addresses import Address
from domain.people.profiles import Profile
from toolkit import clock
from toolkit.caller import verified_email
from toolkit.errors import Conflict
from toolkit.retries import Retries


@dataclass(frozen=True)
class VerifiedUser:
    """A user with a verified e-mail address, in canonical form."""

    user_id: str
    email: str

    @classmethod
    def of(cls, attributes: Mapping[str, str]) -> "VerifiedUser | None":
        """The user with these attributes in Cognito. None while the e-mail address is not verified: the
        address and its invitations may belong to another person."""
        email = verified_email(attributes)
        return cls(attributes["sub"], email) if email else None


class SignInStore(Protocol):
    """Addresses and profiles."""

    def load(self, user_id: str, email: str) -> tuple[bool, Address]:
        """Whether a user has a profile, and what is stored about this address."""

    def claim(self, email: str, user_id: str, retries: Retries, *, profile: Profile | None) -> Address:
        """Make a user the owner of their verified address, and write their profile if they have none."""

    def release_others(self, email: str, user_id: str) -> None:
        """Give up the addresses of a user, except the one that they sign in with."""

    def remove_invitations(self, email: str, invitations: Collection[str], retries: Retries) -> None:
        """Remove invitations that were accepted."""


def note_sign_in(
    user: VerifiedUser, store: SignInStore, enrollments: bulk.BulkEnrollmentStore, retries: Retries
) -> int:
    """Note a sign-in; returns in how many courses the user was enrolled.

    An invitation to a course that is not published stays until the course is published.

    Raises:
        Erased: the user is being or has been erased.
        Unavailable: it took too long; the run for the next token does the rest.
    """
    has_profile, address = store.load(user.user_id, user.email)
    if not has_profile or address.owner != user.user_id:
        profile = None
        if has_profile:
            store.release_others(user.email, user.user_id)
        else:
            # So that rosters have a name for students who have never opened their profile.
            profile = Profile.first(user.user_id, user.email, clock.now())
        address = store.claim(user.email, user.user_id, retries, profile=profile)
    if not address.invited_to:
        return 0
    accepted: list[str] = []
    try:
        for course_id in sorted(address.invited_to):
            if _accept(user, course_id, enrollments, retries):
                accepted.append(course_id)
    finally:
        if accepted:
            store.remove_invitations(user.email, address.invitations_to(accepted), retries)
    return len(accepted)


def _accept(
    user: VerifiedUser, course_id: str, enrollments: bulk.BulkEnrollmentStore, retries: Retries
) -> bool:
    try:
        bulk.enroll_all(enrollments, [user.user_id], course_id, clock.now(), retries)
    except Conflict:
        return False
    return True
