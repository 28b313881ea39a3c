"""The owner of a course and administrators make co-teachers, and remove them.

A co-teacher may do everything in the course that the owner may, except this (domain.permissions). So nobody can bring
in friends, and nobody can remove the owner. It is here, beside the roles, because the user pool says who is an
instructor.
"""

from collections.abc import Sequence
from typing import Protocol

from domain import audit, permissions, staff
from domain.audit import AuditEntry
from domain.courses import Course
from domain.people.tombstones import Erased
from domain.people.user_pool import UserPool
from toolkit.caller import INSTRUCTORS, Caller
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


class Staff:
    """Changes of a course's staff. A repeated request changes nothing, and adds no audit entry."""

    def __init__(self, store: StaffStore, user_pool: UserPool) -> None:
        self._store = store
        self._user_pool = user_pool

    def add(self, caller: Caller, course_id: str, user_id: str, request_id: str) -> None:
        """Make an instructor a co-teacher.

        Raises:
            NotFound, Forbidden: the caller may not see the course or not change its staff.
            NotFound: there is no such user.
            Conflict: the person owns the course or is no instructor, or there are too many co-teachers.
        """

        def attempt() -> bool | None:
            course = self._course(caller, course_id, user_id)
            if user_id in course.staff:
                return True
            if len(course.staff) >= staff.MOST_CO_TEACHERS:
                raise Conflict(
                    f"A course has at most {staff.MOST_CO_TEACHERS} co-teachers.", code="too-many-co-teachers"
                )
            self._require_instructor(user_id)
            entries = _entries(audit.STAFF_ADDED, caller, course_id, user_id, request_id)
            try:
                return self._store.add(course, user_id, entries) or None
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
            course = self._course(caller, course_id, user_id)
            if user_id not in course.staff:
                return True
            entries = _entries(audit.STAFF_REMOVED, caller, course_id, user_id, request_id)
            return self._store.remove(course_id, user_id, entries) or None

        Retries().until_answer(attempt)

    def _course(self, caller: Caller, course_id: str, user_id: str) -> Course:
        """The course, if this caller may change whether this person is a co-teacher of it."""
        course = permissions.require_staff_changes(caller, self._store.course(course_id))
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


def _entries(
    action: str, caller: Caller, course_id: str, user_id: str, request_id: str
) -> tuple[AuditEntry, AuditEntry]:
    return audit.on_person_in_course(
        action, actor_id=caller.user_id, user_id=user_id, course_id=course_id, request_id=request_id
    )
