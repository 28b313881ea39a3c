"""The rules of course changes: what an edit of a course means for its students.

* The lessons that count have changed: one was added or removed, has become required or optional, got its first content
  or lost it. Then the stored percentage of every student is counted again from the completed lessons and the lessons
  that count now. The roster is sorted by it, and lists of enrolments show it. An edit never changes whether a student
  has completed the course: see domain.enrollments.model. How that is done is in followups.pass_rules.
* An interactive lesson was added or removed, or its content was: its scores and times count again, or no longer.
* The title was changed: every enrolment shows the new title.
* The course became a draft, or is changed while it is one: the records stay as they were, so that a student's lists
  tell nothing of the draft. When it is published again, the records are brought up to date.
* Seats are free and students wait, because the capacity was raised, the course was published again, or a student
  left and no other student got the seat: the students who have waited longest are promoted.

Every step uses the course as it is now, not as it was at the edit. So course changes may arrive late, twice or
together. A run after an interrupted one does only what is left to do.
"""

import time
from typing import Protocol

from domain.courses import Course
from domain.enrollments.admission import Admission
from domain.enrollments.guards import Guard
from domain.enrollments.seats import EnrollmentStore
from domain.enrollments.withdrawals import fill_seats
from toolkit import clock, log
from toolkit.retries import Retries

# The index may be a moment late. If it shows no waiting student for this long, there is none.
MOST_EMPTY_READS = 4
PAUSE_SECONDS = 0.25


class CourseChangeStore(EnrollmentStore, Protocol):
    """What these rules need of the database."""

    def course_now(self, course_id: str) -> Course | None:
        """The course as it is now."""

    def admission_now(self, course_id: str) -> Admission | None:
        """The course's admission as it is now."""


class RosterPasses(Protocol):
    """Who brings the records of a course in line with it (followups.pass_rules)."""

    def ask(self, course_id: str) -> None:
        """Bring all records of a course in line with it."""


def follow(passes: RosterPasses, before: Course, after: Course) -> None:
    """Bring the records of a course up to date after an edit.

    Raises:
        Unavailable: there was too little time, or a service is not available. Call it again.
    """
    is_shown_again = after.is_public and not before.is_public and before.published_at is not None
    counts_otherwise = before.counted_ids != after.counted_ids or before.scored_ids != after.scored_ids
    if is_shown_again or counts_otherwise or before.title != after.title:
        passes.ask(after.course_id)


def promote_waiting(store: CourseChangeStore, after: Admission) -> None:
    """Promote students who wait, if seats are free after a change of a course's admission.

    Raises:
        Unavailable: there was too little time, or a service is not available. Call it again.
    """
    if not Guard.PROMOTE.is_met(after, clock.now()):
        return
    course_id = after.course_id
    promoted = empty_reads = 0
    while empty_reads < MOST_EMPTY_READS:
        admission = store.admission_now(course_id)
        if admission is None or not Guard.PROMOTE.is_met(admission, clock.now()):
            break
        step = fill_seats(store, course_id, clock.now(), Retries())
        promoted += step
        if step == 0:
            empty_reads += 1
            time.sleep(PAUSE_SECONDS)
    else:
        log.write("WARNING", "no waiting student found", courseId=course_id)
    log.write("INFO", "waitlist moved up", courseId=course_id, moved=promoted)
