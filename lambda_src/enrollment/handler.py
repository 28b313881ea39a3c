"""HTTP side of the enrollment function: which operation answers which request, and with what status."""

from enrollment import export, operations, rows
from enrollment.bulk import enroll_roster
from enrollment.config import Config
from enrollment.people import People
from enrollment.table import EnrollmentTable
from shared import api, audit, cohorts, courses, patience, permissions
from shared.addresses import Addresses
from shared.audit import AuditTrail
from shared.config import load
from shared.courses import Course
from shared.http import Request, Response, api_handler, created, no_content, ok, page

config = load(Config)
table = EnrollmentTable(
    courses_table=config.courses_table,
    progress_table=config.course_progress_table,
    profiles_table=config.user_profiles_table,
    shards=config.roster_shards,
)
addresses = Addresses(config.user_profiles_table)
people = People(config.user_profiles_table)
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
    """GET /courses/{courseId}/roster; one page of it as JSON, or a longer one as a table."""
    course = _editable_course(request)
    as_table = request.query["format"] == "csv"
    _record(audit.ROSTER_EXPORTED if as_table else audit.ROSTER_READ, course, request)
    limit = export.MOST_ROWS if as_table else request.query["limit"]
    shown = operations.with_contacts(
        people,
        operations.read_roster(table, request.caller, course, limit, request.query.get("cursor")),
    )
    if as_table:
        return export.response(course.course_id, shown.items, shown.next_cursor)
    return page(shown.items, shown.next_cursor)


def enroll_in_roster(request: Request) -> Response:
    """POST /courses/{courseId}/roster."""
    course = _editable_course(request)
    in_json = request.media_type == api.JSON_TYPE
    named = rows.from_emails(request.body["emails"]) if in_json else rows.from_csv(request.body)
    dry_run = request.query["dryRun"] or (in_json and request.body.get("dryRun", False))
    cohorts.require_published(course)
    _record(audit.ROSTER_ENROLLED, course, request, rows=len(named), dryRun=str(dry_run).lower())
    tries = patience.shared_attempts()
    return ok(enroll_roster(table, addresses, course.course_id, named, tries, dry_run=dry_run))


def _editable_course(request: Request) -> Course:
    return permissions.require_editable(
        request.caller, courses.find(config.courses_table, request.path["courseId"])
    )


def _record(action: str, course: Course, request: Request, **details: str | int) -> None:
    trail.record(
        action,
        by=request.caller.user_id,
        on=audit.course(course.course_id),
        request_id=request.request_id,
        details=details,
    )


handler = api_handler(
    config,
    {
        "createEnrollment": create_enrollment,
        "listEnrollments": list_enrollments,
        "deleteEnrollment": delete_enrollment,
        "listRoster": list_roster,
        "enrollRoster": enroll_in_roster,
    },
)
