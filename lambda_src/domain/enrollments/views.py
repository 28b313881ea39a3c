"""What the API shows of a record in one course: the schemas `Enrollment` and `Progress`."""

from typing import Any

from domain.courses import Course
from domain.enrollments import results as reported
from domain.enrollments.model import EnrollmentRecord, ListedEnrollment


def enrollment_view(record: EnrollmentRecord | ListedEnrollment) -> dict[str, Any]:
    """The API schema `Enrollment`."""
    last = {} if record.last_lesson_id is None else {"lastLessonId": record.last_lesson_id}
    return {
        "userId": record.user_id,
        "courseId": record.course_id,
        "courseTitle": record.course_title,
        "status": record.status,
        "completionPercentage": record.percentage,
        "enrolledAt": record.enrolled_at,
        **last,
    }


def progress_view(record: EnrollmentRecord, course: Course | None) -> dict[str, Any]:
    """The API schema `Progress`, over the lessons that the course has now, in their order.

    Without a course, which the student may not see now, it is what is stored.
    """
    if course is None:
        lesson_ids = sorted(record.completed.union(record.positions, record.results))
    else:
        lesson_ids = [lesson.lesson_id for lesson in course.lessons]
        record = record.counted(course.counted_ids, course.scored_ids)
    counted = reported.without(record.results, record.uncounted)
    view: dict[str, Any] = {
        "userId": record.user_id,
        "courseId": record.course_id,
        "status": record.status,
        "completionPercentage": record.percentage,
        "completedLessons": [lesson_id for lesson_id in lesson_ids if lesson_id in record.completed],
        "positions": {
            lesson_id: record.positions[lesson_id].seconds
            for lesson_id in lesson_ids
            if lesson_id in record.positions
        },
        "enrolledAt": record.enrolled_at,
        "lastActivityAt": record.last_activity_at,
    }
    results = {each: counted[each].to_stored() for each in lesson_ids if each in counted}
    view |= {"results": results, "totalSeconds": record.total_seconds}
    if record.score is not None:
        view["score"] = record.score
    if record.completed_at is not None:
        view["completedAt"] = record.completed_at
    return view
