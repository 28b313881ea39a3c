"""The rules of progress: what an update does to a student's record. Updates may arrive in any order.

* Resume positions are items of their own: progress.positions.
* Completed lessons are a set that only grows; `completed: false` changes nothing.
* The percentage follows from the set and the course's lessons that count (domain.enrollments.model). The course is
  completed, once, by the update that completes the last open one of them; the time is the server's.

So the same updates, in any order, any number of times and from any number of devices, end in the
same record. Enrolled students keep their progress when a course is archived or becomes a draft again. Of a draft they
read the progress as it was last stored, and no lesson can be moved in or completed here: an answer must not tell which
lessons a draft has. Other callers learn that they are not enrolled (Forbidden) only if they may know that the course
exists.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from domain.courses import Course
from domain.enrollments.model import COMPLETED, WAITLISTED, EnrollmentRecord, Position, percentage_of
from domain.enrollments.views import progress_view
from domain.permissions import may_see
from progress import positions
from progress.activities import Activity
from toolkit.caller import Caller
from toolkit.errors import Forbidden
from toolkit.retries import Retries

# So many entries of the index are counted at most, so that a look at a long waitlist costs no more than at a short one.
KNOWN_PLACES = 100


class ProgressStore(positions.PositionStore, Protocol):
    """What the rules need of the database."""

    def load(self, user_id: str, course_id: str) -> tuple[Course | None, EnrollmentRecord | None]:
        """The course and the student's record as they are now."""

    def positions(self, user_id: str, course_id: str) -> Mapping[str, Position]:
        """The student's positions in a course as they are now, by lesson, without those in the record."""

    def waiting_before(self, record: EnrollmentRecord, at_most: int) -> int:
        """How many students wait for a seat since before this one, as of a moment ago; `at_most` if there are more."""

    def save(self, before: EnrollmentRecord, after: EnrollmentRecord) -> bool:
        """Write what a completion changed; False if the stored record has changed since `before` was read."""


def apply(
    record: EnrollmentRecord, activity: Activity, counted_ids: frozenset[str], now: str
) -> EnrollmentRecord:
    """The record after an activity; the same object if the activity completes nothing new.

    Args:
        record: the record of an enrolled student.
        activity: an activity in one of the course's lessons.
        counted_ids: the lessons of the course that count.
        now: the server's time.
    """
    if not activity.completed:
        return record
    completed = record.completed | {activity.lesson_id}
    percentage = percentage_of(completed, counted_ids)
    is_done = record.completed_at is not None or percentage == 100
    activity_at, last_lesson_id = record.latest(activity.lesson_id, activity.at)
    changes: dict[str, Any] = {
        "completed": completed,
        "percentage": percentage,
        "activity_at": activity_at,
        "last_lesson_id": last_lesson_id,
        "status": COMPLETED if is_done else record.status,
        "completed_at": record.completed_at or (now if is_done else None),
    }
    if all(getattr(record, name) == value for name, value in changes.items()):
        return record
    return record.changed(**changes)


def read(store: ProgressStore, caller: Caller, course_id: str) -> dict[str, Any]:
    """The caller's Progress.

    Raises:
        NotFound: there is no such course for this caller.
        Forbidden: the caller is not enrolled. Who is among the first on the waitlist learns the place in it.
    """
    course, record = store.load(caller.user_id, course_id)
    try:
        found = positions.require_enrolled(caller, course, record)
    except Forbidden as refusal:
        if record is not None and record.status == WAITLISTED:
            before = store.waiting_before(record, KNOWN_PLACES)
            refusal.members = {"waitlistPlace": before + 1} if before < KNOWN_PLACES else {}
        raise
    is_visible = course is not None and may_see(caller, course)
    return _shown(store, found, course if is_visible else None)


def update(
    store: ProgressStore, caller: Caller, course_id: str, activity: Activity, now: str, retries: Retries
) -> dict[str, Any]:
    """Record an activity and return the caller's Progress after it.

    Raises:
        NotFound: there is no such course for this caller, or no such lesson in it.
        Forbidden: the caller is not enrolled.
        Erased: the caller is being or has been erased.
        RetriesExhausted: too many writes of the record at once.
    """
    if activity.seconds is not None and not activity.completed:
        return _move(store, caller, course_id, activity, retries)
    return _complete(store, caller, course_id, activity, now, retries)


def _move(
    store: ProgressStore, caller: Caller, course_id: str, activity: Activity, retries: Retries
) -> dict[str, Any]:
    course = positions.course_with_lesson(store, caller, course_id, activity.lesson_id)
    positions.report(store, caller, course_id, activity, retries, course=course)
    record = positions.require_enrolled(caller, course, store.record(caller.user_id, course_id))
    return _shown(store, record, course)


def _complete(
    store: ProgressStore, caller: Caller, course_id: str, activity: Activity, now: str, retries: Retries
) -> dict[str, Any]:
    def attempt() -> tuple[Course, EnrollmentRecord] | None:
        # A course change may write the record, too: each attempt reads both.
        found, record = store.load(caller.user_id, course_id)
        course = positions.require_lesson(caller, found, activity.lesson_id)
        before = positions.require_enrolled(caller, course, record)
        after = apply(before, activity, course.counted_ids, now)
        return (course, after) if after is before or store.save(before, after) else None

    course, record = retries.until_answer(attempt)
    if activity.seconds is not None:
        positions.report(store, caller, course_id, activity, retries, course=course)
    return _shown(store, record, course)


def _shown(store: ProgressStore, record: EnrollmentRecord, course: Course | None) -> dict[str, Any]:
    found = store.positions(record.user_id, record.course_id)
    return progress_view(record.with_positions(found), course)
