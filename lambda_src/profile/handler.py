"""HTTP side of profiles and roles. The rules stand in profile.operations."""

from profile.config import Config
from profile.operations import Profiles
from profile.table import Profile, ProfileTable
from shared.config import load
from shared.http import Request, Response, api_handler, not_implemented, ok

_config = load(Config)
_profiles = Profiles(ProfileTable(_config.user_profiles_table))


def _get_profile(request: Request) -> Response:
    return ok(_shown(_profiles.get(request.caller)))


def _update_profile(request: Request) -> Response:
    body = request.body
    return ok(_shown(_profiles.update(request.caller, body.get("displayName"), body.get("locale"))))


def _shown(profile: Profile) -> dict[str, str]:
    return {
        "userId": profile.user_id,
        "email": profile.email,
        "displayName": profile.display_name,
        "locale": profile.locale,
        "createdAt": profile.created_at,
        "updatedAt": profile.updated_at,
    }


handler = api_handler(
    _config,
    {
        "getProfile": _get_profile,
        "updateProfile": _update_profile,
        "exportProfile": not_implemented,
        "deleteProfile": not_implemented,
        "grantRole": not_implemented,
        "revokeRole": not_implemented,
    },
)
