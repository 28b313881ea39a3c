"""HTTP side of the catalogue: courses and lessons. The rules stand in catalog.rules."""

from typing import Any

from catalog.config import Config
from catalog.lists import CourseLists
from catalog.rules import Catalog, LessonContent
from catalog.store import CourseTable
from domain import permissions
from domain.audit_store import AuditTable
from domain.courses import Course
from toolkit.config import load
from toolkit.cursor import Page
from toolkit.http import Request, Response, api_handler, created, no_content, ok, page

_config = load(Config)
_catalog = Catalog(
    CourseTable(
        _config.courses_table,
        profiles_table=_config.user_profiles_table,
        audit=AuditTable(_config.audit_table, _config.audit_retention_days),
    ),
    CourseLists(_config.courses_table),
)


def _shown(request: Request, course: Course) -> dict[str, Any]:
    return course.to_editors() if permissions.may_edit(request.caller, course) else course.to_api()


def _list_courses(request: Request) -> Response:
    limit, cursor, owner = request.query["limit"], request.query.get("cursor"), request.query.get("owner")
    if owner is None:
        courses, next_cursor = _catalog.list_published(limit, cursor)
        return page(Page([course.to_api() for course in courses], next_cursor))
    courses, next_cursor = _catalog.list_owned(request.caller, owner, limit, cursor)
    return page(Page([_shown(request, course) for course in courses], next_cursor))


def _create_course(request: Request) -> Response:
    course = _catalog.create(request.caller, request.body)
    return created(_shown(request, course), f"/courses/{course.course_id}")


def _get_course(request: Request) -> Response:
    return ok(_shown(request, _catalog.get(request.caller, request.path["courseId"])))


def _update_course(request: Request) -> Response:
    body = dict(request.body)
    version = body.pop("version")
    course = _catalog.update(
        request.caller, request.path["courseId"], version, body, request_id=request.request_id
    )
    return ok(_shown(request, course))


def _put_lesson(request: Request) -> Response:
    content = LessonContent(
        title=request.body["title"],
        content_type=request.body["contentType"],
        premium=request.body["premium"],
        position=request.body["position"],
    )
    lesson, is_new = _catalog.put_lesson(
        request.caller,
        request.path["courseId"],
        request.path["lessonId"],
        content,
        request.body.get("version"),
    )
    return Response(201 if is_new else 200, lesson.to_api())


def _delete_lesson(request: Request) -> Response:
    _catalog.delete_lesson(request.caller, request.path["courseId"], request.path["lessonId"])
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
)
