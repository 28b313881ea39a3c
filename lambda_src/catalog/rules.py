"""The rules of courses: which callers create and change them, and how concurrent edits are kept apart.

A course is changed only if its `version` is the one that the caller saw, so no edit overwrites another one. An
archived course is read-only until its status changes. The rules of lessons are in catalog.lesson_rules. This module
does not depend on HTTP or on tables.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from domain import audit, permissions
from domain.audit import AuditEntry
from domain.courses import ARCHIVED, DRAFT, PUBLISHED, Course, CourseSummary
from domain.enrollments.admission import Seats
from toolkit import clock
from toolkit.caller import Caller
from toolkit.cursor import Page
from toolkit.errors import BadRequest, Conflict, FieldError, Forbidden, NotFound

ME = "me"
# RFC 9562, section 5.5: ids that are made from names. With another namespace, no earlier client token would be
# recognised.
_CLIENT_TOKENS = uuid.UUID("6f1c1b0e-8f0b-4d27-9d86-0f3b6a5d1c42")


class WriteRefused(Exception):  # noqa: N818 - not an error yet: the rules decide what it means
    """A write's condition was false. `found` is the course at that time, None when there was none."""

    def __init__(self, found: Course | None) -> None:
        super().__init__("condition not met")
        self.found = found


class CourseStore(Protocol):
    """Single courses."""

    def find(self, course_id: str, *, with_seats: bool = False) -> Course | None:
        """One course as it is now. `with_seats`: with the numbers of students, for callers who may edit it."""

    def create(self, fields: Mapping[str, Any], now: str) -> Course:
        """Write a new course, or return the one that its owner has created under this id before."""

    def update(
        self, course: Course, changes: Mapping[str, Any], now: str, entry: AuditEntry | None
    ) -> Course:
        """Change a course that still has the version that was read. The change and the audit entry are written together
        or not at all. `lessonOrder` is no field of the course: the lessons get their positions from it.

        May raise WriteRefused.
        """


class CourseLists(Protocol):
    """Lists of courses, newest first."""

    def published(self, limit: int, cursor: str | None) -> Page[CourseSummary]:
        """One page of the catalogue."""

    def owned(self, owner_id: str, limit: int, cursor: str | None) -> Page[CourseSummary]:
        """One page of the courses that a person owns or co-teaches, without their seats."""

    def seats(self, course_ids: Sequence[str]) -> Mapping[str, Seats]:
        """The seats of courses, by course id."""


class CourseSearch(Protocol):
    """A search in the catalogue."""

    def found(self, search: str, limit: int, cursor: str | None) -> Page[CourseSummary]:
        """One page of the published courses that have all words of a search in title or summary, newest first."""


class Courses:
    """The operations on courses."""

    def __init__(self, store: CourseStore, lists: CourseLists, search: CourseSearch) -> None:
        self._store = store
        self._lists = lists
        self._search = search

    def list_published(self, limit: int, cursor: str | None) -> Page[CourseSummary]:
        """One page of published courses, newest first."""
        return self._lists.published(limit, cursor)

    def search(self, search: str, limit: int, cursor: str | None) -> Page[CourseSummary]:
        """One page of the published courses that have all words of a search, newest first, at most a minute late."""
        return self._search.found(search, limit, cursor)

    def list_owned(self, caller: Caller, owner: str, limit: int, cursor: str | None) -> Page[CourseSummary]:
        """One page of the courses of every status that a person owns or co-teaches, newest first; `me` is the caller.

        Raises:
            Forbidden: the courses are another person's, and the caller is no administrator.
        """
        owner_id = caller.user_id if owner == ME else owner
        if not permissions.may_list_courses_of(caller, owner_id):
            raise Forbidden("Only administrators may list the courses of others.")
        page = self._lists.owned(owner_id, limit, cursor)
        # Teachers who are no longer instructors see only what students see.
        visible = [course for course in page.items if permissions.may_see(caller, course)]
        edited = [course.course_id for course in visible if permissions.may_edit(caller, course)]
        seats = self._lists.seats(edited)
        return Page(
            [
                replace(course, seats_taken=found.taken, waitlisted=found.waitlisted)
                for course in visible
                for found in (seats.get(course.course_id, Seats()),)
            ],
            page.next_cursor,
        )

    def create(self, caller: Caller, fields: Mapping[str, Any]) -> Course:
        """Create a draft that the caller owns. Requests with the same `clientToken` create one course.

        Raises:
            Forbidden: the caller is neither an instructor nor an administrator.
            BadRequest: the course would close before it opens.
        """
        if not permissions.may_create_courses(caller):
            raise Forbidden("Only instructors and administrators may create courses.")
        given = {name: value for name, value in fields.items() if value is not None}
        _check_opening(given.get("opensAt"), given.get("closesAt"))
        token = given.pop("clientToken", None)
        # The caller is part of the name, so a token never leads to a course of another person.
        course_id = uuid.uuid5(_CLIENT_TOKENS, f"{caller.user_id} {token}") if token else uuid.uuid4()
        return self._store.create(
            {
                "summary": "",
                **given,
                "courseId": str(course_id),
                "ownerId": caller.user_id,
                "status": DRAFT,
            },
            clock.now(),
        )

    def get(self, caller: Caller, course_id: str) -> Course:
        """The course, if the caller may see it.

        Raises:
            NotFound: there is no such course, or the caller may not see it.
        """
        return permissions.require_visible(caller, self._find(caller, course_id))

    def update(
        self, caller: Caller, course_id: str, version: int, changes: Mapping[str, Any], *, request_id: str
    ) -> Course:
        """Change a course that has the version that the caller saw; None removes an optional field.

        If the course becomes published, or ceases to be, the audit entry is in the same transaction.

        Raises:
            NotFound: there is no such course, or the caller may not see it.
            Forbidden: the caller may see it but not edit it.
            BadRequest: it would close before it opens, or `lessonOrder` does not name each lesson once.
            Conflict: it has another version by now, or it is archived and would stay archived.
        """
        course = permissions.require_editable(caller, self._find(caller, course_id))
        if course.version != version:
            raise stale(course.version)
        if changes.get("status", ARCHIVED) == ARCHIVED:
            course.require_not_archived()
        _check_opening(changes.get("opensAt", course.opens_at), changes.get("closesAt", course.closes_at))
        _check_order(course, changes.get("lessonOrder"))
        if changes.get("status") == ARCHIVED:
            changes = {**changes, "archivedFrom": course.status}
        entry = _publication_entry(caller, course, changes.get("status"), request_id)
        try:
            return self._store.update(course, changes, clock.now(), entry)
        except WriteRefused as refusal:
            if refusal.found is None:
                raise NotFound(permissions.NO_SUCH_COURSE) from refusal
            raise stale(refusal.found.version) from refusal

    def _find(self, caller: Caller, course_id: str) -> Course | None:
        return self._store.find(course_id, with_seats=caller.may_be_staff)


def stale(current: int) -> Conflict:
    """The error for an edit of a version that is not the current one."""
    return Conflict(f"The course has changed. Its version is now {current}.", code="stale-version")


def _publication_entry(
    caller: Caller, course: Course, status: str | None, request_id: str
) -> AuditEntry | None:
    """The audit entry of a change of status that students notice; None for any other change."""
    if status is None or (status == PUBLISHED) == (course.status == PUBLISHED):
        return None
    return AuditEntry(
        audit.COURSE_PUBLISHED if status == PUBLISHED else audit.COURSE_UNPUBLISHED,
        actor_id=caller.user_id,
        subject=audit.course(course.course_id),
        request_id=request_id,
        details={"version": course.version + 1, "status": status},
    )


def _check_order(course: Course, order: Sequence[str] | None) -> None:
    if order is not None and sorted(order) != sorted(course.lesson_ids):
        fault = FieldError("lessonOrder", "must name each lesson of the course once, and nothing else")
        raise BadRequest(f"The body is not valid: {fault.field} {fault.message}.", errors=(fault,))


def _check_opening(opens_at: str | None, closes_at: str | None) -> None:
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        fault = FieldError("closesAt", "must be later than opensAt")
        raise BadRequest("The body is not valid.", errors=(fault,))
