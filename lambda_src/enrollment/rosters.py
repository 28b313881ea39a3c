"""What staff does with a course's roster, in plain Python: read it, and add to it.

Both are noted in the audit trail before they happen. Nothing in here knows HTTP or AWS.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from domain import audit, permissions
from domain.audit import AuditEntry, AuditTrail
from domain.courses import Course
from domain.enrollments import bulk as cohorts
from domain.enrollments.model import Record, percentage_of
from enrollment import bulk
from enrollment.rows import Row
from toolkit import cursor, retries
from toolkit.caller import Caller
from toolkit.cursor import Page, PagedList


@dataclass(frozen=True)
class RosterPosition:
    """A place in the roster's order: percentage downwards, then shard, then the index's own order.

    The order is total, so one position says where each shard's query goes on: shards before this
    one have shown everything at this percentage already, shards after it nothing.
    """

    percentage: float
    shard: int
    user_id: str


@dataclass(frozen=True)
class Contact:
    """How a teacher knows a student."""

    display_name: str
    email: str


class Store(cohorts.Store, Protocol):
    """What these operations need of the database."""

    def course_now(self, course_id: str) -> Course | None:
        """The course as it is now."""

    def roster(
        self, course_id: str, after: RosterPosition | None, limit: int
    ) -> Sequence[tuple[RosterPosition, Record]]:
        """Up to `limit` enrolled students, furthest first, each once."""


class Directory(Protocol):
    """Who the people on a roster are."""

    def find(self, user_ids: Sequence[str]) -> dict[str, Contact]:
        """Contacts by user id; who has no profile yet is left out."""


@dataclass(frozen=True)
class Visit:
    """Who comes to a roster, and by which request."""

    caller: Caller
    request_id: str

    def note(self, trail: AuditTrail, action: str, course: Course, **details: str | int) -> None:
        """Add an entry to the trail."""
        trail.record(
            AuditEntry(
                action,
                by=self.caller.user_id,
                on=audit.course(course.course_id),
                request_id=self.request_id,
                details=details,
            )
        )


def read(
    store: Store,
    directory: Directory,
    trail: AuditTrail,
    visit: Visit,
    course_id: str,
    limit: int,
    cursor_text: str | None,
    *,
    as_table: bool,
) -> Page[dict[str, Any]]:
    """Who is enrolled in a course, as `page_of` has it, with names and e-mail addresses; first the trail notes it.

    Raises:
        NotFound, Forbidden: the caller may not read it.
        BadRequest: the cursor is not one of this list.
    """
    course = permissions.require_roster(visit.caller, store.course_now(course_id))
    visit.note(trail, audit.ROSTER_EXPORTED if as_table else audit.ROSTER_READ, course)
    return _with_contacts(directory, page_of(store, course, limit, cursor_text))


def enroll(
    store: Store,
    directory: bulk.Directory,
    trail: AuditTrail,
    visit: Visit,
    course_id: str,
    rows: Callable[[], Sequence[Row]],
    *,
    dry_run: bool,
) -> dict[str, Any]:
    """Enrol or invite everybody whom the rows name (enrollment.bulk); first the trail notes it.

    Raises:
        NotFound, Forbidden: the caller may not do it.
        BadRequest: the rows cannot be read.
        Conflict: the course is not published.
        Unavailable: too much at once; what was done stays done, and the request may be repeated.
    """
    course = permissions.require_roster(visit.caller, store.course_now(course_id))
    named = rows()
    cohorts.require_published(course)
    visit.note(trail, audit.ROSTER_ENROLLED, course, rows=len(named), dryRun=str(dry_run).lower())
    tries = retries.shared_attempts()
    return bulk.enroll_roster(store, directory, course_id, named, tries, dry_run=dry_run)


def page_of(store: Store, course: Course, limit: int, cursor_text: str | None) -> Page[dict[str, Any]]:
    """Who is enrolled in a course, furthest first; those who wait or withdrew are not listed.

    The order follows what students' last completions left in the index. Each percentage is counted
    from the course's lessons of today, as students see it themselves. A student who moves ahead
    while somebody turns pages may be missed by that somebody, but is never shown twice in a page.

    Raises:
        BadRequest: the cursor is not one of this list.
    """
    roster = PagedList(f"roster:{course.course_id}", {"p": float, "s": int, "u": str})
    after = _roster_position(roster.start(cursor_text))
    page = roster.page(
        store.roster(course.course_id, after, limit + 1),
        limit,
        lambda entry: {"p": entry[0].percentage, "s": entry[0].shard, "u": entry[0].user_id},
    )
    return Page([_roster_entry(record, course) for _, record in page.items], page.next_cursor)


def _with_contacts(directory: Directory, roster: Page[dict[str, Any]]) -> Page[dict[str, Any]]:
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
        raise cursor.foreign()
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
