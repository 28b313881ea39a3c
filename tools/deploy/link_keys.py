"""Whether a deployment changes the keys of premium links in steps, so that no valid link breaks.

CloudFront needs minutes before every location knows a new key of a key group. So a key is replaced in one deployment
and signs from the next one on. An environment that still signs with an RSA key leaves it in two deployments too:
docs/operations.md.
"""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from education.errors import UserError
from education.naming import EDGE_REGION, FORMER_SIGNING_KEY, LINK_KEY, Names
from education.settings.model import EnvironmentSettings
from tools.deploy.key_quota import GROUPS, KEYS, names_of
from tools.support.account import client

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient


def problem(settings: EnvironmentSettings, cloudfront: "CloudFrontClient") -> str:
    """Why links would break; "" where none would."""
    suffix, content = settings.environment_suffix, settings.content
    names = Names(suffix)
    groups = set(names_of(cloudfront, GROUPS))
    if names.of(f"{LINK_KEY}s") not in groups:
        if names.of(f"{FORMER_SIGNING_KEY}s") in groups and not content.former_signing_keys:
            return (
                f"{suffix} still signs premium links with an RSA key: set content.former_signing_keys = true for one "
                'deployment (docs/operations.md, "Leave the RSA keys"). An environment of a pull request: '
                f"make dispose ENV={suffix}, then deploy it anew; nothing was changed."
            )
        return ""
    slot = content.signing_keys.active
    prefix = names.link_key_prefix(slot, content.signing_keys.generation(slot))
    if any(name.startswith(prefix) for name in names_of(cloudfront, KEYS)):
        return ""
    return (
        f"content.signing_keys would sign with a key that CloudFront does not know yet (slot {slot}): deploy a new key "
        "for the slot that does not sign, and let it sign in the next deployment; nothing was changed."
    )


def refuse_in_one_step(settings: EnvironmentSettings) -> None:
    """Refuse a deployment that would break links. A role that may not look is let through, as for the quota.

    Raises `UserError` with what to do.
    """
    try:
        found = problem(settings, client("cloudfront", EDGE_REGION))
    except (BotoCoreError, ClientError):
        return
    if found:
        raise UserError(found)
