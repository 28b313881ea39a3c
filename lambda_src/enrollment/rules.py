"""A student's own list of enrolments.

Enrolling and withdrawing are in domain.enrollments.rules; reading a roster and adding people to it are in
enrollment.roster_rules.
"""

from typing import Protocol

from domain.enrollments.model import ListedEnrollment
from toolkit.cursor import Page, PagedList


class OwnEnrollmentStore(Protocol):
    """What the list needs of the database."""

    def of_student(self, user_id: str, after_course_id: str | None, limit: int) -> list[ListedEnrollment]:
        """Up to `limit` enrolments of one student as of a moment ago, by course id."""


def list_own(
    store: OwnEnrollmentStore, user_id: str, limit: int, cursor: str | None
) -> Page[ListedEnrollment]:
    """A student's enrolments in every status; withdrawn ones too, because they can be resumed.

    Raises:
        BadRequest: the cursor is not one of this list.
    """
    enrollments = PagedList(f"enrollments:{user_id}", {"course": str})
    start = enrollments.start(cursor)
    found = store.of_student(user_id, start["course"] if start else None, limit + 1)
    return enrollments.page(found, limit, lambda enrollment: {"course": enrollment.course_id})
