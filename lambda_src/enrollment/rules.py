"""What the enrollment function does for students, in plain Python: enrol, withdraw, list.

The rules of places and waitlists stand in domain.enrollments.rules; what staff does with a roster, in
enrollment.rosters. Nothing in here knows HTTP or AWS.
"""

from typing import Any, Protocol

from domain.enrollments import rules as enrollments
from domain.enrollments.model import Record, enrollment_view
from toolkit import clock, retries
from toolkit.caller import Caller
from toolkit.cursor import Page, PagedList


class Store(enrollments.Store, Protocol):
    """What these operations need of the database."""

    def of_student(self, user_id: str, after_course_id: str | None, limit: int) -> list[Record]:
        """Up to `limit` records of one student, by course id."""


def enroll(store: Store, caller: Caller, course_id: str) -> tuple[dict[str, Any], bool]:
    """Enrol the caller: the Enrollment, and whether this call made it.

    Raises:
        NotFound: no such published course.
        Conflict: enrolment is not open.
        Unavailable: too many at once.
    """
    record, is_new = enrollments.enroll(store, caller.user_id, course_id, clock.now(), retries.attempts())
    return enrollment_view(record), is_new


def withdraw(store: Store, caller: Caller, course_id: str) -> None:
    """Take the caller out of a course; progress is kept.

    Raises:
        NotFound: never enrolled.
        Unavailable: too many at once.
    """
    enrollments.withdraw(store, caller.user_id, course_id, clock.now(), retries.attempts())


def list_own(store: Store, caller: Caller, limit: int, cursor_text: str | None) -> Page[dict[str, Any]]:
    """The caller's enrolments in every status, withdrawn ones too: they can be resumed.

    Raises:
        BadRequest: the cursor is not one of this list.
    """
    enrollments_of_caller = PagedList(f"enrollments:{caller.user_id}", {"course": str})
    position = enrollments_of_caller.start(cursor_text)
    records = store.of_student(caller.user_id, position["course"] if position else None, limit + 1)
    page = enrollments_of_caller.page(records, limit, lambda record: {"course": record.course_id})
    return Page([enrollment_view(record) for record in page.items], page.next_cursor)
