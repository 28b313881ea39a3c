"""The rules of resume positions: where a student continues a lesson.

Of two positions of a lesson, that of the later time counts; of two with the same time, the further one. So the same
reports, in any order, any number of times and from any number of devices, end in the same position.

Most requests of the platform are these reports, so the usual one is a single write: the position exists and gets newer.
That it exists proves that the lesson existed and the student was enrolled when it was made. A withdrawal and an
erasure remove it (domain.positions.folding, domain.people.erasure). Only the first position of a lesson reads the
course and the record, and is written in a transaction that checks both the enrolment and the tombstone: so nothing
comes back after a withdrawal or an erasure. A lesson that was removed later, or whose course is a draft again, may
still get newer positions. They show nothing of the course, and nobody sees them until the lesson is back.
"""

from typing import Protocol

from domain.courses import Course
from domain.enrollments.model import NOT_ENROLLED, PENDING, WAITLISTED, EnrollmentRecord, Position
from domain.permissions import NO_SUCH_COURSE, RecentCourses, may_see, recent_course
from progress.activities import Activity
from toolkit.caller import Caller
from toolkit.errors import Forbidden, NotFound
from toolkit.retries import Retries

NO_SUCH_LESSON = "There is no such lesson in this course."
_WAITING_CODES = {PENDING: "enrollment-pending", WAITLISTED: "enrollment-waitlisted"}


class PositionStore(RecentCourses, Protocol):
    """What the rules need of the database."""

    def record(self, user_id: str, course_id: str) -> EnrollmentRecord | None:
        """The student's record as it is now."""

    def advance(self, user_id: str, course_id: str, lesson_id: str, position: Position) -> bool:
        """Replace a stored position unless it is newer or further; returns whether there is a stored one."""

    def begin(self, record: EnrollmentRecord, lesson_id: str, position: Position) -> bool:
        """Store the first position of a lesson. False if there is one by now, or if the record has changed.

        Raises:
            Erased: the student is being or has been erased.
        """


def report(
    store: PositionStore,
    caller: Caller,
    course_id: str,
    activity: Activity,
    retries: Retries,
    *,
    course: Course | None = None,
) -> None:
    """Store a position unless the stored one is newer. `course` is the course, if it was checked already.

    Raises:
        NotFound: a first position, and there is no such course for this caller, or no such lesson in it.
        Forbidden: a first position, and the caller is not enrolled.
        Erased: a first position, and the caller is being or has been erased.
        RetriesExhausted: too many writes of the record at once.
    """
    lesson_id, position = activity.lesson_id, Position(activity.at, activity.seconds or 0)

    def attempt() -> bool | None:
        if store.advance(caller.user_id, course_id, lesson_id, position):
            return True
        checked = course or course_with_lesson(store, caller, course_id, lesson_id)
        record = require_enrolled(caller, checked, store.record(caller.user_id, course_id))
        # A former version stored positions in the record, and a withdrawal leaves them there.
        kept = record.positions.get(lesson_id)
        if kept is not None and kept >= position:
            return True
        return store.begin(record, lesson_id, position) or None

    retries.until_answer(attempt)


def course_with_lesson(store: PositionStore, caller: Caller, course_id: str, lesson_id: str) -> Course:
    """The course of a lesson, perhaps a few seconds old; before the caller is refused by an old one, it is read again.

    Raises:
        NotFound: there is no such course for this caller, or no such lesson in it.
    """
    found = recent_course(
        store, course_id, lambda course: lesson_id in course.lesson_ids and may_see(caller, course)
    )
    return require_lesson(caller, found, lesson_id)


def require_lesson(caller: Caller, course: Course | None, lesson_id: str) -> Course:
    """The course, if the caller may see it and it has the lesson.

    Raises:
        NotFound: one of both is not so.
    """
    if course is None or not may_see(caller, course):
        raise NotFound(NO_SUCH_COURSE)
    if lesson_id not in course.lesson_ids:
        raise NotFound(NO_SUCH_LESSON)
    return course


def require_enrolled(
    caller: Caller, course: Course | None, record: EnrollmentRecord | None
) -> EnrollmentRecord:
    """The record, if it is that of an enrolled student.

    Raises:
        NotFound: it is not, and the caller may not know that the course exists.
        Forbidden: it is not. The code tells a student who waits from others, so that the portal's page of a course
            needs no further request.
    """
    if record is not None and record.is_enrolled:
        return record
    if course is None or not may_see(caller, course):
        raise NotFound(NO_SUCH_COURSE)
    raise Forbidden(NOT_ENROLLED, code=None if record is None else _WAITING_CODES.get(record.status))
