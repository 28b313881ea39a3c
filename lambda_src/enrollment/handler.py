"""HTTP side of the enrollment function: calls the rules for each operation and builds the response."""

from domain.addresses.store import AddressTable
from domain.audit_store import AuditTable
from domain.enrollments import rules as enrollments
from domain.enrollments import withdrawals
from domain.enrollments.model import PENDING
from domain.enrollments.views import enrollment_view
from domain.people.revocation_store import RevocationTable
from domain.positions.folding import fold
from domain.positions.store import PositionTable
from enrollment import roster_csv, roster_rows, roster_rules, rules
from enrollment.config import Config
from enrollment.contact_store import ContactTable
from enrollment.roster_rules import AuditContext
from enrollment.store import RosterTable
from toolkit import clock, openapi
from toolkit.config import load
from toolkit.cursor import Page
from toolkit.http import Request, Response, accepted, api_handler, created, no_content, ok, page
from toolkit.retries import Retries

config = load(Config)
trail = AuditTable(config.audit_table, config.audit_retention_days)
store = RosterTable(
    courses_table=config.courses_table,
    progress_table=config.course_progress_table,
    profiles_table=config.user_profiles_table,
    shards=config.roster_shards,
    audit=trail,
)
addresses = AddressTable(config.user_profiles_table)
contacts = ContactTable(
    profiles_table=config.user_profiles_table, progress_table=config.course_progress_table
)
positions = PositionTable(positions_table=config.positions_table, progress_table=config.course_progress_table)


def create_enrollment(request: Request) -> Response:
    """POST /enrollments."""
    record, is_new = enrollments.enroll(
        store, request.caller.user_id, request.body["courseId"], clock.now(), Retries()
    )
    location = f"/enrollments/{record.course_id}"
    if record.status == PENDING:
        return accepted(enrollment_view(record), location)
    if is_new:
        return created(enrollment_view(record), location)
    return ok(enrollment_view(record))


def list_enrollments(request: Request) -> Response:
    """GET /enrollments."""
    shown = rules.list_own(store, request.caller.user_id, request.query["limit"], request.query.get("cursor"))
    return page(Page([enrollment_view(record) for record in shown.items], shown.next_cursor))


def delete_enrollment(request: Request) -> Response:
    """DELETE /enrollments/{courseId}."""
    user_id, course_id, retries = request.caller.user_id, request.path["courseId"], Retries()
    withdrawals.withdraw(store, user_id, course_id, clock.now(), retries)
    fold(positions, user_id, course_id, retries)
    return no_content()


def list_roster(request: Request) -> Response:
    """GET /courses/{courseId}/roster: one page as JSON, or a longer page as CSV."""
    as_table = request.query["format"] == "csv"
    course_id = request.path["courseId"]
    shown = roster_rules.read(
        store,
        contacts,
        trail,
        _context(request),
        course_id,
        roster_csv.MOST_ROWS if as_table else request.query["limit"],
        request.query.get("cursor"),
        as_table=as_table,
    )
    return roster_csv.response(course_id, shown) if as_table else page(shown)


def enroll_in_roster(request: Request) -> Response:
    """POST /courses/{courseId}/roster."""
    in_json = request.media_type == openapi.JSON_TYPE
    return ok(
        roster_rules.add_people(
            store,
            addresses,
            trail,
            _context(request),
            request.path["courseId"],
            lambda: (
                roster_rows.from_emails(request.body["emails"])
                if in_json
                else roster_rows.from_table(request.body, request.charset, request.query.get("addressColumn"))
            ),
            dry_run=request.query["dryRun"] or (in_json and request.body.get("dryRun", False)),
        )
    )


def remove_from_roster(request: Request) -> Response:
    """DELETE /courses/{courseId}/roster/{userId}."""
    # Cognito's ids are lower case, and so are the ids of records.
    user_id, course_id = request.path["userId"].lower(), request.path["courseId"]
    roster_rules.remove(store, _context(request), course_id, user_id)
    fold(positions, user_id, course_id, Retries())
    return no_content()


def _context(request: Request) -> AuditContext:
    return AuditContext(request.caller, request.request_id)


handler = api_handler(
    config,
    {
        "createEnrollment": create_enrollment,
        "listEnrollments": list_enrollments,
        "deleteEnrollment": delete_enrollment,
        "listRoster": list_roster,
        "enrollRoster": enroll_in_roster,
        "removeFromRoster": remove_from_roster,
    },
    present_roles=RevocationTable(config.user_profiles_table),
)
