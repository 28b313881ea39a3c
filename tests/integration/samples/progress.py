"""Samples of what students do in lessons: progress, positions, and packages."""

from collections.abc import Callable
from typing import Any

from tests.integration.samples.context import WITH_PACKAGE, SampleContext
from tests.integration.samples.request import SampleRequest
from tests.integration.support.course_helpers import give_content


def updating_progress(body: Any, *, known: bool = True) -> Callable[[SampleContext], SampleRequest]:
    """An update of a lesson; `known`: after another one of the student."""

    def arrange(context: SampleContext) -> SampleRequest:
        course_id = context.course()
        give_content(context.owner, course_id, "film", "text")
        student = context.student(course_id)
        if known:
            student.put(f"/progress/{course_id}/lessons/film", {"positionSeconds": 1})
        return SampleRequest(student, {"courseId": course_id, "lessonId": "text"}, body)

    return arrange


def reporting_position(*, is_first: bool) -> Callable[[SampleContext], SampleRequest]:
    """A position in a lesson."""

    def arrange(context: SampleContext) -> SampleRequest:
        course_id = context.course()
        student = context.student(course_id)
        if not is_first:
            student.put(f"/progress/{course_id}/lessons/text", {"positionSeconds": 1})
        return SampleRequest(student, {"courseId": course_id, "lessonId": "text"}, {"positionSeconds": 7})

    return arrange


def launching(*, is_first: bool) -> Callable[[SampleContext], SampleRequest]:
    """Opening a package."""

    def arrange(context: SampleContext) -> SampleRequest:
        course_id = context.course(WITH_PACKAGE)
        student = context.student(course_id)
        if not is_first:
            student.get(f"/courses/{course_id}/lessons/text/runtime")
        return SampleRequest(student, {"courseId": course_id, "lessonId": "text"})

    return arrange


def saving_runtime(*, is_completed: bool) -> Callable[[SampleContext], SampleRequest]:
    """A save of a package."""

    def arrange(context: SampleContext) -> SampleRequest:
        course_id = context.course(WITH_PACKAGE)
        give_content(context.owner, course_id, "text")
        student = context.student(course_id)
        student.get(f"/courses/{course_id}/lessons/text/runtime")
        status = {"lesson_status": "completed" if is_completed else "incomplete"}
        # As large as a usual state of a course: it repeats itself, and so does what tools for authors write.
        model = {"cmi": {"core": status, "suspend_data": "2l9k0~4V1T0_visited;" * 200}}
        body = {"launch": 1, "sequence": 1, "model": model}
        return SampleRequest(student, {"courseId": course_id, "lessonId": "text"}, body)

    return arrange
