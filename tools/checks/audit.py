"""What the pipeline's roles may do, as a table that a security reviewer can read, and how little that is.

    python -m tools.checks.audit --environment dev

Reads the synthesized bootstrap stack, so no account is needed. The comparison counts the operations that AWS's own
service descriptions (botocore's) list; an operation is not always an IAM action, so the figures are near, not exact.
"""

import argparse
import fnmatch
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.loaders import Loader

from education.errors import UserError
from education.settings.model import load_settings, stack_arguments
from tools.support.command_line import command_line
from tools.support.paths import ROOT

# PowerUserAccess (AWS managed, version 5): everything but these, which it grants only a few reads of.
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/PowerUserAccess.html
OUTSIDE_POWER_USER = ("iam", "organizations", "account")


@dataclass(frozen=True)
class Grants:
    """The statements of one role, in the order of its policies."""

    role: str
    statements: tuple[dict[str, Any], ...]

    @property
    def actions(self) -> set[str]:
        """Every action that some statement allows."""
        return {
            action
            for statement in self.statements
            if statement["Effect"] == "Allow"
            for action in listed(statement["Action"])
        }

    @property
    def unlimited(self) -> set[str]:
        """The actions that some statement allows on every resource, without a condition."""
        return {
            action
            for statement in self.statements
            if statement["Effect"] == "Allow"
            and statement["Resource"] == "*"
            and "Condition" not in statement
            for action in listed(statement["Action"])
        }


def listed(value: Any) -> list[str]:
    """A value that IAM lets stand alone, as a list."""
    return [value] if isinstance(value, str) else list(value)


def grants_of(environment: str) -> list[Grants]:
    """What the roles of an environment's bootstrap may do, by the synthesized stack.

    Raises `UserError` with what `main.py` says of an environment that has none.
    """
    with tempfile.TemporaryDirectory() as folder:
        variables = {
            "ENVIRONMENT_SUFFIX": environment,
            "EDUCATION_STACK": "bootstrap",
            "CDKTF_OUTDIR": folder,
        }
        synth = subprocess.run(
            [sys.executable, "main.py"],
            cwd=ROOT,
            env={**os.environ, **variables},
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if synth.returncode != 0:
            said = synth.stderr.strip().removeprefix("error: ")
            raise UserError(said or "main.py could not synthesize the bootstrap, and does not say why.")
        file = Path(folder, "stacks", f"BootstrapStack{environment}", "cdk.tf.json")
        policies = json.loads(file.read_text())["resource"]["aws_iam_policy"].values()
    roles = {
        "deploy role": "education-deploy-",
        "plan role": "education-plan-",
        "test role": "education-test-",
        "boundary": "education-boundary-",
    }
    held = {
        role: tuple(
            statement
            for policy in policies
            if policy["name"].startswith(prefix)
            for statement in json.loads(policy["policy"])["Statement"]
        )
        for role, prefix in roles.items()
    }
    return [Grants(role, found) for role, found in held.items() if found]


def rows(grants: Grants) -> Iterator[tuple[str, str, str, str]]:
    """One row per statement: what it is called, what it allows or denies, on what, under which condition."""
    for statement in grants.statements:
        actions = listed(statement.get("Action", [])) or [
            f"all but {a}" for a in listed(statement["NotAction"])
        ]
        resources = listed(statement.get("Resource", [])) or [
            f"all but {r}" for r in listed(statement["NotResource"])
        ]
        conditions = [
            f"{operator} {key} = {' | '.join(listed(value))}"
            for operator, test in statement.get("Condition", {}).items()
            for key, value in test.items()
        ]
        mark = "DENY " if statement["Effect"] == "Deny" else ""
        yield (
            mark + statement["Sid"],
            ", ".join(actions),
            ", ".join(map(plain, resources)),
            plain("; ".join(conditions)),
        )


def plain(text: str) -> str:
    """A text without Terraform's references."""
    text = re.sub(r"\$\{data\.aws_partition[^}]*\}", "aws", text)
    text = re.sub(r"\$\{data\.aws_caller_identity[^}]*\}", "<account>", text)
    text = re.sub(r"\$\{aws_s3_bucket[^}]*\}", "<state bucket>", text)
    return re.sub(r"\$\{aws_dynamodb_table[^}]*\}", "<lock table>", text)


@cache
def operations() -> dict[str, set[str]]:
    """AWS's operations by IAM prefix, from botocore's service descriptions."""
    loader: Loader = boto3.Session()._session.get_component("data_loader")
    found: dict[str, set[str]] = {}
    for service in loader.list_available_services("service-2"):
        model = loader.load_service_model(service, "service-2")
        prefix = model["metadata"].get("signingName") or model["metadata"]["endpointPrefix"]
        found.setdefault({"monitoring": "cloudwatch"}.get(prefix, prefix), set()).update(model["operations"])
    return found


def comparison(grants: Grants) -> str:
    """How many operations PowerUserAccess allows, and how many a role."""
    everything = operations()
    power = sum(len(names) for prefix, names in everything.items() if prefix not in OUTSIDE_POWER_USER)
    wildcards = [action for action in grants.actions if "*" in action]
    prefixes = {action.partition(":")[0] for action in grants.actions}
    allowed = len([action for action in grants.actions if "*" not in action]) + sum(
        len(fnmatch.filter(everything.get(action.partition(":")[0], set()), action.partition(":")[2]))
        for action in wildcards
    )
    return (
        f"PowerUserAccess allows about {power:,} operations of {len(everything) - len(OUTSIDE_POWER_USER)} services, "
        f"on every resource. The {grants.role} allows {allowed} actions ({len(wildcards)} patterns) of "
        f"{len(prefixes)} services: {100 * allowed / power:.1f} %; {len(grants.unlimited)} of them on any resource "
        "without a condition: "
        f"{', '.join(sorted(grants.unlimited)) or 'none'}."
    )


def table(grants: Grants) -> str:
    """The table of one role, in Markdown."""
    lines = ["| statement | actions | resources | only if |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows(grants)]
    return "\n".join(lines)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.checks.audit",
        description=sys.modules[__name__].__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--environment", required=True, metavar="SUFFIX", help="for example dev")
    environment = parser.parse_args().environment
    load_settings(**stack_arguments({**os.environ, "ENVIRONMENT_SUFFIX": environment}))
    for grants in grants_of(environment):
        print(f"## The {grants.role} of {environment}\n\n{table(grants)}\n")
        if grants.role != "boundary":
            print(f"{comparison(grants)}\n")


if __name__ == "__main__":
    sys.exit(command_line(main))
