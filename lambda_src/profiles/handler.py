"""HTTP side of profiles, exports, erasures, roles, co-teachers, the search for people and the audit trail.

The rules are in profiles.rules, profiles.export, profiles.self_erasure, profiles.roles, profiles.staff_rules,
profiles.people_rules and profiles.trail_rules.
"""

from domain.addresses.store import AddressTable
from domain.audit_store import AuditTable
from domain.people.revocation_store import RevocationTable
from domain.people.second_factor_store import SecondFactorTable
from domain.people.user_pool_store import CognitoUserPool
from domain.staff_store import StaffTable
from profiles.address_lookup import AddressLookup
from profiles.administrators import Administrators
from profiles.config import Config
from profiles.export import Export
from profiles.export_store import ExportTables
from profiles.people_rules import PeopleSearch
from profiles.register_store import RegisterTable
from profiles.roles import Roles
from profiles.rules import Profiles
from profiles.self_erasure import SelfErasure
from profiles.staff_rules import Staff
from profiles.store import ProfileTable
from profiles.trail_rules import Trails
from profiles.trail_store import TrailTable
from toolkit.config import load
from toolkit.http import Request, Response, api_handler, no_content, ok, page

_config = load(Config)
_table = ProfileTable(_config.user_profiles_table)
_user_pool = CognitoUserPool(_config.user_pool_id)
_trail = AuditTable(_config.audit_table, _config.audit_retention_days)
_revocations = RevocationTable(_config.user_profiles_table)
_administrators = Administrators(RegisterTable(_config.user_profiles_table), _user_pool)
_profiles = Profiles(_table)
_roles = Roles(
    _administrators,
    _user_pool,
    _revocations,
    _trail,
    second_factors=(
        SecondFactorTable(_config.user_profiles_table) if _config.administrators_need_mfa else None
    ),
)
_self_erasure = SelfErasure(_table, _administrators, _user_pool)
_export = Export(
    ExportTables(
        courses_table=_config.courses_table,
        progress_table=_config.course_progress_table,
        positions_table=_config.positions_table,
        runtime_table=_config.runtime_table,
        audit_table=_config.audit_table,
        profiles_table=_config.user_profiles_table,
    ),
    _profiles,
    _user_pool,
    _trail,
)
_lookup = AddressLookup(AddressTable(_config.user_profiles_table), _user_pool)
_staff = Staff(
    StaffTable(_config.courses_table, profiles_table=_config.user_profiles_table, audit=_trail),
    _table,
    _user_pool,
    _lookup,
    _trail,
)
_search = PeopleSearch(_lookup, _table, _user_pool, _trail)
_trails = Trails(TrailTable(_config.audit_table, _config.courses_table), _user_pool, _trail)


def _user_id(request: Request) -> str:
    # Cognito's ids are lower case, but the user pool accepts capitals too. Lower-case the id, so that each person has
    # only one.
    return str(request.path["userId"]).lower()


def _get_profile(request: Request) -> Response:
    return ok(_profiles.get(request.caller).to_api())


def _update_profile(request: Request) -> Response:
    body = request.body
    return ok(_profiles.update(request.caller, body.get("displayName"), body.get("locale")).to_api())


def _export_profile(request: Request) -> Response:
    return ok(_export.document(request.caller, request.request_id, request.query.get("cursor")))


def _delete_profile(request: Request) -> Response:
    _self_erasure.erase(request.caller, request.request_id)
    return no_content()


def _grant_role(request: Request) -> Response:
    _roles.grant(request.caller, _user_id(request), request.path["group"], request.request_id)
    return no_content()


def _revoke_role(request: Request) -> Response:
    _roles.revoke(request.caller, _user_id(request), request.path["group"], request.request_id)
    return no_content()


def _list_staff(request: Request) -> Response:
    return ok({"items": _staff.shown(request.caller, request.path["courseId"])})


def _add_co_teacher_by_email(request: Request) -> Response:
    email, course_id = request.body["email"], request.path["courseId"]
    _staff.add_by_email(request.caller, course_id, email, request.request_id)
    return no_content()


def _add_co_teacher(request: Request) -> Response:
    _staff.add(request.caller, request.path["courseId"], _user_id(request), request.request_id)
    return no_content()


def _remove_co_teacher(request: Request) -> Response:
    _staff.remove(request.caller, request.path["courseId"], _user_id(request), request.request_id)
    return no_content()


def _find_users(request: Request) -> Response:
    return ok({"items": _search.by_email(request.caller, request.query["email"], request.request_id)})


def _list_course_audit(request: Request) -> Response:
    limit, cursor = request.query["limit"], request.query.get("cursor")
    course_id = request.path["courseId"]
    return page(_trails.of_course(request.caller, course_id, limit, cursor, request.request_id))


def _list_user_audit(request: Request) -> Response:
    limit, cursor = request.query["limit"], request.query.get("cursor")
    return page(_trails.of_person(request.caller, _user_id(request), limit, cursor, request.request_id))


handler = api_handler(
    _config,
    {
        "getProfile": _get_profile,
        "updateProfile": _update_profile,
        "exportProfile": _export_profile,
        "deleteProfile": _delete_profile,
        "grantRole": _grant_role,
        "revokeRole": _revoke_role,
        "listStaff": _list_staff,
        "addCoTeacherByEmail": _add_co_teacher_by_email,
        "addCoTeacher": _add_co_teacher,
        "removeCoTeacher": _remove_co_teacher,
        "findUsers": _find_users,
        "listCourseAudit": _list_course_audit,
        "listUserAudit": _list_user_audit,
    },
    present_roles=_revocations,
)
