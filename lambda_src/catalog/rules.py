"""The rules of courses and lessons: who changes what, and what must not be lost when two do.

A course changes under optimistic concurrency on `version`; each lesson is changed by itself, so two
instructors working on different lessons never undo each other. An archived course is read-only
until its status is changed again. Knows nothing of HTTP or of how tables are laid out.
"""

import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from catalog.lists import CourseLists
from catalog.store import CourseTable, LessonContent, WriteRefused
from domain import audit, permissions
from domain.audit import AuditEntry
from domain.courses import ARCHIVED, DRAFT, PUBLISHED, Course, Lesson
from toolkit import clock
from toolkit.caller import Caller
from toolkit.errors import BadRequest, Conflict, FieldError, Forbidden, NotFound

__all__ = ["Catalog", "LessonContent"]

# Keeps a course far below DynamoDB's 400 KB for one item, whatever its lessons are called.
MOST_LESSONS = 200
_ATTEMPTS = 4
ME = "me"
# RFC 9562, section 5.5: ids that are made from names. Another namespace would forget every token.
_TOKENS = uuid.UUID("6f1c1b0e-8f0b-4d27-9d86-0f3b6a5d1c42")

T = TypeVar("T")


class Catalog:
    """The operations on courses, over a table of courses and lists of them."""

    def __init__(self, table: CourseTable, lists: CourseLists) -> None:
        self._table = table
        self._lists = lists

    def list_published(self, limit: int, cursor: str | None) -> tuple[list[Course], str | None]:
        """One page of published courses, newest first, and the cursor of the next page if there is one."""
        return self._lists.published(limit, cursor)

    def list_owned(
        self, caller: Caller, owner: str, limit: int, cursor: str | None
    ) -> tuple[list[Course], str | None]:
        """One page of an owner's courses of every status, newest first; `me` is the caller.

        Raises:
            Forbidden: somebody else's are for administrators.
        """
        owner_id = caller.user_id if owner == ME else owner
        if not permissions.may_list_courses_of(caller, owner_id):
            raise Forbidden("Only administrators list the courses of others.")
        courses, following = self._lists.owned(owner_id, limit, cursor)
        # Who is no instructor any more sees of their courses what everybody sees.
        return [course for course in courses if permissions.may_see(caller, course)], following

    def create(self, caller: Caller, fields: Mapping[str, Any]) -> Course:
        """Make a draft owned by the caller; with a `clientToken`, one at most.

        Raises:
            Forbidden: the caller neither is an instructor nor an administrator.
            BadRequest: it would close before it opens.
        """
        if not permissions.may_create_courses(caller):
            raise Forbidden("Only instructors and administrators create courses.")
        settings = _normalised(fields)
        _check_opening(settings.get("opensAt"), settings.get("closesAt"))
        token = settings.pop("clientToken", None)
        return self._table.create(
            {
                "summary": "",
                **{name: value for name, value in settings.items() if value is not None},
                # The token's owner is part of the name, so nobody meets a course of somebody else's.
                "courseId": str(uuid.uuid5(_TOKENS, f"{caller.user_id} {token}") if token else uuid.uuid4()),
                "ownerId": caller.user_id,
                "status": DRAFT,
            },
            clock.now(),
        )

    def get(self, caller: Caller, course_id: str) -> Course:
        """The course, if the caller may see it.

        Raises:
            NotFound: it is not there for this caller.
        """
        return permissions.require_visible(caller, self._table.find(course_id))

    def update(
        self, caller: Caller, course_id: str, version: int, changes: Mapping[str, Any], *, request_id: str
    ) -> Course:
        """Change a course that still has the version the caller saw; None takes an optional field away.

        That it becomes published, or no longer is, goes into the audit trail in the same transaction.

        Raises:
            NotFound, Forbidden: the caller may not see or not edit it.
            BadRequest: it would close before it opens.
            Conflict: somebody changed it meanwhile, or it is archived and stays so.
        """
        course = self._editable(caller, course_id)
        if course.version != version:
            raise _stale(course.version)
        settings = _normalised(changes)
        if course.status == ARCHIVED and settings.get("status", ARCHIVED) == ARCHIVED:
            raise _archived()
        _check_opening(settings.get("opensAt", course.opens_at), settings.get("closesAt", course.closes_at))
        try:
            entry = self._publication_entry(caller, course, settings.get("status"), request_id)
            return self._table.update(course_id, version, settings, clock.now(), entry)
        except WriteRefused as refusal:
            if refusal.found is None:
                raise NotFound(permissions.NO_SUCH_COURSE) from refusal
            raise _stale(refusal.found.version) from refusal

    def _publication_entry(
        self, caller: Caller, course: Course, status: str | None, request_id: str
    ) -> AuditEntry | None:
        """The audit entry of a change of status that students notice; None of any other."""
        if status is None or (status == PUBLISHED) == (course.status == PUBLISHED):
            return None
        return AuditEntry(
            audit.COURSE_PUBLISHED if status == PUBLISHED else audit.COURSE_UNPUBLISHED,
            by=caller.user_id,
            on=audit.course(course.course_id),
            request_id=request_id,
            details={"version": course.version + 1, "status": status},
        )

    def put_lesson(
        self,
        caller: Caller,
        course_id: str,
        lesson_id: str,
        content: LessonContent,
        version: int | None = None,
    ) -> tuple[Lesson, bool]:
        """Make or replace one lesson; True when it is new.

        With `version`, only while the course still has the version that the caller saw: two who edit the same
        lesson do not overwrite each other. Without it, the last one counts.

        A lesson keeps its file unless its content type or `premium` changes: the file would have the
        wrong type, or lie where other rules protect it, and has to be uploaded again.

        Raises:
            NotFound, Forbidden: the caller may not see or not edit the course.
            Conflict: the course is archived or full of lessons, is being edited too busily, or has another version.
        """

        def attempt(course: Course) -> tuple[Course, bool]:
            if version is not None and course.version != version:
                raise _stale(course.version)
            present = course.lesson(lesson_id)
            now = clock.now()
            if present is None:
                if len(course.lessons) >= MOST_LESSONS:
                    raise Conflict(f"A course has at most {MOST_LESSONS} lessons.", code="too-many-lessons")
                return self._table.add_lesson(course_id, lesson_id, content, MOST_LESSONS, now, version), True
            if (present.content_type, present.premium) == (content.content_type, content.premium):
                return self._table.retitle_lesson(course_id, lesson_id, content, now, version), False
            return self._table.replace_lesson(course_id, lesson_id, content, now, version), False

        course, is_new = self._edit(caller, course_id, attempt)
        lesson = course.lesson(lesson_id)
        if lesson is None:
            raise NotFound("There is no such lesson.")
        return lesson, is_new

    def delete_lesson(self, caller: Caller, course_id: str, lesson_id: str) -> None:
        """Take one lesson out of a course.

        Raises:
            NotFound, Forbidden: the caller may not see or not edit it, or there is no such lesson.
            Conflict: the course is archived.
        """

        def attempt(course: Course) -> Course:
            if course.lesson(lesson_id) is None:
                raise NotFound("There is no such lesson.")
            return self._table.remove_lesson(course_id, lesson_id, clock.now())

        self._edit(caller, course_id, attempt)

    def _edit(self, caller: Caller, course_id: str, attempt: Callable[[Course], T]) -> T:
        """Try an edit on the course as it is; when somebody was faster, look again and retry."""
        for _ in range(_ATTEMPTS):
            course = self._editable(caller, course_id)
            if course.status == ARCHIVED:
                raise _archived()
            try:
                return attempt(course)
            except WriteRefused:
                continue
        raise Conflict("The lesson is being changed by others. Try again.", code="busy")

    def _editable(self, caller: Caller, course_id: str) -> Course:
        return permissions.require_editable(caller, self._table.find(course_id))


def _stale(current: int) -> Conflict:
    return Conflict(f"The course has changed; its version is now {current}.", code="stale-version")


def _archived() -> Conflict:
    return Conflict("An archived course is read-only; change its status first.", code="course-archived")


def _normalised(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with their times in the stored form, so that they compare as text."""
    settings = dict(fields)
    for name in ("opensAt", "closesAt"):
        if settings.get(name) is not None:
            try:
                settings[name] = clock.normalise(settings[name])
            except ValueError as error:
                fault = FieldError(name, "must be a date-time with an offset")
                raise BadRequest("The body is not valid.", errors=(fault,)) from error
    return settings


def _check_opening(opens_at: str | None, closes_at: str | None) -> None:
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        fault = FieldError("closesAt", "must be later than opensAt")
        raise BadRequest("The body is not valid.", errors=(fault,))
