"""The rules of lessons. Each lesson is written separately, so edits of different lessons never undo each other.

A write is retried if another edit of the course came first. This module does not depend on HTTP or on tables.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from catalog.rules import WriteRefused, stale
from domain import content_paths, course_size, permissions
from domain.courses import Course, Lesson
from toolkit import clock
from toolkit.caller import Caller
from toolkit.errors import BadRequest, Conflict, FieldError

# The size of a course is limited too: domain.course_size.
MOST_LESSONS = 200
_ATTEMPTS = 4

T = TypeVar("T")


@dataclass(frozen=True)
class LessonContent:
    """What an instructor sets of a lesson. `section` is the heading under which it stands; `required` says whether
    students must complete it; `needs_storage` whether the pages of an interactive lesson need the browser's storage."""

    title: str
    content_type: str
    premium: bool
    position: int
    section: str | None = None
    required: bool = True
    needs_storage: bool = False


class LessonStore(Protocol):
    """The lessons of courses. Each write may raise WriteRefused.

    `version` is the version that the course must have, None if it may have any.
    """

    def find(self, course_id: str) -> Course | None:
        """One course as it is now."""

    def add_lesson(
        self,
        course_id: str,
        lesson_id: str,
        content: LessonContent,
        *,
        most: int,
        now: str,
        version: int | None,
    ) -> Course:
        """Add a lesson that does not exist yet, while there are fewer than `most`."""

    def retitle_lesson(
        self, course_id: str, lesson_id: str, content: LessonContent, *, now: str, version: int | None
    ) -> Course:
        """Change a lesson that has this content type and `premium`, and keep its file."""

    def replace_lesson(
        self, course_id: str, lesson_id: str, content: LessonContent, *, now: str, version: int | None
    ) -> Course:
        """Put a lesson without a file in place of one that has another content type or `premium`."""

    def remove_lesson(self, course_id: str, lesson_id: str, *, now: str) -> Course:
        """Remove a lesson that exists."""


class Lessons:
    """The operations on lessons."""

    def __init__(self, store: LessonStore) -> None:
        self._store = store

    def put(
        self,
        caller: Caller,
        course_id: str,
        lesson_id: str,
        content: LessonContent,
        version: int | None = None,
    ) -> tuple[Lesson, bool]:
        """Create or replace one lesson; True when it is new.

        With `version`, the lesson is written only if the course has the version that the caller saw. Then two people
        who edit the same lesson do not overwrite each other. Without it, the last write wins.

        A lesson keeps its file unless its content type or `premium` changes: then the file would have the wrong
        type, or be in the folder with the wrong protection. The instructor has to upload it again.

        Raises:
            BadRequest: a lesson that is not interactive is said to need storage.
            NotFound, Forbidden: the caller may not see or not edit the course.
            Conflict: the course is archived, has too many or too large lessons or another version, or is edited too
                often now.
        """
        if content.needs_storage and content.content_type != content_paths.INTERACTIVE:
            fault = FieldError("needsStorage", "may be true of an interactive lesson only")
            raise BadRequest("The body is not valid.", errors=(fault,))

        def attempt(course: Course) -> tuple[Course, bool]:
            if version is not None and course.version != version:
                raise stale(course.version)
            present = course.lesson(lesson_id)
            now = clock.now()
            if present is None:
                if len(course.lessons) >= MOST_LESSONS:
                    raise Conflict(f"A course has at most {MOST_LESSONS} lessons.", code="too-many-lessons")
                course_size.require_room(course.lessons, course.lessons_with(_described(lesson_id, content)))
                added = self._store.add_lesson(
                    course_id, lesson_id, content, most=MOST_LESSONS, now=now, version=version
                )
                return added, True
            after = _described(lesson_id, content, present)
            course_size.require_room(course.lessons, course.lessons_with(after))
            keeps_file = (present.content_type, present.premium) == (content.content_type, content.premium)
            write = self._store.retitle_lesson if keeps_file else self._store.replace_lesson
            return write(course_id, lesson_id, content, now=now, version=version), False

        course, is_new = self._edit(caller, course_id, attempt)
        return course.require_lesson(lesson_id), is_new

    def delete(self, caller: Caller, course_id: str, lesson_id: str) -> None:
        """Remove one lesson from a course.

        Raises:
            NotFound, Forbidden: the caller may not see or not edit the course, or there is no such lesson.
            Conflict: the course is archived, or is edited too often now.
        """

        def attempt(course: Course) -> Course:
            course.require_lesson(lesson_id)
            return self._store.remove_lesson(course_id, lesson_id, now=clock.now())

        self._edit(caller, course_id, attempt)

    def _edit(self, caller: Caller, course_id: str, attempt: Callable[[Course], T]) -> T:
        """Try an edit of the course as it is now; read it again and retry when another edit came first."""
        for _ in range(_ATTEMPTS):
            course = permissions.require_editable(caller, self._store.find(course_id))
            course.require_not_archived()
            try:
                return attempt(course)
            except WriteRefused:
                continue
        raise Conflict("Other people are changing this course. Try again.", code="busy")


def _described(lesson_id: str, content: LessonContent, present: Lesson | None = None) -> Lesson:
    """A lesson as it is described, with the files that it has now."""
    lesson = present or Lesson(
        lesson_id, content.title, content.content_type, content.premium, content.position
    )
    return lesson._replace(title=content.title, section=content.section)
