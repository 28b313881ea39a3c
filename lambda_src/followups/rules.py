"""What follows from a course's edit, in plain Python.

* Lessons added or removed: what is stored of every student's percentage, which orders the roster and is
  listed with enrolments, becomes what the set of completed lessons says of the lessons of now. Nobody
  becomes or ceases to be completed by an edit: see domain.enrollments.model.
* Title changed: every enrolment shows the new one.
* Places are free and somebody waits, because the capacity was raised, the course was published again, or a
  place was given back to nobody: the first who wait move up.

All of it looks at the course as it is now, not as it was at the edit. So edits may be told late, twice or
together, and a pass that was interrupted finds only what is left to do.
"""

import time
from collections.abc import Iterable, Iterator
from typing import Protocol

from domain.courses import Course
from domain.enrollments import rules as enrollments
from domain.enrollments.model import WITHDRAWN, Record, percentage_of
from domain.enrollments.rules import Guard, holds
from toolkit import clock, log, retries

# The index may show a moment late who waits; nobody at all for this long means that there is nobody.
LOOKS_FOR_WAITING = 4
PAUSE_SECONDS = 0.25


class Store(enrollments.Store, Protocol):
    """What these rules need of the database."""

    def course_now(self, course_id: str) -> Course | None:
        """The course as it is now."""

    def pages(self, course_id: str) -> Iterator[list[Record]]:
        """All who are enrolled or wait in a course, as of a moment ago, page by page."""

    def rewrite_all(self, records: Iterable[Record], course: Course) -> int:
        """Bring records in line with a course (see `in_line`); how many changed."""


def follow(store: Store, before: Course, after: Course) -> None:
    """Do what follows from an edit.

    Raises:
        Unavailable: there was too little time, or a service is not available; do it again.
    """
    if before.lesson_ids != after.lesson_ids or before.title != after.title:
        _bring_in_line(store, after.course_id)
    if holds(Guard.MOVE_UP, after, clock.now()):
        _move_up(store, after.course_id)


def in_line(record: Record, course: Course) -> Record:
    """A record with the percentage and the title that follow from the course; the very same if it has them.

    Who has left keeps what they left with: enrolling again counts anew.
    """
    percentage = percentage_of(record.completed, course.lesson_ids)
    if record.status == WITHDRAWN or (record.percentage, record.course_title) == (percentage, course.title):
        return record
    return record.changed(percentage=percentage, course_title=course.title)


def _bring_in_line(store: Store, course_id: str) -> None:
    seen = changed = 0
    for page in store.pages(course_id):
        # Read for every page: in a large course somebody may edit again meanwhile.
        course = store.course_now(course_id)
        if course is None:
            return
        seen += len(page)
        changed += store.rewrite_all(
            (record for record in page if in_line(record, course) is not record), course
        )
    log.write("INFO", "roster brought in line", courseId=course_id, seen=seen, changed=changed)


def _move_up(store: Store, course_id: str) -> None:
    moved = looks = 0
    while looks < LOOKS_FOR_WAITING:
        course = store.course_now(course_id)
        if course is None or not holds(Guard.MOVE_UP, course, clock.now()):
            break
        step = enrollments.fill_places(store, course_id, clock.now(), retries.attempts())
        moved += step
        if step == 0:
            looks += 1
            time.sleep(PAUSE_SECONDS)
    else:
        log.write("WARNING", "nobody found who waits", courseId=course_id)
    log.write("INFO", "waitlist moved up", courseId=course_id, moved=moved)
