"""What happens when a person is erased, from the request to the last write.

1. The person sends `DELETE /profile`. One transaction (profiles.self_erasure) writes a tombstone, and the erasure
   request into the profile's item. From now on the erasure always completes, nothing new is written for the person
   (domain.people.tombstones), and nothing of the person is shown to others. The same HTTP request then deletes the
   user in Cognito, so that the person is signed out and the e-mail address is free, and answers.
2. The stream of the profiles table calls the function `erasure` with every erasure request, within seconds. It calls
   `Erasure.finish`, below, which does the following, in this order:
   a. deletes the person's e-mail addresses with their invitations;
   b. replaces the owner of the person's courses: the school keeps the courses, and administrators and co-teachers
      edit them. Takes the person out of the co-teachers of other courses;
   c. withdraws the person from every course, so that waiting students are promoted, and deletes the person's records
      and positions;
   d. deletes the user in Cognito, if the HTTP request was interrupted before it did;
   e. in one transaction, deletes the profile with its erasure request, lets the tombstone expire, and writes the
      audit entry.
3. If the function is interrupted, the stream calls it again with the same erasure request.

A person may also delete their user in Cognito without the platform. Then the function `sweep` stores the erasure
request (sweep.rules).

Every step is idempotent. The DynamoDB side is in domain.people.erasure_store.
"""

import time
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from domain import audit, staff
from domain.audit import AuditEntry
from domain.enrollments import seats, withdrawals
from domain.enrollments.model import WITHDRAWN
from domain.people import tombstones
from domain.people.user_pool import PoolUser, UserPool
from toolkit import clock
from toolkit.caller import verified_email
from toolkit.errors import NotFound
from toolkit.retries import Retries

NO_OWNER = "erased"
"""The owner of a course whose owner was erased."""
REQUESTED_AT = "erasureRequestedAt"
"""The attribute of a profile's item that shows an erasure request."""
EMAIL = "erasureEmail"
"""The attribute with the person's verified e-mail address at the time of the erasure request."""
REASON = "erasureReason"
"""The attribute that says why nobody asked for the erasure; a person's own request has none."""
REMINDED_AT = "erasureRemindedAt"
"""The attribute that shows the stream an erasure request again (sweep.rules)."""
# Courses that a person leaves at the same time: as many as the connections that one client keeps open.
_AT_ONCE = 10


@dataclass(frozen=True)
class ErasureRequest:
    """The person to erase, and the HTTP request or the run of the sweep that asked for it.

    `email` is the verified address, in canonical form. None if there was none, or if a former version stored the
    request: that version deleted the user in Cognito only after the address. `reason` is for the audit trail, if it was
    not the person who asked.
    """

    user_id: str
    request_id: str
    email: str | None
    reason: str | None = None

    @classmethod
    def from_stored(cls, item: Mapping[str, Any]) -> "ErasureRequest":
        """The erasure request in a profile's item."""
        return cls(item["userId"], item["erasureRequestId"], item.get(EMAIL), item.get(REASON))


def verified_email_of(user: PoolUser | None) -> str | None:
    """A user's verified e-mail address in canonical form, None if there is none."""
    return verified_email(user.attributes) or None if user else None


class ErasureStore(seats.EnrollmentStore, Protocol):
    """What an erasure needs of the database."""

    def records_of(self, user_id: str) -> Iterable[tuple[str, str]]:
        """Course id and status of each of a student's records."""

    def delete_record(self, user_id: str, course_id: str) -> None:
        """Delete a student's record."""

    def delete_positions(self, user_id: str) -> None:
        """Delete all positions of a student."""

    def delete_runtime(self, user_id: str) -> None:
        """Delete all run-time data of a student."""

    def courses_of(self, owner_id: str) -> Iterable[Mapping[str, Any]]:
        """The keys of the courses of an owner, and of the person's items as a co-teacher (domain.staff)."""

    def replace_owner(self, course_id: str, owner_id: str, new_owner_id: str) -> None:
        """Replace the owner of a course, if it still has this owner."""

    def leave_staff(self, course_id: str, user_id: str) -> None:
        """Take a person out of the co-teachers of a course."""

    def forget_addresses(self, emails: Collection[str], user_id: str) -> None:
        """Delete these addresses and all others of the person, except those that another person owns by now."""

    def close(self, user_id: str, tombstone_expires_at: int, entry: AuditEntry) -> None:
        """Delete the profile, let the tombstone expire and write the audit entry: all or nothing."""


class Erasure:
    """The steps of an erasure after its request was stored."""

    def __init__(self, store: ErasureStore, user_pool: UserPool) -> None:
        self._store = store
        self._user_pool = user_pool

    def finish(self, request: ErasureRequest) -> None:
        """Do the remaining steps of an erasure; returns when all are done.

        Raises:
            Unavailable: a service is not available. The steps that were done stay done.
        """
        self._forget_addresses(request)
        self._give_up_ownership(request.user_id)
        self._leave_courses(request.user_id)
        # The tombstone and the missing records keep new ones from being made.
        self._store.delete_positions(request.user_id)
        self._store.delete_runtime(request.user_id)
        self._user_pool.delete(request.user_id)
        self._close(request)

    def _leave_courses(self, user_id: str) -> None:
        """Leave every course, several at once. If one cannot be left now, the others still are."""
        left: list[Future[None]] = []
        try:
            for course_id, status in self._store.records_of(user_id):
                left.append(_threads().submit(self._leave, user_id, course_id, status))
        finally:
            wait(left)  # no thread may go on after the function has answered
        for each in left:
            each.result()

    def _leave(self, user_id: str, course_id: str, status: str) -> None:
        if status != WITHDRAWN:
            self._withdraw(user_id, course_id)
        self._store.delete_record(user_id, course_id)

    def _withdraw(self, user_id: str, course_id: str) -> None:
        admission, _ = self._store.load(user_id, course_id)
        if admission is None:
            return  # no function deletes a course, but an operator may have; then there is no seat to free
        try:
            withdrawals.withdraw(self._store, user_id, course_id, clock.now(), Retries())
        except NotFound:
            return  # another call is finishing the same erasure

    def _give_up_ownership(self, user_id: str) -> None:
        for item in self._store.courses_of(user_id):
            course_id = staff.course_id_of(item)
            if staff.is_co_teacher(item):
                self._store.leave_staff(course_id, user_id)
            else:
                self._store.replace_owner(course_id, user_id, NO_OWNER)

    def _forget_addresses(self, request: ErasureRequest) -> None:
        known = (request.email, verified_email_of(self._user_pool.find(request.user_id)))
        self._store.forget_addresses({email for email in known if email}, request.user_id)

    def _close(self, request: ErasureRequest) -> None:
        entry = AuditEntry(
            audit.PERSON_ERASED,
            actor_id=request.user_id,
            subject=audit.person(request.user_id),
            request_id=request.request_id,
            only_once=True,
            details={"reason": request.reason} if request.reason else None,
        )
        self._store.close(request.user_id, round(time.time()) + tombstones.KEPT_SECONDS, entry)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="erasure")
