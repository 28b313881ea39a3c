"""The rules of progress: what an update does to a student's record. Updates may arrive in any order.

* Each lesson's resume position is that of the latest `occurredAt`; of two with the same time, the further one.
  A time after the server's time counts as the server's time: otherwise a device whose clock is wrong could block
  the position for ever. A device whose clock is slow would lose its positions, so it can send what its clock says
  now (`sentAt`): then only how old the position is counts, and the server's clock says the time.
* Completed lessons are a set that only grows; `completed: false` changes nothing.
* The percentage follows from the set and the course's lessons (domain.enrollments.model). The course is
  completed, once, by the update that completes the last open lesson; the time is the server's.

So the same updates, in any order, any number of times and from any number of devices, end in the
same record. Enrolled students keep their progress when a course is archived or becomes a draft again. Of a draft they
read the progress as it was last stored, and no lesson can be moved in or completed: an answer must not tell which
lessons a draft has. Other callers learn that they are not enrolled (Forbidden) only if they may know that the course
exists.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from domain.courses import Course
from domain.enrollments.model import (
    COMPLETED,
    NOT_ENROLLED,
    EnrollmentRecord,
    Position,
    percentage_of,
    progress_view,
)
from domain.permissions import NO_SUCH_COURSE, may_see
from toolkit import clock
from toolkit.caller import Caller
from toolkit.errors import BadRequest, FieldError, Forbidden, NotFound
from toolkit.retries import Retries

# A device corrects its clock by that much without notice, and between two requests of one page.
_CLOCK_JUMP = timedelta(seconds=10)
# An older position is no queue of a device that was offline, but two clocks: one before and one after it was set.
_OLDEST = timedelta(days=366)
NO_SUCH_LESSON = "There is no such lesson in this course."


@dataclass(frozen=True)
class Activity:
    """What a device reports about one lesson: the time, the second of playback, and whether the lesson is completed."""

    lesson_id: str
    at: str
    seconds: int | None = None
    completed: bool = False


@dataclass(frozen=True)
class Refused:
    """A write was refused; `record` is the stored record, None if there is none or it is not known.

    `outcome_known` is False if another write was in progress, so that the stored record is not known.
    """

    record: EnrollmentRecord | None
    outcome_known: bool = True


class ProgressStore(Protocol):
    """What the rules need of the database."""

    def cached_course(self, course_id: str) -> Course | None:
        """The course, perhaps a few seconds old."""

    def course(self, course_id: str) -> Course | None:
        """The course as it is now."""

    def load(self, user_id: str, course_id: str) -> tuple[Course | None, EnrollmentRecord | None]:
        """The course and the student's record as they are now."""

    def move(
        self, user_id: str, course_id: str, lesson_id: str, position: Position
    ) -> EnrollmentRecord | Refused:
        """Set an enrolled student's position in a lesson if it is newer than the stored one."""

    def save(self, before: EnrollmentRecord, after: EnrollmentRecord) -> Refused | None:
        """Write what an activity changed, if the stored record has not changed since `before` was read."""


def activity_of(
    lesson_id: str, occurred_at: str | None, sent_at: str | None, now: str, body: dict[str, Any]
) -> Activity:
    """The activity in a request; its time is never after `now`.

    Args:
        lesson_id: the lesson.
        occurred_at: when it happened by the clock of the device, in stored form.
        sent_at: when the device sent it by the same clock, in stored form.
        now: the server's time.
        body: the request's body.

    Raises:
        BadRequest: by the device's clock it happened after it was sent, or more than a year before.
    """
    if occurred_at is None:
        at = now
    elif sent_at is None:
        at = min(occurred_at, now)
    else:
        at = min(_by_our_clock(occurred_at, sent_at, now), now)
    return Activity(lesson_id, at, body.get("positionSeconds"), body.get("completed", False))


def _by_our_clock(occurred_at: str, sent_at: str, now: str) -> str:
    """`now` less the age that an activity had when the device sent it."""
    age = datetime.fromisoformat(sent_at) - datetime.fromisoformat(occurred_at)
    if age < -_CLOCK_JUMP:
        fault = "must not be later than sentAt"
    elif age > _OLDEST:
        fault = f"must not be more than {_OLDEST.days} days before sentAt"
    else:
        return clock.to_text(datetime.fromisoformat(now) - age)
    raise BadRequest(f"The body is not valid: occurredAt {fault}.", errors=(FieldError("occurredAt", fault),))


def apply(
    record: EnrollmentRecord, activity: Activity, lesson_ids: frozenset[str], now: str
) -> EnrollmentRecord:
    """The record after an activity; the same object if the activity adds nothing.

    Args:
        record: the record of an enrolled student.
        activity: an activity in one of the course's lessons.
        lesson_ids: all lessons of the course.
        now: the server's time.
    """
    if activity.seconds is None and not activity.completed:
        return record  # it reports nothing new
    positions = dict(record.positions)
    if activity.seconds is not None:
        reported = Position(activity.at, activity.seconds)
        positions[activity.lesson_id] = max(reported, positions.get(activity.lesson_id, reported))
    completed = record.completed | {activity.lesson_id} if activity.completed else record.completed
    percentage = percentage_of(completed, lesson_ids)
    is_done = record.completed_at is not None or percentage == 100
    changes: dict[str, Any] = {
        "positions": positions,
        "completed": completed,
        "percentage": percentage,
        "activity_at": max(record.activity_at, activity.at),
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
        Forbidden: the caller is not enrolled.
    """
    course, record = store.load(caller.user_id, course_id)
    if course is None or record is None or not record.is_enrolled:
        raise _not_enrolled(caller, course)
    return progress_view(record, course if may_see(caller, course) else None)


def update(
    store: ProgressStore, caller: Caller, course_id: str, activity: Activity, now: str, retries: Retries
) -> dict[str, Any]:
    """Record an activity and return the caller's Progress after it.

    Raises:
        NotFound: there is no such course for this caller, or no such lesson in it.
        Forbidden: the caller is not enrolled.
        RetriesExhausted: too many writes of the record at once.
    """
    if activity.seconds is not None and not activity.completed:
        return _move(store, caller, course_id, activity, retries)
    return _complete(store, caller, course_id, activity, now, retries)


def _move(
    store: ProgressStore, caller: Caller, course_id: str, activity: Activity, retries: Retries
) -> dict[str, Any]:
    course = store.cached_course(course_id)
    if course is not None and (activity.lesson_id not in course.lesson_ids or not may_see(caller, course)):
        # The lesson may have been added, or the course published, after the copy of the course was read.
        course = store.course(course_id)
    course = _require_lesson(caller, course, activity.lesson_id)
    position = Position(activity.at, activity.seconds or 0)

    def attempt() -> dict[str, Any] | None:
        outcome = store.move(caller.user_id, course_id, activity.lesson_id, position)
        if isinstance(outcome, Refused) and not outcome.outcome_known:
            return None
        # A refused position was older than the stored one: the stored record is the right answer.
        record = outcome.record if isinstance(outcome, Refused) else outcome
        if record is None or not record.is_enrolled:
            raise _not_enrolled(caller, course)
        return progress_view(record, course)

    return retries.until_answer(attempt)


def _complete(
    store: ProgressStore, caller: Caller, course_id: str, activity: Activity, now: str, retries: Retries
) -> dict[str, Any]:
    found, record = store.load(caller.user_id, course_id)
    course = _require_lesson(caller, found, activity.lesson_id)

    def attempt() -> dict[str, Any] | None:
        nonlocal course, record
        if record is None or not record.is_enrolled:
            raise _not_enrolled(caller, course)
        after = apply(record, activity, course.lesson_ids, now)
        refused = store.save(record, after) if after is not record else None
        if refused is None:
            return progress_view(after, course)
        # A course change may have written the record, too: read both again.
        found, record = store.load(caller.user_id, course_id)
        course = _require_lesson(caller, found, activity.lesson_id)
        return None

    return retries.until_answer(attempt)


def _require_lesson(caller: Caller, course: Course | None, lesson_id: str) -> Course:
    if course is None or not may_see(caller, course):
        raise NotFound(NO_SUCH_COURSE)
    if lesson_id not in course.lesson_ids:
        raise NotFound(NO_SUCH_LESSON)
    return course


def _not_enrolled(caller: Caller, course: Course | None) -> NotFound | Forbidden:
    if course is None or not may_see(caller, course):
        return NotFound(NO_SUCH_COURSE)
    return Forbidden(NOT_ENROLLED)
