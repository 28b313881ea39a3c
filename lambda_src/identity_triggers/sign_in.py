"""What a sign-in does: the person gets a profile, owns their verified e-mail address, and joins invited courses.

This runs for every token, and the person waits for it. So one run does a bounded amount of work, whatever others have
stored for the address: it looks at 100 invitations at most, and enrols in MOST_AT_ONCE courses at most and for
TAKE_UP_SECONDS. If one run cannot finish, the run for the next token goes on, at most an hour later. In most cases a
run only reads the profile and the address once.
"""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.addresses.rules import Address
from domain.enrollments import bulk
from domain.enrollments.admission import Admission
from domain.enrollments.model import EnrollmentRecord
from domain.people.profiles import Profile
from domain.rosters.contacts import Contact
from toolkit import clock
from toolkit.caller import verified_email
from toolkit.errors import Conflict
from toolkit.retries import Retries

# More than one person can invite an address to (addresses.MOST_OF_INVITER).
MOST_AT_ONCE = 30
# Courses whose admissions are read together.
READ_AT_ONCE = 5
# No enrolment starts later than this many seconds after the first one. It is part of the time that identity_triggers
# has for all calls: _FIRST_MILLISECONDS in the handler, less one slow call.
TAKE_UP_SECONDS = 0.8
# Retries in one course, so that a busy course does not use up the time of the others.
SECONDS_PER_COURSE = 0.3


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
        """Remove invitations that were accepted or have expired."""


class InvitedStore(bulk.BulkEnrollmentStore, Protocol):
    """Courses and enrolments."""

    def published(self, course_ids: Sequence[str]) -> frozenset[str]:
        """Which of these courses are published, as of a moment ago."""

    def load_each(
        self, user_id: str, course_ids: Sequence[str]
    ) -> tuple[Mapping[str, Admission], Mapping[str, EnrollmentRecord], Contact | None]:
        """The admissions of these courses and the user's records in them, by course id, and the user's name and
        address, as they are now."""


def note_sign_in(user: VerifiedUser, store: SignInStore, enrollments: InvitedStore, retries: Retries) -> int:
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
    return _take_up_invitations(user, address, store, enrollments, retries)


def _take_up_invitations(
    user: VerifiedUser,
    address: Address,
    store: SignInStore,
    enrollments: InvitedStore,
    retries: Retries,
) -> int:
    """Enrol the user in invited courses, in their order, as far as this sign-in has time.

    An invitation that cannot be taken up now does not keep the others from it.
    """
    accepted: list[str] = []
    failures: list[Exception] = []
    end = time.monotonic() + TAKE_UP_SECONDS
    try:
        for group in _in_groups(_open_courses(address, enrollments)):
            admissions, records, contact = enrollments.load_each(user.user_id, group)
            for course_id in group:
                if time.monotonic() > end:
                    break
                record = records.get(course_id)
                of_user = {user.user_id: record} if record else {}
                seen = (admissions.get(course_id), of_user, {user.user_id: contact})
                try:
                    if _accept(user, course_id, seen, enrollments):
                        accepted.append(course_id)
                except Exception as error:  # noqa: BLE001 - raised below, after the other courses
                    failures.append(error)
    finally:
        done = address.invitations_to(accepted) | address.expired
        if done:
            store.remove_invitations(user.email, done, retries)
    if failures:
        raise failures[0]
    return len(accepted)


def _open_courses(address: Address, enrollments: InvitedStore) -> Sequence[str]:
    """The courses to enrol in now: published ones, unless there are so few that asking is not worth a call."""
    courses = address.next_courses()
    if len(courses) > READ_AT_ONCE:
        published = enrollments.published(courses)
        courses = [course_id for course_id in courses if course_id in published]
    return courses[:MOST_AT_ONCE]


def _in_groups(course_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(course_ids), READ_AT_ONCE):
        yield course_ids[start : start + READ_AT_ONCE]


def _accept(user: VerifiedUser, course_id: str, seen: bulk.Seen, enrollments: InvitedStore) -> bool:
    retries = Retries(SECONDS_PER_COURSE)
    try:
        bulk.enroll_all(enrollments, [user.user_id], course_id, clock.now(), retries, seen=seen)
    except Conflict:
        return False
    return True
