"""HTTP side of the progress function: which operation answers which request."""

from typing import Any

from domain.people.revocation_store import RevocationTable
from progress import launches, positions, rules
from progress.activities import Activity, activity_of
from progress.config import Config
from progress.store import ProgressTable
from toolkit import clock
from toolkit.config import load
from toolkit.errors import BadRequest, FieldError
from toolkit.http import Request, Response, api_handler, no_content, ok
from toolkit.retries import Retries

config = load(Config)
store = ProgressTable(
    courses_table=config.courses_table,
    progress_table=config.course_progress_table,
    positions_table=config.positions_table,
    runtime_table=config.runtime_table,
    profiles_table=config.user_profiles_table,
)


def get_progress(request: Request) -> Response:
    """GET /progress/{courseId}."""
    return ok(rules.read(store, request.caller, request.path["courseId"]))


def update_lesson_progress(request: Request) -> Response:
    """PUT /progress/{courseId}/lessons/{lessonId}."""
    now = clock.now()
    activity = _activity(request, now)
    return ok(rules.update(store, request.caller, request.path["courseId"], activity, now, Retries()))


def report_position(request: Request) -> Response:
    """PUT /progress/{courseId}/lessons/{lessonId}/position."""
    activity = _activity(request, clock.now())
    positions.report(store, request.caller, request.path["courseId"], activity, Retries())
    return no_content()


def launch_lesson(request: Request) -> Response:
    """GET /courses/{courseId}/lessons/{lessonId}/runtime."""
    course_id, lesson_id = request.path["courseId"], request.path["lessonId"]
    return ok(launches.launch(store, request.caller, course_id, lesson_id, clock.now(), Retries()))


def save_runtime(request: Request) -> Response:
    """PUT /courses/{courseId}/lessons/{lessonId}/runtime."""
    course_id, lesson_id = request.path["courseId"], request.path["lessonId"]
    launches.save(store, request.caller, course_id, lesson_id, request.body, clock.now(), Retries())
    return no_content()


def _activity(request: Request, now: str) -> Activity:
    occurred_at, sent_at = _moment(request.body, "occurredAt"), _moment(request.body, "sentAt")
    return activity_of(request.path["lessonId"], occurred_at, sent_at, now, request.body)


def _moment(body: dict[str, Any], field: str) -> str | None:
    try:
        return clock.normalise(body[field]) if field in body else None
    except ValueError as error:
        fault = FieldError(field, "must be a date-time with an offset")
        raise BadRequest("The body is not valid.", errors=(fault,)) from error


handler = api_handler(
    config,
    {
        "getProgress": get_progress,
        "updateLessonProgress": update_lesson_progress,
        "reportPosition": report_position,
        "launchLesson": launch_lesson,
        "saveRuntime": save_runtime,
    },
    present_roles=RevocationTable(config.user_profiles_table),
)
