"""Whether CloudFront has room for the signing keys of one more environment.

An account may have 10 public keys and 10 key groups, unless AWS has raised that:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-key-groups. An
environment has two keys and a group, and a rotation one key more for a while. An environment that leaves its RSA keys
has four keys and two groups for a while. So an account has room for five environments, those of pull requests included,
and without this look the sixth would fail half-way.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from education.errors import UserError
from education.naming import EDGE_REGION, LINK_KEY, SIGNING_KEY_SLOTS, Names
from education.settings.model import EnvironmentSettings
from tools.support.account import client

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

AT_FIRST = 10  # of each kind, in an account whose quotas nobody has raised
KEYS, GROUPS = "public keys", "key groups"
_QUOTA_NAMES = {KEYS: re.compile(r"^public keys\b", re.I), GROUPS: re.compile(r"^key groups\b", re.I)}
_TYPES = {"aws_cloudfront_public_key": KEYS, "aws_cloudfront_key_group": GROUPS}


def planned(plan: Mapping[str, Any]) -> dict[str, int]:
    """How many keys and groups a plan (Terraform's JSON) creates. A new key is there before the old one goes."""
    made = {KEYS: 0, GROUPS: 0}
    for change in plan.get("resource_changes", []):
        if change["type"] in _TYPES and "create" in change["change"]["actions"]:
            made[_TYPES[change["type"]]] += 1
    return made


def missing(settings: EnvironmentSettings, cloudfront: "CloudFrontClient") -> dict[str, int]:
    """How many keys and groups an environment does not have yet."""
    names, numbers = Names(settings.environment_suffix), settings.content.signing_keys
    there = list(names_of(cloudfront, KEYS))
    prefixes = [names.link_key_prefix(slot, numbers.generation(slot)) for slot in SIGNING_KEY_SLOTS]
    own_group = names.of(f"{LINK_KEY}s") in names_of(cloudfront, GROUPS)
    return {
        KEYS: sum(not any(name.startswith(prefix) for name in there) for prefix in prefixes),
        GROUPS: int(not own_group),
    }


def problem(made: Mapping[str, int], cloudfront: "CloudFrontClient", quotas: Any) -> str:
    """Why CloudFront has no room for what is to be made; "" where it has."""
    for kind, count in made.items():
        there = len(list(names_of(cloudfront, kind))) if count else 0
        allowed = _allowed(kind, quotas) if there + count > AT_FIRST else AT_FIRST
        if count and there + count > allowed:
            return (
                f"CloudFront has no room for {count} more {kind}: this account has {there} of {allowed}. Take away "
                "environments that are not needed (`make sweep`, `make destroy ENV=…`), or ask AWS for more (Service "
                "Quotas, Amazon CloudFront); nothing was changed."
            )
    return ""


def refuse_without_room(settings: EnvironmentSettings, plan: Mapping[str, Any] | None = None) -> None:
    """Refuse a deployment that CloudFront has no room for.

    `plan` is Terraform's plan; without one, what the environment does not have yet is counted. A role that may not list
    the keys yet (before the next bootstrap) is let through, since CloudFront itself refuses too.

    Raises `UserError` with what to do.
    """
    cloudfront, quotas = client("cloudfront", EDGE_REGION), client("service-quotas", EDGE_REGION)
    try:
        found = problem(missing(settings, cloudfront) if plan is None else planned(plan), cloudfront, quotas)
    except (BotoCoreError, ClientError):
        return
    if found:
        raise UserError(found)


def names_of(cloudfront: "CloudFrontClient", kind: str) -> Iterator[str]:
    """The names of the account's public keys or key groups."""
    marker: dict[str, Any] = {}
    while True:
        if kind == KEYS:
            keys = cloudfront.list_public_keys(**marker)["PublicKeyList"]
            yield from (key["Name"] for key in keys.get("Items", []))
            following = keys.get("NextMarker")
        else:
            groups = cloudfront.list_key_groups(**marker)["KeyGroupList"]
            yield from (group["KeyGroup"]["KeyGroupConfig"]["Name"] for group in groups.get("Items", []))
            following = groups.get("NextMarker")
        if not following:
            return
        marker = {"Marker": following}


def _allowed(kind: str, quotas: Any) -> int:
    """The account's quota, or the one that AWS gives at first where it cannot be read."""
    try:
        pages = quotas.get_paginator("list_service_quotas").paginate(ServiceCode="cloudfront")
        values = [
            quota["Value"]
            for page in pages
            for quota in page["Quotas"]
            if _QUOTA_NAMES[kind].match(quota["QuotaName"])
        ]
    except (BotoCoreError, ClientError):
        return AT_FIRST
    return int(max(values, default=AT_FIRST))
