"""HTTP side of profiles, exports, erasures and roles.

The rules are in profiles.rules, profiles.export, profiles.self_erasure and profiles.roles.
"""

from domain.audit_store import AuditTable
from domain.people.revocation_store import RevocationTable
from domain.people.second_factor_store import SecondFactorTable
from domain.people.user_pool_store import CognitoUserPool
from profiles.administrators import Administrators
from profiles.config import Config
from profiles.export import Export
from profiles.export_store import ExportTables
from profiles.register_store import RegisterTable
from profiles.roles import Roles
from profiles.rules import Profiles
from profiles.self_erasure import SelfErasure
from profiles.store import ProfileTable
from toolkit.config import load
from toolkit.http import Request, Response, api_handler, no_content, ok

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
        audit_table=_config.audit_table,
        profiles_table=_config.user_profiles_table,
    ),
    _profiles,
    _user_pool,
    _trail,
)


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
    present_roles=_revocations,
)
