"""What the rules of enrolment say to a store: one change of a course's seats, all or nothing, and its refusal.

The rules are in `rules` (enrolling), `withdrawals` (leaving and promotion) and `bulk`. The store is
domain.enrollments.store.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from domain.audit import AuditEntry
from domain.enrollments.admission import Admission
from domain.enrollments.guards import Guard
from domain.enrollments.model import EnrollmentRecord
from domain.rosters.contacts import Contact


@dataclass(frozen=True)
class SeatChange:
    """One change of a course's seats, all or nothing.

    Attributes:
        course_id: the course whose counters change.
        guard: what has to be true of the course's admission item. None if that item is not part of the change: then no
            counter changes.
        seats: what is added to `seatsTaken`; may be negative.
        waiting: what is added to `waitlisted`; may be negative.
        records: the records to write. A record with revision 1 must not exist yet; for any other, the stored revision
            must be one lower.
        now: the current time, which the guard may need.
        seen: the admission whose title or capacity the records depend on; its version must still be the same.
            None if they depend on nothing of the course.
        newcomers: people who must have no tombstone, because they may have no record yet.
        queue_until: until when later enrolments are queued from now on; None to change nothing.
        entries: audit entries to write with it.
    """

    course_id: str
    guard: Guard | None
    seats: int
    waiting: int
    records: Sequence[EnrollmentRecord]
    now: str
    seen: Admission | None = None
    newcomers: Sequence[str] = ()
    queue_until: str | None = None
    entries: Sequence[AuditEntry] = ()


@dataclass(frozen=True)
class Refusal:
    """A SeatChange was not committed: it lost a race, DynamoDB was throttling, or its guard is not true.

    Attributes:
        found: by user id, stored records that prevented it.
        erased: newcomers who have a tombstone.
        is_contended: other requests wanted the same items at this moment.
    """

    found: Mapping[str, EnrollmentRecord] = field(default_factory=dict)
    erased: frozenset[str] = frozenset()
    is_contended: bool = False


class EnrollmentStore(Protocol):
    """What the rules need of the database."""

    def arriving(self, user_id: str, course_id: str) -> tuple[Admission | None, Contact | None]:
        """The course's admission, up to a second old, and the name and address of a student who wants to enrol."""

    def contacts(self, user_ids: Sequence[str]) -> Mapping[str, Contact | None]:
        """The names and addresses of people, as of a moment ago; None or left out if there are none to show."""

    def load(self, user_id: str, course_id: str) -> tuple[Admission | None, EnrollmentRecord | None]:
        """The course's admission and the student's record as they are now."""

    def recent_counted_ids(self, course_id: str) -> frozenset[str]:
        """The ids of the course's lessons that count, perhaps a few seconds old."""

    def first_waiting(self, course_id: str) -> EnrollmentRecord | None:
        """The student who has waited longest, as of a moment ago."""

    def commit(self, change: SeatChange) -> Refusal | None:
        """Commit a change as a whole; a Refusal if it lost a race or its guard is not true."""
