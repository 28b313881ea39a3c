"""The owner of a course and administrators make co-teachers, and remove them.

A co-teacher may do everything in the course that the owner may, except this (domain.permissions). So nobody can bring
in friends, and nobody can remove the owner. It is here, beside the roles, because the user pool says who is an
instructor.

Instructors may not search for people. So an address that nobody has, that is not verified, or that is no instructor's
gets one and the same answer, and the audit trail records the attempt.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from domain import audit, permissions, staff
from domain.audit import AuditEntry, AuditTrail
from domain.courses import Course
from domain.people.profiles import Profile
from domain.people.tombstones import Erased
from domain.people.user_pool import UserPool
from profiles.address_lookup import AddressLookup
from toolkit.caller import INSTRUCTORS, Caller, verified_email
from toolkit.errors import Conflict, NotFound
from toolkit.retries import Retries

_NO_SUCH_USER = "There is no such user."


class StaffStore(Protocol):
    """Courses and their co-teachers."""

    def course(self, course_id: str) -> Course | None:
        """One course as it is now."""

    def add(self, course: Course, user_id: str, entries: Sequence[AuditEntry], /) -> bool:
        """Make a person a co-teacher; False if the course has changed in the meantime. May raise Erased."""

    def remove(self, course_id: str, user_id: str, entries: Sequence[AuditEntry], /) -> bool:
        """Remove a co-teacher; False if the course has changed in the meantime."""


class ProfileStore(Protocol):
    """Profiles."""

    def find_some(self, user_ids: Collection[str]) -> Mapping[str, Profile]:
        """The profiles of these people by user id; those without one, and erased ones, are absent."""


class Staff:
    """The staff of a course. A repeated change changes nothing, and adds no audit entry."""

    def __init__(
        self,
        store: StaffStore,
        profiles: ProfileStore,
        user_pool: UserPool,
        addresses: AddressLookup,
        trail: AuditTrail,
    ) -> None:
        self._store = store
        self._profiles = profiles
        self._user_pool = user_pool
        self._addresses = addresses
        self._trail = trail

    def shown(self, caller: Caller, course_id: str) -> list[dict[str, Any]]:
        """The owner and the co-teachers as the API shows them, the owner first, the others by name.

        Administrators see e-mail addresses, too. An instructor can make every other one a co-teacher, without
        asking, and would learn the address by that.

        Raises:
            NotFound, Forbidden: the caller may not see the course or not edit it.
        """
        course = permissions.require_editable(caller, self._store.course(course_id))
        profiles = self._profiles.find_some({course.owner_id, *course.staff})
        with_email = caller.is_administrator
        people = [_shown(user_id, profiles.get(user_id), with_email) for user_id in course.staff]
        people.sort(key=lambda each: (each.get("displayName", "").casefold(), each["userId"]))
        owner = _shown(course.owner_id, profiles.get(course.owner_id), with_email)
        return [{**owner, "isOwner": True}, *people]

    def add_by_email(self, caller: Caller, course_id: str, email: str, request_id: str) -> None:
        """Make the instructor who signs in with a verified address a co-teacher.

        Raises:
            NotFound, Forbidden: the caller may not see the course or not change its staff.
            NotFound: no instructor signs in with this address.
            Conflict: the person owns the course, or there are too many co-teachers.
        """
        course = permissions.require_staff_changes(caller, self._store.course(course_id))
        for user in self._addresses.users_of(email):
            groups = self._user_pool.groups(user.user_id) or frozenset()
            if verified_email(user.attributes) and INSTRUCTORS in groups:
                return self._add(caller, course, user.user_id, request_id, lambda _: None)
        self._trail.record(AuditEntry(audit.PERSON_LOOKED_UP, caller.user_id, audit.PEOPLE, request_id))
        raise NotFound(
            "No instructor signs in with this address. An administrator can grant the role.",
            code="no-such-instructor",
        )

    def add(self, caller: Caller, course_id: str, user_id: str, request_id: str) -> None:
        """Make an instructor a co-teacher.

        Raises:
            NotFound, Forbidden: the caller may not see the course or not change its staff.
            NotFound: there is no such user.
            Conflict: the person owns the course or is no instructor, or there are too many co-teachers.
        """

        course = permissions.require_staff_changes(caller, self._store.course(course_id))
        self._add(caller, course, user_id, request_id, self._require_instructor)

    def _add(
        self,
        caller: Caller,
        course: Course,
        user_id: str,
        request_id: str,
        require_instructor: Callable[[str], None],
    ) -> None:
        """Make a person a co-teacher of a course that was just read. It is read again only if it has changed."""
        read: Course | None = course

        def attempt() -> bool | None:
            nonlocal read
            checked = self._changeable(caller, read or self._store.course(course.course_id), user_id)
            read = None
            if user_id in checked.staff:
                return True
            if len(checked.staff) >= staff.MOST_CO_TEACHERS:
                raise Conflict(
                    f"A course has at most {staff.MOST_CO_TEACHERS} co-teachers.", code="too-many-co-teachers"
                )
            require_instructor(user_id)
            entries = _entries(audit.STAFF_ADDED, caller, course.course_id, user_id, request_id)
            try:
                return self._store.add(checked, user_id, entries) or None
            except Erased as error:
                raise NotFound(_NO_SUCH_USER) from error

        Retries().until_answer(attempt)

    def remove(self, caller: Caller, course_id: str, user_id: str, request_id: str) -> None:
        """Remove a co-teacher. Somebody who is none stays none.

        Raises:
            NotFound, Forbidden: the caller may not see the course or not change its staff.
            Conflict: the person owns the course.
        """

        def attempt() -> bool | None:
            course = self._changeable(caller, self._store.course(course_id), user_id)
            if user_id not in course.staff:
                return True
            entries = _entries(audit.STAFF_REMOVED, caller, course_id, user_id, request_id)
            return self._store.remove(course_id, user_id, entries) or None

        Retries().until_answer(attempt)

    def _changeable(self, caller: Caller, found: Course | None, user_id: str) -> Course:
        """The course, if this caller may change whether this person is a co-teacher of it."""
        course = permissions.require_staff_changes(caller, found)
        if user_id == course.owner_id:
            raise Conflict("This person owns the course, and is no co-teacher of it.", code="owner")
        return course

    def _require_instructor(self, user_id: str) -> None:
        groups = self._user_pool.groups(user_id)
        if groups is None:
            raise NotFound(_NO_SUCH_USER)
        if INSTRUCTORS not in groups:
            raise Conflict(
                "Only an instructor can be a co-teacher. An administrator can grant the role.",
                code="not-an-instructor",
            )


def _shown(user_id: str, profile: Profile | None, with_email: bool) -> dict[str, Any]:
    """A person of the staff; only the user id of somebody who has no profile, for example an erased owner."""
    if profile is None:
        return {"userId": user_id}
    email = {"email": profile.email} if with_email and profile.email else {}
    return {"userId": user_id, "displayName": profile.display_name, **email}


def _entries(
    action: str, caller: Caller, course_id: str, user_id: str, request_id: str
) -> tuple[AuditEntry, AuditEntry]:
    return audit.on_person_in_course(
        action, actor_id=caller.user_id, user_id=user_id, course_id=course_id, request_id=request_id
    )
