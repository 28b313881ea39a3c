"""Shows what the pipeline's roles may do, in a table for a security reviewer, and compares it with PowerUserAccess.

Reads the synthesized bootstrap stack, so no account is needed. The list of IAM's actions is from AWS's Service
Authorization Reference (`service_reference.py`), of which this renews the extract that the tests use.
"""

import fnmatch
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from education.errors import UserError
from education.settings.load import settings_from_variables
from tools.checks import service_reference
from tools.checks.scanners import Scanners
from tools.support.paths import ROOT, displayed

# PowerUserAccess (AWS managed, version 5) allows everything except these services, of which it allows a few reads.
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/PowerUserAccess.html
OUTSIDE_POWER_USER = ("iam", "organizations", "account")


@dataclass(frozen=True)
class Grants:
    """The statements of one role, in the order of its policies."""

    role: str
    statements: tuple[dict[str, Any], ...]

    @property
    def actions(self) -> set[str]:
        """Every action that a statement allows."""
        return {
            action
            for statement in self.statements
            if statement["Effect"] == "Allow"
            for action in listed(statement["Action"])
        }

    @property
    def unlimited(self) -> set[str]:
        """The actions that a statement allows on every resource, without a condition."""
        return {
            action
            for statement in self.statements
            if statement["Effect"] == "Allow"
            and statement["Resource"] == "*"
            and "Condition" not in statement
            for action in listed(statement["Action"])
        }


def listed(value: Any) -> list[str]:
    """A value of a policy as a list; IAM also allows a single value without a list."""
    return [value] if isinstance(value, str) else list(value)


def grants_of(environment: str) -> list[Grants]:
    """What the roles of an environment's bootstrap may do, according to the synthesized stack.

    Raises `UserError` with the message of `main.py` if the environment has no bootstrap stack.
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
            raise UserError(said or "main.py could not synthesize the bootstrap, and gave no reason.")
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
    """One row per statement: its name, the actions that it allows or denies, the resources, the condition."""
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


def comparison(grants: Grants, everything: Collection[str]) -> str:
    """How many actions PowerUserAccess allows, and how many a role; `everything` is every action of IAM."""
    power = [action for action in everything if action.partition(":")[0] not in OUTSIDE_POWER_USER]
    names = [action.lower() for action in everything]
    found = {pattern: fnmatch.filter(names, pattern.lower()) for pattern in grants.actions}
    allowed = {name for matching in found.values() for name in matching}
    unknown = sorted(pattern for pattern, matching in found.items() if not matching)
    return (
        f"PowerUserAccess allows {len(power):,} actions of {_services(power)} services, on every resource, and a few "
        f"reads of {', '.join(OUTSIDE_POWER_USER)}. The {grants.role} allows {len(allowed)} actions "
        f"({len([pattern for pattern in found if '*' in pattern])} patterns) of {_services(allowed)} services: "
        f"{100 * len(allowed) / len(power):.1f} %; {len(grants.unlimited)} of them on any resource without a "
        f"condition: {', '.join(sorted(grants.unlimited)) or 'none'}. Not in the list of IAM's actions: "
        f"{', '.join(unknown) or 'none'}."
    )


def _services(actions: Collection[str]) -> int:
    return len({action.partition(":")[0] for action in actions})


def table(grants: Grants) -> str:
    """The table of one role, in Markdown."""
    lines = ["| statement | actions | resources | only if |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows(grants)]
    return "\n".join(lines)


def audit(suffix: str) -> None:
    """Print the tables of an environment's roles, how each compares with PowerUserAccess; renew the reference."""
    settings_from_variables(os.environ, suffix)
    roles = grants_of(suffix)
    package = Scanners.installed().node.parent / service_reference.PACKAGE
    everything = service_reference.all_actions(package)
    for grants in roles:
        print(f"## The {grants.role} of {suffix}\n\n{table(grants)}\n")
        if grants.role != "boundary":
            print(f"{comparison(grants, everything)}\n")
    if service_reference.renew(package):
        print(f"{displayed(service_reference.FILE)} is renewed: look at the difference, and run the tests")
