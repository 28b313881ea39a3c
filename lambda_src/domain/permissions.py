"""Who may do what: every rule about roles stands here and only here.

The functions answer yes or no; `require_…` variants raise the answer that does not betray more
than the caller may know.
"""

from domain.courses import ARCHIVED, PUBLISHED, Course
from toolkit.caller import Caller
from toolkit.errors import Forbidden, NotFound

NO_SUCH_COURSE = "There is no such course."


def may_create_courses(caller: Caller) -> bool:
    """Instructors and administrators create courses."""
    return caller.is_instructor or caller.is_administrator


def may_list_courses_of(caller: Caller, owner_id: str) -> bool:
    """Everybody lists their own courses, and administrators everybody's, also those of nobody any more."""
    return caller.user_id == owner_id or caller.is_administrator


def may_edit(caller: Caller, course: Course) -> bool:
    """The owner, while still an instructor, and administrators edit a course and its lessons."""
    if caller.is_administrator:
        return True
    return caller.is_instructor and caller.user_id == course.owner_id


def may_see(caller: Caller, course: Course) -> bool:
    """Published courses are for everybody who is signed in; those that were and are archived too, for those
    who know their id, because students keep what they have learned. All others are for those who edit them."""
    was_published = course.status == ARCHIVED and course.published_at is not None
    return course.status == PUBLISHED or was_published or may_edit(caller, course)


def may_read_roster(caller: Caller, course: Course) -> bool:
    """Students' records are for the course's own instructor and administrators."""
    return may_edit(caller, course)


def may_grant_roles(caller: Caller) -> bool:
    """Administrators alone hand out roles."""
    return caller.is_administrator


def require_visible(caller: Caller, course: Course | None) -> Course:
    """The course, if it is there for this caller.

    Raises:
        NotFound: it is not there, or the caller may not know that it is.
    """
    if course is None or not may_see(caller, course):
        raise NotFound(NO_SUCH_COURSE)
    return course


def require_editable(caller: Caller, course: Course | None) -> Course:
    """The course, if this caller may edit it.

    Raises:
        NotFound: it is not there, or the caller may not know that it is.
        Forbidden: the caller can see it but not edit it.
    """
    visible = require_visible(caller, course)
    if not may_edit(caller, visible):
        raise _not_yours()
    return visible


def require_roster(caller: Caller, course: Course | None) -> Course:
    """The course, if this caller may read its roster and add to it.

    Raises:
        NotFound: it is not there, or the caller may not know that it is.
        Forbidden: the caller can see it but not its students.
    """
    visible = require_visible(caller, course)
    if not may_read_roster(caller, visible):
        raise _not_yours()
    return visible


def _not_yours() -> Forbidden:
    return Forbidden("Only the course's owner and administrators may do this.")
