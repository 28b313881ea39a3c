"""AWS's Service Authorization Reference, as far as this platform's policies go: which action is checked on what.

`service_reference.json` is made by `make audit` (`tools/checks/service_reference.py`) and says where it comes from and
of which day it is.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".json")


@cache
def services() -> Mapping[str, Any]:
    """For each service: `types` (the ARNs of each resource type, and whether it has tags) and `actions`."""
    found: Mapping[str, Any] = json.loads(FILE.read_text())["services"]
    return found


def resource_types(action: str) -> Mapping[str, bool] | None:
    """The resource types of an action (`s3:GetObject`), and whether each is required; None where it is unknown.

    IAM checks an action without resource types on `*`. Whatever ARN a policy has for it does not match.
    """
    service, _, name = action.partition(":")
    found = services().get(service, {}).get("actions", {}).get(name)
    if found is None:
        return None
    return {kind.rstrip("*"): kind.endswith("*") for kind in found["on"]}


def knows_tags(action: str, key: str) -> bool:
    """Whether IAM knows a tag condition of an action; `key` is aws:RequestTag or aws:ResourceTag, without the tag."""
    service, _, name = action.partition(":")
    found = services()[service]["actions"][name]
    if key in found.get("tags", ()):
        return True
    types = services()[service]["types"]
    return key == "aws:ResourceTag" and any(types[kind]["tags"] for kind in resource_types(action) or ())


def arns(action: str, kind: str) -> list[str]:
    """The ARNs of one resource type of an action, with `${…}` where something differs."""
    found: list[str] = services()[action.partition(":")[0]]["types"][kind]["arns"]
    return found
