"""HTTP side of profiles, exports, erasures and roles. The rules stand in the modules beside this one."""

from domain.audit_store import AuditTable
from domain.people.erasure import Erasure
from domain.people.user_pool import SignIns
from profiles.administrators import Administrators, RegisterTable
from profiles.config import Config
from profiles.departure import Departures
from profiles.export import ExportSources, export_of
from profiles.roles import Roles
from profiles.rules import Profiles
from profiles.store import ProfileTable
from toolkit.config import load
from toolkit.http import Request, Response, api_handler, no_content, ok

_config = load(Config)
_table = ProfileTable(_config.user_profiles_table)
_sign_ins = SignIns(_config.user_pool_id)
_trail = AuditTable(_config.audit_table, _config.audit_retention_days)
_administrators = Administrators(RegisterTable(_config.user_profiles_table), _sign_ins)
_profiles = Profiles(_table)
_roles = Roles(_administrators, _sign_ins, _trail)
_departures = Departures(
    _table,
    _administrators,
    Erasure(
        profiles_table=_config.user_profiles_table,
        courses_table=_config.courses_table,
        progress_table=_config.course_progress_table,
        shards=_config.roster_shards,
        sign_ins=_sign_ins,
        trail=_trail,
    ),
)
_sources = ExportSources(
    courses_table=_config.courses_table,
    progress_table=_config.course_progress_table,
    audit_table=_config.audit_table,
    profiles_table=_config.user_profiles_table,
)


def _user_id(request: Request) -> str:
    # Cognito's ids are in small letters, but the user pool takes them in capitals too: so nobody has two names.
    return str(request.path["userId"]).lower()


def _get_profile(request: Request) -> Response:
    return ok(_profiles.get(request.caller).to_api())


def _update_profile(request: Request) -> Response:
    body = request.body
    return ok(_profiles.update(request.caller, body.get("displayName"), body.get("locale")).to_api())


def _export_profile(request: Request) -> Response:
    cursor = request.query.get("cursor")
    return ok(export_of(request.caller, _profiles, _sign_ins, _sources, _trail, request.request_id, cursor))


def _delete_profile(request: Request) -> Response:
    _departures.erase(request.caller, request.request_id)
    return no_content()


def _grant_role(request: Request) -> Response:
    _roles.grant(request.caller, _user_id(request), request.path["group"], request.request_id)
    return no_content()


def _revoke_role(request: Request) -> Response:
    _roles.revoke(request.caller, _user_id(request), request.path["group"], request.request_id)
    return no_content()


handler = api_handler(
    _config,
    {
        "getProfile": _get_profile,
        "updateProfile": _update_profile,
        "exportProfile": _export_profile,
        "deleteProfile": _delete_profile,
        "grantRole": _grant_role,
        "revokeRole": _revoke_role,
    },
)
