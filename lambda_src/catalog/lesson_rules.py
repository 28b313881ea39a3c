"""The rules of lessons. Each lesson is written separately, so edits of different lessons never undo each other.

A write is retried if another edit of the course came first. This module does not depend on HTTP or on tables.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from catalog.rules import WriteRefused, stale
from domain import permissions
from domain.courses import Course, Lesson
from toolkit import clock
from toolkit.caller import Caller
from toolkit.errors import Conflict

# Keeps a course far below DynamoDB's 400 KB for one item, even with the longest titles.
MOST_LESSONS = 200
_ATTEMPTS = 4

T = TypeVar("T")


@dataclass(frozen=True)
class LessonContent:
    """What an instructor sets of a lesson. `section` is the heading under which it stands; `required` says whether
    students must complete it."""

    title: str
    content_type: str
    premium: bool
    position: int
    section: str | None = None
    required: bool = True


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
            NotFound, Forbidden: the caller may not see or not edit the course.
            Conflict: the course is archived, has too many lessons or another version, or is edited too often now.
        """

        def attempt(course: Course) -> tuple[Course, bool]:
            if version is not None and course.version != version:
                raise stale(course.version)
            present = course.lesson(lesson_id)
            now = clock.now()
            if present is None:
                if len(course.lessons) >= MOST_LESSONS:
                    raise Conflict(f"A course has at most {MOST_LESSONS} lessons.", code="too-many-lessons")
                added = self._store.add_lesson(
                    course_id, lesson_id, content, most=MOST_LESSONS, now=now, version=version
                )
                return added, True
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
