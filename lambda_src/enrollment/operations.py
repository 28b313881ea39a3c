"""What the enrollment function does, in plain Python: enrol, withdraw, list, read a roster.

The rules of places and waitlists stand in shared.enrollments. Nothing in here knows HTTP or AWS.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from enrollment.people import Contact
from shared import clock, cursor, enrollments, patience, permissions
from shared.caller import Caller
from shared.courses import Course
from shared.errors import BadRequest, FieldError
from shared.records import Record, enrollment_view, percentage_of


@dataclass(frozen=True)
class RosterPosition:
    """A place in the roster's order: percentage downwards, then shard, then the index's own order.

    The order is total, so one position says where each shard's query goes on: shards before this
    one have shown everything at this percentage already, shards after it nothing.
    """

    percentage: float
    shard: int
    user_id: str


class Store(enrollments.Store, Protocol):
    """What these operations need of the database."""

    def of_student(self, user_id: str, after_course_id: str | None, limit: int) -> list[Record]:
        """Up to `limit` records of one student, by course id."""

    def roster(
        self, course_id: str, after: RosterPosition | None, limit: int
    ) -> Sequence[tuple[RosterPosition, Record]]:
        """Up to `limit` enrolled students, furthest first, each once."""


class Directory(Protocol):
    """Who the people on a roster are."""

    def find(self, user_ids: Sequence[str]) -> dict[str, Contact]:
        """Contacts by user id; who has no profile yet is left out."""


@dataclass(frozen=True)
class Page:
    """One page of a list as the API shows it; no cursor on the last one."""

    items: list[dict[str, Any]]
    next_cursor: str | None


def enroll(store: Store, caller: Caller, course_id: str) -> tuple[dict[str, Any], bool]:
    """Enrol the caller: the Enrollment, and whether this call made it.

    Raises:
        NotFound: no such published course.
        Conflict: enrolment is not open.
        Unavailable: too many at once.
    """
    record, is_new = enrollments.enroll(store, caller.user_id, course_id, clock.now(), patience.attempts())
    return enrollment_view(record), is_new


def withdraw(store: Store, caller: Caller, course_id: str) -> None:
    """Take the caller out of a course; progress is kept.

    Raises:
        NotFound: never enrolled.
        Unavailable: too many at once.
    """
    enrollments.withdraw(store, caller.user_id, course_id, clock.now(), patience.attempts())


def list_own(store: Store, caller: Caller, limit: int, cursor_text: str | None) -> Page:
    """The caller's enrolments in every status, withdrawn ones too: they can be resumed.

    Raises:
        BadRequest: the cursor is not one of this list.
    """
    scope = f"enrollments:{caller.user_id}"
    position = cursor.decode(scope, cursor_text, {"course": str})
    # One more than is shown tells whether there is a next page.
    records = store.of_student(caller.user_id, position["course"] if position else None, limit + 1)
    shown = records[:limit]
    following = cursor.encode(scope, {"course": shown[-1].course_id}) if len(records) > limit else None
    return Page([enrollment_view(record) for record in shown], following)


def read_roster(
    store: Store, caller: Caller, course: Course | None, limit: int, cursor_text: str | None
) -> Page:
    """Who is enrolled in a course, furthest first; those who wait or withdrew are not listed.

    The order follows what students' last completions left in the index. Each percentage is counted
    from the course's lessons of today, as students see it themselves. A student who moves ahead
    while somebody turns pages may be missed by that somebody, but is never shown twice in a page.

    Raises:
        NotFound, Forbidden: the caller may not read it.
        BadRequest: the cursor is not one of this list.
    """
    course = permissions.require_editable(caller, course)
    scope = f"roster:{course.course_id}"
    after = _roster_position(cursor.decode(scope, cursor_text, {"p": float, "s": int, "u": str}))
    entries = store.roster(course.course_id, after, limit + 1)
    following = None
    if len(entries) > limit:
        last, _ = entries[limit - 1]
        following = cursor.encode(scope, {"p": last.percentage, "s": last.shard, "u": last.user_id})
    return Page([_roster_entry(record, course) for _, record in entries[:limit]], following)


def with_contacts(directory: Directory, roster: Page) -> Page:
    """A page of a roster with the names and e-mail addresses of those who have a profile."""
    contacts = directory.find([entry["userId"] for entry in roster.items])
    shown = [
        entry | ({"displayName": contact.display_name, "email": contact.email} if contact else {})
        for entry in roster.items
        for contact in [contacts.get(entry["userId"])]
    ]
    return Page(shown, roster.next_cursor)


def _roster_position(fields: dict[str, Any] | None) -> RosterPosition | None:
    if fields is None:
        return None
    if not (0 <= fields["p"] <= 100 and fields["s"] >= 0):
        message = "is not a cursor of this list"
        raise BadRequest(f"cursor {message}", errors=(FieldError("cursor", message),))
    return RosterPosition(percentage=fields["p"], shard=fields["s"], user_id=fields["u"])


def _roster_entry(record: Record, course: Course) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "userId": record.user_id,
        "status": record.status,
        "completionPercentage": percentage_of(record.completed, course.lesson_ids),
        "enrolledAt": record.enrolled_at,
        "lastActivityAt": record.last_activity_at,
    }
    if record.completed_at is not None:
        entry["completedAt"] = record.completed_at
    return entry
