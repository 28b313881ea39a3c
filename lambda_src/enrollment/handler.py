"""HTTP side of the enrollment function: which operation answers which request, and with what status."""

from enrollment import operations
from enrollment.config import Config
from enrollment.table import EnrollmentTable
from shared import audit, courses, permissions
from shared.audit import AuditTrail
from shared.config import load
from shared.errors import NotImplementedYet
from shared.http import Request, Response, api_handler, created, no_content, not_implemented, ok, page

config = load(Config)
table = EnrollmentTable(
    courses_table=config.courses_table,
    progress_table=config.course_progress_table,
    profiles_table=config.user_profiles_table,
    shards=config.roster_shards,
)
trail = AuditTrail(config.audit_table, config.audit_retention_days)


def create_enrollment(request: Request) -> Response:
    """POST /enrollments."""
    enrollment, is_new = operations.enroll(table, request.caller, request.body["courseId"])
    if is_new:
        return created(enrollment, f"/enrollments/{enrollment['courseId']}")
    return ok(enrollment)


def list_enrollments(request: Request) -> Response:
    """GET /enrollments."""
    shown = operations.list_own(table, request.caller, request.query["limit"], request.query.get("cursor"))
    return page(shown.items, shown.next_cursor)


def delete_enrollment(request: Request) -> Response:
    """DELETE /enrollments/{courseId}."""
    operations.withdraw(table, request.caller, request.path["courseId"])
    return no_content()


def list_roster(request: Request) -> Response:
    """GET /courses/{courseId}/roster."""
    if request.query["format"] != "json":
        raise NotImplementedYet("Only JSON is available yet.")
    course = permissions.require_editable(
        request.caller, courses.find(config.courses_table, request.path["courseId"])
    )
    trail.record(
        audit.ROSTER_READ,
        by=request.caller.user_id,
        on=audit.course(course.course_id),
        request_id=request.request_id,
    )
    shown = operations.read_roster(
        table, request.caller, course, request.query["limit"], request.query.get("cursor")
    )
    return page(shown.items, shown.next_cursor)


handler = api_handler(
    config,
    {
        "createEnrollment": create_enrollment,
        "listEnrollments": list_enrollments,
        "deleteEnrollment": delete_enrollment,
        "listRoster": list_roster,
        "enrollRoster": not_implemented,
    },
)
