"""The rules of run-time data: what an interactive package saves of a student, and what follows for the progress.

* To open a package is a launch. Each launch has a number, and only the latest one may save. So of two devices, the one
  that opened the package last goes on, and the other one is told.
* Only an interactive lesson is opened: a package, or one HTML file. Without a launch nothing is saved, so no other
  lesson holds a state, and none gets a score.
* Each save of a launch has a sequence. One that is late or repeated changes nothing.
* A package that says it is completed completes its lesson, by the rule of all completions (progress.rules.apply).
* The best score and the longest time that a package has reported are kept in the student's record, for rosters. They
  never go back. The time is written at a launch, with each change of score or completion, and else once it has grown by
  TIME_STEP_SECONDS, since a save every few seconds must not write the record as well.

Only the first launch is written in a transaction that checks the enrolment and the tombstone. A later one, and a save,
need the item of the first one, which an erasure deletes. A withdrawn student may not save: each save reads the record.
A save is also stored if the lesson was removed or the course became a draft again, so that nothing is lost; it then
completes nothing.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

from domain.content_paths import INTERACTIVE
from domain.courses import Course
from domain.enrollments.model import EnrollmentRecord
from domain.enrollments.results import Result
from domain.permissions import RecentCourses, may_see, recent_course
from domain.runtime.model import NOTHING_SAVED, Runtime, pack
from progress import positions, rules
from progress.activities import Activity
from progress.package_status import PackageStatus, status_of
from toolkit.caller import Caller
from toolkit.errors import Conflict, NotFound
from toolkit.retries import Retries

TIME_STEP_SECONDS = 60

_OPENED_ELSEWHERE = (
    "This launch is not the latest one of the lesson. Read the run-time data again to begin a new one."
)
_NOT_INTERACTIVE = "This lesson has no run-time data: it is not interactive."


class LaunchStore(RecentCourses, Protocol):
    """What the rules need of the database."""

    def load(self, user_id: str, course_id: str) -> tuple[Course | None, EnrollmentRecord | None]:
        """The course and the student's record as they are now."""

    def record(self, user_id: str, course_id: str) -> EnrollmentRecord | None:
        """The student's record as it is now."""

    def save(self, before: EnrollmentRecord, after: EnrollmentRecord) -> bool:
        """Write what has changed in a record; False if the stored record has changed since `before` was read."""

    def launch(self, user_id: str, course_id: str, lesson_id: str) -> Runtime | None:
        """Begin the next launch of a lesson; None if there was none before."""

    def begin_launches(self, record: EnrollmentRecord, first: Runtime) -> bool:
        """Store the first launch of a lesson. False if there is one by now, or if the record has changed.

        Raises:
            Erased: the student is being or has been erased.
        """

    def save_runtime(self, saved: Runtime) -> bool | None:
        """Store what a launch has saved. True if it is stored, also if it was before; False if a later save is stored;
        None if it is not the latest launch."""


def launch(
    store: LaunchStore, caller: Caller, course_id: str, lesson_id: str, now: str, retries: Retries
) -> dict[str, Any]:
    """Begin a launch of a lesson: its number, and the model that was saved last.

    Raises:
        NotFound: there is no such course for this caller, or no such lesson in it, or it is not interactive.
        Forbidden: the caller is not enrolled.
        Erased: the caller is being or has been erased.
        RetriesExhausted: too many writes of the record at once.
    """
    launched: Runtime | None = None

    def attempt() -> Runtime | None:
        nonlocal launched
        found, record = store.load(caller.user_id, course_id)
        course = positions.require_lesson(caller, found, lesson_id)
        before = positions.require_enrolled(caller, course, record)
        if course.require_lesson(lesson_id).content_type != INTERACTIVE:
            raise NotFound(_NOT_INTERACTIVE)
        launched = launched or store.launch(caller.user_id, course_id, lesson_id)
        if launched is None:
            first = Runtime(caller.user_id, course_id, lesson_id, 1, NOTHING_SAVED, pack({}), now)
            return first if store.begin_launches(before, first) else None
        status = status_of(launched.model)
        after = _noted(_completed(before, course, lesson_id, status, now), lesson_id, status, time_step=1)
        activity_at, last_lesson_id = after.latest(lesson_id, now)
        after = after.changed(activity_at=activity_at, last_lesson_id=last_lesson_id)
        return launched if store.save(before, after) else None

    return retries.until_answer(attempt).to_api()


def save(
    store: LaunchStore,
    caller: Caller,
    course_id: str,
    lesson_id: str,
    body: Mapping[str, Any],
    now: str,
    retries: Retries,
) -> None:
    """Store what a launch has saved, unless a later save of it is stored.

    Raises:
        BadRequest, TooLarge: the model cannot be stored.
        NotFound: the caller is not enrolled, and there is no such course for this caller.
        Forbidden: the caller is not enrolled.
        Conflict: it is not the latest launch of the lesson, or there is none.
        RetriesExhausted: too many writes of the record at once.
    """
    model = body["model"]
    saved = Runtime(caller.user_id, course_id, lesson_id, body["launch"], body["sequence"], pack(model), now)
    record = store.record(caller.user_id, course_id)
    if record is None or not record.is_enrolled:
        course = recent_course(store, course_id, partial(may_see, caller))
        positions.require_enrolled(caller, course, record)
    is_stored = store.save_runtime(saved)
    if is_stored is None:
        raise Conflict(_OPENED_ELSEWHERE, code="other-launch")
    if is_stored:
        _follow(store, caller, record, saved, status_of(model), retries)


def _follow(
    store: LaunchStore,
    caller: Caller,
    record: EnrollmentRecord | None,
    saved: Runtime,
    status: PackageStatus,
    retries: Retries,
) -> None:
    """Write into the record what follows from a save. A repeated save does what the first one may have left."""
    lesson_id = saved.lesson_id

    def attempt() -> bool | None:
        nonlocal record
        before, course = record, None
        record = None
        if before is None:
            before = store.record(saved.user_id, saved.course_id)
        if before is not None and status.is_completed and lesson_id not in before.completed:
            course, before = store.load(saved.user_id, saved.course_id)
        if before is None or not before.is_enrolled:
            return True
        after = before
        if course is not None and course.lesson(lesson_id) is not None and may_see(caller, course):
            after = _completed(before, course, lesson_id, status, saved.saved_at)
        after = _noted(after, lesson_id, status, time_step=1 if after is not before else TIME_STEP_SECONDS)
        return True if after is before else store.save(before, after) or None

    retries.until_answer(attempt)


def _completed(
    record: EnrollmentRecord, course: Course, lesson_id: str, status: PackageStatus, now: str
) -> EnrollmentRecord:
    """The record with the lesson completed, if its package is."""
    package = course.require_lesson(lesson_id).package or {}
    if not status.is_completed or status.parts < package.get("parts", 1) or lesson_id in record.completed:
        return record
    return rules.apply(record, Activity(lesson_id, now, completed=True), course.counted_ids, now)


def _noted(
    record: EnrollmentRecord, lesson_id: str, status: PackageStatus, *, time_step: int
) -> EnrollmentRecord:
    """The record with the best score and the longest time; the same object if they are in it, or if only the time has
    grown, and by less than a step."""
    known = record.results.get(lesson_id, Result())
    scores = [score for score in (known.score, status.score) if score is not None]
    best = Result(max(scores, default=None), max(known.seconds, status.seconds))
    if best.score == known.score and best.seconds < known.seconds + time_step:
        return record
    return record.changed(results={**record.results, lesson_id: best})
