"""HTTP side of the catalogue: courses and lessons. The rules are in catalog.rules and catalog.lesson_rules."""

from collections.abc import Mapping
from typing import Any

from catalog.config import Config
from catalog.lesson_rules import LessonContent, Lessons
from catalog.lesson_store import LessonTable
from catalog.list_store import CourseListTable
from catalog.rules import Courses
from catalog.search_store import SearchTable
from domain import permissions
from domain.audit_store import AuditTable
from domain.courses import CourseSummary
from domain.people.revocation_store import RevocationTable
from toolkit import clock
from toolkit.config import load
from toolkit.cursor import Page
from toolkit.errors import BadRequest, FieldError
from toolkit.http import Request, Response, api_handler, created, no_content, ok, page

_config = load(Config)
_table = LessonTable(
    _config.courses_table,
    profiles_table=_config.user_profiles_table,
    audit=AuditTable(_config.audit_table, _config.audit_retention_days),
)
_lists = CourseListTable(_config.courses_table)
_courses = Courses(_table, _lists, SearchTable(_config.courses_table, _lists))
_lessons = Lessons(_table)


def _shown(request: Request, course: CourseSummary) -> dict[str, Any]:
    return course.to_editors() if permissions.may_edit(request.caller, course) else course.to_api()


def _with_stored_times(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with its times in the stored form, so that they can be compared as text."""
    fields = dict(body)
    for name in ("opensAt", "closesAt"):
        if fields.get(name) is not None:
            try:
                fields[name] = clock.normalise(fields[name])
            except ValueError as error:
                fault = FieldError(name, "must be a date-time with an offset")
                raise BadRequest("The body is not valid.", errors=(fault,)) from error
    return fields


def _list_courses(request: Request) -> Response:
    limit, cursor, owner = request.query["limit"], request.query.get("cursor"), request.query.get("owner")
    search = request.query.get("q")
    if owner is None:
        found = (
            _courses.list_published(limit, cursor)
            if search is None
            else _courses.search(search, limit, cursor)
        )
        return page(Page([course.to_api() for course in found.items], found.next_cursor))
    if search is not None:
        fault = FieldError("q", "searches published courses only, so it cannot be used with owner")
        raise BadRequest(f"The request is not valid: {fault.field} {fault.message}.", errors=(fault,))
    owned = _courses.list_owned(request.caller, owner, limit, cursor)
    return page(Page([_shown(request, course) for course in owned.items], owned.next_cursor))


def _create_course(request: Request) -> Response:
    course = _courses.create(request.caller, _with_stored_times(request.body))
    return created(_shown(request, course), f"/courses/{course.course_id}")


def _get_course(request: Request) -> Response:
    return ok(_shown(request, _courses.get(request.caller, request.path["courseId"])))


def _update_course(request: Request) -> Response:
    changes = _with_stored_times(request.body)
    version = changes.pop("version")
    course = _courses.update(
        request.caller, request.path["courseId"], version, changes, request_id=request.request_id
    )
    return ok(_shown(request, course))


def _put_lesson(request: Request) -> Response:
    content = LessonContent(
        title=request.body["title"],
        content_type=request.body["contentType"],
        premium=request.body["premium"],
        position=request.body["position"],
        section=request.body.get("section"),
        required=request.body.get("required", True),
        needs_storage=request.body.get("needsStorage", False),
    )
    lesson, is_new = _lessons.put(
        request.caller,
        request.path["courseId"],
        request.path["lessonId"],
        content,
        request.body.get("version"),
    )
    return Response(201 if is_new else 200, lesson.to_api())


def _delete_lesson(request: Request) -> Response:
    _lessons.delete(request.caller, request.path["courseId"], request.path["lessonId"])
    return no_content()


handler = api_handler(
    _config,
    {
        "listCourses": _list_courses,
        "createCourse": _create_course,
        "getCourse": _get_course,
        "updateCourse": _update_course,
        "putLesson": _put_lesson,
        "deleteLesson": _delete_lesson,
    },
    present_roles=RevocationTable(_config.user_profiles_table),
)
