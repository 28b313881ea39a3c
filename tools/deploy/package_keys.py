"""The step after each deployment that fills what Terraform leaves empty: the keys that open packages.

The keys must not be in Terraform's state. So Terraform makes an empty secret, from which the content function reads,
and an empty key value store, from which CloudFront does. This step makes a key for each slot that has none, or whose
number in the settings has changed, and writes the keys into both. Where nothing is to do, it changes nothing.

A key is replaced only while no address that was made with it can be open: docs/operations.md, "Replace the keys of
packages".
"""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from education.errors import UserError
from education.naming import EDGE_REGION, PACKAGE_KEYS, SIGNING_KEY_SLOTS, Names
from education.settings.keys import PackageKeySettings
from education.settings.model import EnvironmentSettings
from tools.deploy.key_store import key_store_client
from tools.support.account import client

# How long an address of a package is valid at most, and an instance of the content function may still use a slot after
# a switch: lambda_src/content/package_link_store.py.
OPEN_SECONDS = 4 * 3600 + 15 * 60
_KEY_BYTES = 32
_ACTIVE = "active"


@dataclass(frozen=True)
class KeyClients:
    """boto3 clients of an account: Secrets Manager, CloudFront, and the data of its key value stores."""

    secrets: Any
    cloudfront: Any
    key_store: Any


def current_clients(settings: EnvironmentSettings) -> KeyClients:
    """The clients with the current credentials."""
    return KeyClients(
        client("secretsmanager", settings.aws_region), client("cloudfront", EDGE_REGION), key_store_client()
    )


def fill(settings: EnvironmentSettings, clients: KeyClients) -> str:
    """Fill the slots; returns what was done, in words.

    Raises:
        UserError: the settings would replace a key with which packages are open. Nothing was changed.
        BotoCoreError, ClientError: AWS refuses or cannot be reached.
    """
    name = Names(settings.environment_suffix).of(PACKAGE_KEYS)
    wanted = settings.content.package_keys
    kept = _read(clients.secrets, name)
    if problem := conflict(kept, wanted, time.time()):
        raise UserError(f"{problem}; the keys were not changed.")
    keys = renewed(kept, wanted, time.time())
    if keys != kept:
        clients.secrets.put_secret_value(SecretId=name, SecretString=json.dumps(keys))
    stored = _store(clients, name, {slot: keys[slot]["key"] for slot in SIGNING_KEY_SLOTS})
    return f"stored {' and '.join(stored)}" if stored else "nothing changed"


def refuse_in_one_step(settings: EnvironmentSettings) -> None:
    """Refuse a deployment after which `fill` would refuse. A role that may not look is let through.

    Raises `UserError` with what to do.
    """
    name = Names(settings.environment_suffix).of(PACKAGE_KEYS)
    try:
        kept = _read(client("secretsmanager", settings.aws_region), name)
    except (BotoCoreError, ClientError):
        return
    if problem := conflict(kept, settings.content.package_keys, time.time()):
        raise UserError(f"{problem}; nothing was changed.")


def conflict(kept: Mapping[str, Any], wanted: PackageKeySettings, now: float) -> str:
    """Why open packages would break; "" where none would. `kept` is the secret's value, `now` in seconds since 1970."""
    for slot in SIGNING_KEY_SLOTS:
        if slot not in kept or kept[slot]["number"] == wanted.generation(slot):
            continue
        if slot in (wanted.active, kept[_ACTIVE]):
            return (
                f"content.package_keys would replace the key of slot {slot}, with which packages are open: give the "
                "other slot a new key, let it be the active one in the next deployment, and replace this one later"
            )
        if (ends := kept[slot].get("openUntil", 0)) > now:
            moment = datetime.fromtimestamp(ends, UTC).strftime("%Y-%m-%d %H:%M UTC")
            return (
                f"content.package_keys would replace the key of slot {slot}, with which packages may be open until "
                f"{moment}: deploy this after that time"
            )
    return ""


def renewed(kept: Mapping[str, Any], wanted: PackageKeySettings, now: float) -> dict[str, Any]:
    """The secret's value as the settings want it: by slot a number and a key, and which slot is active.

    `openUntil` of a slot that is no longer active says until when addresses may be open (seconds since 1970).
    """
    keys: dict[str, Any] = {_ACTIVE: wanted.active}
    for slot in SIGNING_KEY_SLOTS:
        number = wanted.generation(slot)
        if slot in kept and kept[slot]["number"] == number:
            keys[slot] = dict(kept[slot])
        else:
            keys[slot] = {"number": number, "key": secrets.token_urlsafe(_KEY_BYTES)}
    former = kept.get(_ACTIVE, wanted.active)
    if former != wanted.active:
        keys[former]["openUntil"] = int(now) + OPEN_SECONDS
    keys[wanted.active].pop("openUntil", None)
    return keys


def _read(client: Any, name: str) -> dict[str, Any]:
    """The secret's value; empty if there is no secret, or none with a value."""
    try:
        answer = client.get_secret_value(SecretId=name)
    except ClientError as error:
        if error.response["Error"].get("Code") != "ResourceNotFoundException":
            raise
        return {}
    return dict(
        json.loads(answer.get("SecretString") or "{}")
    )  # the emulator does not refuse, and leaves it out


def _store(clients: KeyClients, name: str, keys: Mapping[str, str]) -> list[str]:
    """Write the keys that differ into the store; returns their slots."""
    arn = clients.cloudfront.describe_key_value_store(Name=name)["KeyValueStore"]["ARN"]
    there = {item["Key"]: item["Value"] for item in clients.key_store.list_keys(KvsARN=arn)["Items"]}
    puts = [{"Key": slot, "Value": key} for slot, key in keys.items() if there.get(slot) != key]
    if puts:
        version = clients.key_store.describe_key_value_store(KvsARN=arn)["ETag"]
        clients.key_store.update_keys(KvsARN=arn, IfMatch=version, Puts=puts)
    return [put["Key"] for put in puts]
