"""The audit trail: who did what, to whom or what, when, and in which request. Entries are only ever added.

An entry names people by pseudonyms, which are computed from their user ids. An auditor who has a user id can find
the entries about it. After a person is erased, nothing in an entry identifies them. An entry contains no e-mail
address, no name and no text that a person wrote. Entries expire after the environment's retention time.

    trail.record(
        AuditEntry(audit.ROSTER_READ, actor_id=caller.user_id, subject=audit.course(course_id), request_id=request_id)
    )

If the act is not a DynamoDB write, record it first and then act: an entry without an act does no harm, an act
without an entry does. If the act is a DynamoDB write, write the entry in the same transaction (domain.audit_store).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

COURSE_PUBLISHED = "course-published"
COURSE_UNPUBLISHED = "course-unpublished"
ROSTER_READ = "roster-read"
ROSTER_EXPORTED = "roster-exported"
ROSTER_ENROLLED = "roster-enrolled"
STUDENT_REMOVED = "student-removed"
STAFF_ADDED = "staff-added"
STAFF_REMOVED = "staff-removed"
ROLE_GRANTED = "role-granted"
ROLE_REVOKED = "role-revoked"
PERSON_LOOKED_UP = "person-looked-up"
AUDIT_READ = "audit-read"
PERSON_EXPORTED = "person-exported"
PERSON_ERASED = "person-erased"

PEOPLE = "people"
"""The subject of an act that was about no person in particular, such as a search that found nobody."""
PERSON = "person"
"""The detail with the pseudonym of the person whom an act on a course was about."""


@dataclass(frozen=True)
class AuditEntry:
    """One act.

    Attributes:
        action: one of this module's codes.
        actor_id: the user id of the person who acts; only the pseudonym is stored.
        subject: `person(user_id)`, `course(course_id)` or PEOPLE.
        request_id: the id of the request that caused the act. Callers can choose it (API Gateway accepts
            an id that they send), so nothing depends on it.
        only_once: write at most one entry with this action and subject. An erasure may take several requests,
            and only the first entry is kept.
        details: further facts without personal data, such as the group that was granted.
    """

    action: str
    actor_id: str
    subject: str
    request_id: str
    only_once: bool = False
    details: Mapping[str, str | int] | None = None


class AuditTrail(Protocol):
    """What rules need of the audit trail."""

    def record(self, entry: AuditEntry) -> None:
        """Add an entry. An error means that it was not added, so the act must not go on."""


def person(user_id: str) -> str:
    """A person as the subject of an entry."""
    return f"person#{pseudonym(user_id)}"


def course(course_id: str) -> str:
    """A course as the subject of an entry."""
    return f"course#{course_id}"


def on_person_in_course(
    action: str, *, actor_id: str, user_id: str, course_id: str, request_id: str
) -> tuple[AuditEntry, AuditEntry]:
    """The two entries of an act on a person in a course: one in the trail of the course, one in that of the person.

    Each names the other in its details.
    """
    return (
        AuditEntry(action, actor_id, course(course_id), request_id, details={PERSON: pseudonym(user_id)}),
        AuditEntry(action, actor_id, person(user_id), request_id, details={"courseId": course_id}),
    )


def pseudonym(user_id: str) -> str:
    """The pseudonym of a person in the audit trail. A user id has 122 random bits, so it cannot be computed back."""
    return sha256(f"education-audit:{user_id}".encode()).hexdigest()[:32]
