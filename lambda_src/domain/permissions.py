"""What a caller with a given role may do with courses, rosters and roles.

A caller's roles are those that count now, not those of the token: `caller.is_instructor` and
`caller.is_administrator` look them up (toolkit.caller, domain.people.revocations). So a rule asks for a role last,
after what it knows already.

Two rules about roles are elsewhere. identity_triggers.token_groups decides which groups a token contains.
profiles.roles asks the user pool whether an administrator still has the role, and keeps the last administrator.

`may_…` answers yes or no. `require_…` raises an error that tells the caller no more than they may know.
What is refused is refused by the course as it is now: recent_course.
"""

from collections.abc import Callable
from typing import Protocol

from domain.courses import Course, CourseSummary
from toolkit.caller import Caller
from toolkit.errors import Forbidden, NotFound

NO_SUCH_COURSE = "There is no such course."
ADMINISTRATORS_ONLY = "Only administrators may do this."


class RecentCourses(Protocol):
    """Courses that may be some seconds old, because all requests for a course read the same item."""

    def recent_course(self, course_id: str) -> tuple[Course | None, bool]:
        """One course as it was a few seconds ago at most, and whether it was read now."""

    def course(self, course_id: str) -> Course | None:
        """One course as it is now."""


def recent_course(
    courses: RecentCourses, course_id: str, is_enough: Callable[[Course], bool]
) -> Course | None:
    """The course as it was a few seconds ago, if that is enough; else as it is now. It is read once at most.

    Args:
        is_enough: whether nothing is refused or hidden by this course.
    """
    course, is_now = courses.recent_course(course_id)
    if is_now or (course is not None and is_enough(course)):
        return course
    return courses.course(course_id)


def may_create_courses(caller: Caller) -> bool:
    """Instructors and administrators create courses."""
    return caller.is_instructor or caller.is_administrator


def may_list_courses_of(caller: Caller, owner_id: str) -> bool:
    """All callers list their own courses. Administrators list any owner's courses, including an erased owner's."""
    return caller.user_id == owner_id or caller.is_administrator


def may_edit(caller: Caller, course: CourseSummary) -> bool:
    """The owner and the co-teachers, while still instructors, and administrators edit a course and its lessons."""
    if course.is_taught_by(caller.user_id) and caller.is_instructor:
        return True
    return caller.is_administrator


def may_change_staff(caller: Caller, course: Course) -> bool:
    """The owner, while still an instructor, and administrators make co-teachers. A co-teacher does not: otherwise one
    could bring in friends, or remove the others."""
    if caller.user_id == course.owner_id and caller.is_instructor:
        return True
    return caller.is_administrator


def may_see(caller: Caller, course: CourseSummary) -> bool:
    """All callers who know the id see a published course, and an archived course that was published until then:
    students keep access to what they have learned. Only callers who may edit a course see it in any other state."""
    return course.is_public or may_edit(caller, course)


def may_read_roster(caller: Caller, course: Course) -> bool:
    """The course's own instructors and administrators read students' records."""
    return may_edit(caller, course)


def may_grant_roles(caller: Caller) -> bool:
    """Only administrators grant and revoke roles."""
    return caller.is_administrator


def require_administrator(caller: Caller) -> None:
    """Check that the caller may search for people and read the audit trail.

    Raises:
        Forbidden: the caller is no administrator.
    """
    if not caller.is_administrator:
        raise Forbidden(ADMINISTRATORS_ONLY)


def require_visible(caller: Caller, course: Course | None) -> Course:
    """The course, if this caller may see it.

    Raises:
        NotFound: there is no such course, or the caller may not see it.
    """
    if course is None or not may_see(caller, course):
        raise NotFound(NO_SUCH_COURSE)
    return course


def require_editable(caller: Caller, course: Course | None) -> Course:
    """The course, if this caller may edit it.

    Raises:
        NotFound: there is no such course, or the caller may not see it.
        Forbidden: the caller may see it but not edit it.
    """
    visible = require_visible(caller, course)
    if not may_edit(caller, visible):
        raise _not_yours()
    return visible


def require_staff_changes(caller: Caller, course: Course | None) -> Course:
    """The course, if this caller may make and remove co-teachers of it.

    Raises:
        NotFound: there is no such course, or the caller may not see it.
        Forbidden: the caller may see it but not change its staff.
    """
    visible = require_visible(caller, course)
    if not may_change_staff(caller, visible):
        raise Forbidden("Only the course's owner and administrators may change its co-teachers.")
    return visible


def require_roster(caller: Caller, course: Course | None) -> Course:
    """The course, if this caller may read its roster and change it.

    Raises:
        NotFound: there is no such course, or the caller may not see it.
        Forbidden: the caller may see it but not its students.
    """
    visible = require_visible(caller, course)
    if not may_read_roster(caller, visible):
        raise _not_yours()
    return visible


def _not_yours() -> Forbidden:
    return Forbidden("Only the course's owner, its co-teachers and administrators may do this.")
