"""What instructors and administrators do with a course's roster: read it, add people to it, and take students out.

The audit trail records reading and adding before they happen, and a removal in its transaction. Permissions are decided
in domain.permissions. How people are enrolled or invited is in enrollment.roster_import.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from domain import audit, permissions
from domain.audit import AuditEntry, AuditTrail
from domain.courses import Course
from domain.enrollments import bulk, withdrawals
from domain.rosters.contacts import Contact
from enrollment import roster_import
from enrollment.roster_rows import Roster
from toolkit import clock, cursor
from toolkit.caller import Caller
from toolkit.cursor import Page, PagedList
from toolkit.errors import NotFound
from toolkit.retries import Retries


@dataclass(frozen=True)
class RosterPosition:
    """A position in the roster's order: highest percentage first, then shard, then the order of the index.

    Every student has one place in this order, so one position says where each shard's query continues. Shards before
    this shard have shown all students with this percentage already, shards after it have shown none of them.
    """

    percentage: float
    shard: int
    user_id: str


@dataclass(frozen=True)
class RosterEntry:
    """What the roster's index has of a student. Times are stored text, `percentage` is the stored one, `contact` the
    copy in the record (domain.rosters.contacts)."""

    user_id: str
    status: str
    percentage: float
    enrolled_at: str
    activity_at: str
    completed_at: str | None = None
    score: float | None = None
    total_seconds: int | None = None
    contact: Contact | None = None

    @classmethod
    def from_stored(cls, item: Mapping[str, Any]) -> "RosterEntry":
        """The entry in an item of the index."""
        return cls(
            user_id=item["userId"],
            status=item["status"],
            percentage=item["completionPercentage"],
            enrolled_at=item["enrolledAt"],
            activity_at=item["lastActivityAt"],
            completed_at=item.get("completedAt"),
            score=item.get("score"),
            total_seconds=item.get("totalSeconds"),
            contact=Contact.from_stored(item),
        )

    def to_api(self) -> dict[str, Any]:
        """The API's RosterEntry, without name and address."""
        entry: dict[str, Any] = {
            "userId": self.user_id,
            "status": self.status,
            "completionPercentage": self.percentage,
            "enrolledAt": self.enrolled_at,
            "lastActivityAt": self.activity_at,
        }
        optional = {
            "completedAt": self.completed_at,
            "score": self.score,
            "totalSeconds": self.total_seconds,
        }
        return entry | {name: value for name, value in optional.items() if value is not None}


class RosterStore(bulk.BulkEnrollmentStore, Protocol):
    """What these operations need of the database."""

    def course_now(self, course_id: str) -> Course | None:
        """The course as it is now."""

    def course_lately(self, course_id: str) -> Course | None:
        """The course, perhaps a few seconds old."""

    def roster(
        self, course_id: str, after: RosterPosition | None, limit: int
    ) -> Sequence[tuple[RosterPosition, RosterEntry]]:
        """Up to `limit` enrolled students, highest percentage first, each student once."""


class ContactStore(Protocol):
    """The names and e-mail addresses of the people on a roster."""

    def find(self, course_id: str, entries: Sequence[RosterEntry]) -> dict[str, Contact | None]:
        """Contacts of these students of a course by user id: None for people who have no profile yet. People who are
        being or have been erased are left out."""


@dataclass(frozen=True)
class AuditContext:
    """What an audit entry says of the request: the caller and the request's id."""

    caller: Caller
    request_id: str

    def record(self, trail: AuditTrail, action: str, course: Course, **details: str | int) -> None:
        """Add an entry to the trail."""
        trail.record(
            AuditEntry(
                action,
                actor_id=self.caller.user_id,
                subject=audit.course(course.course_id),
                request_id=self.request_id,
                details=details,
            )
        )


def read(
    store: RosterStore,
    contacts: ContactStore,
    trail: AuditTrail,
    context: AuditContext,
    course_id: str,
    limit: int,
    cursor_text: str | None,
    *,
    as_table: bool,
) -> Page[dict[str, Any]]:
    """The students enrolled in a course, as `page_of` lists them, with names and e-mail addresses.

    The audit trail records it first.

    Raises:
        NotFound, Forbidden: the caller may not read it.
        BadRequest: the cursor is not one of this list.
    """
    course = _course_to_read(store, context.caller, course_id)
    context.record(trail, audit.ROSTER_EXPORTED if as_table else audit.ROSTER_READ, course)
    return _with_contacts(contacts, course_id, page_of(store, course, limit, cursor_text))


def add_people(
    store: RosterStore,
    addresses: roster_import.AddressStore,
    trail: AuditTrail,
    context: AuditContext,
    course_id: str,
    roster: Callable[[], Roster],
    *,
    dry_run: bool,
) -> dict[str, Any]:
    """Enrol or invite the people of a roster (enrollment.roster_import). The audit trail records it first.

    Raises:
        NotFound, Forbidden: the caller may not do it.
        BadRequest: the roster cannot be read.
        Conflict: the course is not published.
        RetriesExhausted: too many requests at once; what was written stays written, and the request may be repeated.
    """
    course = permissions.require_roster(context.caller, store.course_now(course_id))
    named = roster()
    bulk.require_published(course)
    context.record(trail, audit.ROSTER_ENROLLED, course, rows=len(named.rows), dryRun=str(dry_run).lower())
    result = roster_import.enroll_or_invite(
        store,
        addresses,
        course_id,
        named.rows,
        Retries(),
        inviter=context.caller.user_id,
        dry_run=dry_run,
    )
    return result if named.table is None else {**result, "table": named.table}


def remove(store: RosterStore, context: AuditContext, course_id: str, user_id: str) -> None:
    """Take a student out of a course or its waitlist; a second time changes nothing.

    It is a withdrawal that another person makes: the seat goes to the student who has waited longest, the progress is
    kept, and the student may enrol again. The audit entries are in the same transaction.

    Raises:
        NotFound, Forbidden: the caller may not do it.
        NotFound: the person was never a student of the course.
        RetriesExhausted: too many requests at once.
    """
    course = permissions.require_roster(context.caller, store.course_now(course_id))
    entries = audit.on_person_in_course(
        audit.STUDENT_REMOVED,
        actor_id=context.caller.user_id,
        user_id=user_id,
        course_id=course.course_id,
        request_id=context.request_id,
    )
    try:
        withdrawals.withdraw(store, user_id, course.course_id, clock.now(), Retries(), entries=entries)
    except NotFound as error:
        raise NotFound("This person is not a student of this course.") from error


def page_of(store: RosterStore, course: Course, limit: int, cursor_text: str | None) -> Page[RosterEntry]:
    """The students enrolled in a course, highest percentage first. Students who wait or have withdrawn are not
    listed.

    The percentages are the stored ones (EnrollmentRecord.percentage). They follow an edit of the course within seconds,
    in a large course within minutes. If a student's percentage rises while the caller reads page after page, the
    student may be missing from the pages, but is never twice on one page.

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
    return Page([entry for _, entry in page.items], page.next_cursor)


def _course_to_read(store: RosterStore, caller: Caller, course_id: str) -> Course:
    """The course, if the caller may read its roster.

    A copy of a few seconds ago is enough for administrators and the owner, whose right does not depend on what is
    edited. For all others the course is read as it is now: a co-teacher may just have been removed.

    Raises:
        NotFound, Forbidden: the caller may not read it.
    """
    course = store.course_lately(course_id)
    if course is None or not permissions.may_change_staff(caller, course):
        course = store.course_now(course_id)
    return permissions.require_roster(caller, course)


def _with_contacts(store: ContactStore, course_id: str, roster: Page[RosterEntry]) -> Page[dict[str, Any]]:
    """A page of a roster with the names and e-mail addresses of students who have a profile.

    Students who are being erased are not on it, so it may be shorter than the limit.
    """
    contacts = store.find(course_id, roster.items)
    shown = [
        entry.to_api()
        | ({"displayName": contact.display_name} if contact else {})
        | ({"email": contact.email} if contact and contact.email else {})
        for entry in roster.items
        if entry.user_id in contacts
        for contact in [contacts[entry.user_id]]
    ]
    return Page(shown, roster.next_cursor)


def _roster_position(fields: dict[str, Any] | None) -> RosterPosition | None:
    if fields is None:
        return None
    if not (0 <= fields["p"] <= 100 and fields["s"] >= 0):
        raise cursor.invalid_cursor()
    return RosterPosition(percentage=fields["p"], shard=fields["s"], user_id=fields["u"])
