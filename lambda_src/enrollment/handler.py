"""HTTP side of the enrollment function: which operation answers which request, and with what status."""

from domain.audit_store import AuditTable
from domain.people.address_store import AddressTable
from enrollment import export, rosters, rows, rules
from enrollment.config import Config
from enrollment.people import People
from enrollment.store import EnrollmentTable
from toolkit import openapi
from toolkit.config import load
from toolkit.http import Request, Response, api_handler, created, no_content, ok, page

config = load(Config)
table = EnrollmentTable(
    courses_table=config.courses_table,
    progress_table=config.course_progress_table,
    profiles_table=config.user_profiles_table,
    shards=config.roster_shards,
)
addresses = AddressTable(config.user_profiles_table)
people = People(config.user_profiles_table)
trail = AuditTable(config.audit_table, config.audit_retention_days)


def create_enrollment(request: Request) -> Response:
    """POST /enrollments."""
    enrollment, is_new = rules.enroll(table, request.caller, request.body["courseId"])
    if is_new:
        return created(enrollment, f"/enrollments/{enrollment['courseId']}")
    return ok(enrollment)


def list_enrollments(request: Request) -> Response:
    """GET /enrollments."""
    shown = rules.list_own(table, request.caller, request.query["limit"], request.query.get("cursor"))
    return page(shown)


def delete_enrollment(request: Request) -> Response:
    """DELETE /enrollments/{courseId}."""
    rules.withdraw(table, request.caller, request.path["courseId"])
    return no_content()


def list_roster(request: Request) -> Response:
    """GET /courses/{courseId}/roster; one page of it as JSON, or a longer one as a table."""
    as_table = request.query["format"] == "csv"
    course_id = request.path["courseId"]
    shown = rosters.read(
        table,
        people,
        trail,
        _visit(request),
        course_id,
        export.MOST_ROWS if as_table else request.query["limit"],
        request.query.get("cursor"),
        as_table=as_table,
    )
    if as_table:
        return export.response(course_id, shown.items, shown.next_cursor)
    return page(shown)


def enroll_in_roster(request: Request) -> Response:
    """POST /courses/{courseId}/roster."""
    in_json = request.media_type == openapi.JSON_TYPE
    return ok(
        rosters.enroll(
            table,
            addresses,
            trail,
            _visit(request),
            request.path["courseId"],
            lambda: rows.from_emails(request.body["emails"]) if in_json else rows.from_csv(request.body),
            dry_run=request.query["dryRun"] or (in_json and request.body.get("dryRun", False)),
        )
    )


def _visit(request: Request) -> rosters.Visit:
    return rosters.Visit(request.caller, request.request_id)


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
