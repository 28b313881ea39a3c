"""An AWS account for the pipeline's tests: the stricter embedded AWS, a checkout of its own, and GitHub's identity.

The checkout is a copy of the tracked files, so that a test may change a function and that nothing is left in the tree.
"""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local_platform.strict_instance import Decision, StrictInstance
from tools.steps import ROOT

REPOSITORY = "repo:example-org/education-platform"
IMMUTABLE = "repo:example-org@1000001/education-platform@1000002"
ISSUER = "https://token.actions.githubusercontent.com"


@dataclass
class Account:
    """One account, used by an administrator (`make`) or under a role (`make(…, role=…)`)."""

    aws: StrictInstance
    checkout: Path
    keys: dict[str, set[str]] = field(default_factory=dict)  # access keys by role, to find its decisions

    def assume(self, role: str, subject: str, audience: str = "sts.amazonaws.com") -> StrictInstance:
        """GitHub's job with this subject assumes a role."""
        token = ".".join(
            base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
            for part in (
                {"alg": "RS256"},
                {"iss": ISSUER, "aud": audience, "sub": subject, "exp": 4102444800},
            )
        )
        answer = self.aws.client("sts").assume_role_with_web_identity(
            RoleArn=f"arn:aws:iam::000000000000:role/{role}",
            RoleSessionName="github",
            WebIdentityToken=f"{token}.c2ln",
        )["Credentials"]
        self.keys.setdefault(role, set()).add(answer["AccessKeyId"])
        return self.aws.with_credentials(
            {
                "AWS_ACCESS_KEY_ID": answer["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": answer["SecretAccessKey"],
                "AWS_SESSION_TOKEN": answer["SessionToken"],
            }
        )

    def job(self, role: str, environment: str, github_environment: str | None = None) -> StrictInstance:
        """A job of the default branch (plan), or of a GitHub environment (deploy)."""
        what = (
            f"environment:{github_environment or environment}" if role == "deploy" else "ref:refs/heads/main"
        )
        return self.assume(f"education-{role}-{environment}", f"{REPOSITORY}:{what}")

    def run(self, command: str, user: StrictInstance | None = None, **variables: str) -> str:
        """Run a workflow step's command in the checkout; returns what it said."""
        completed = self.attempt(command, user, **variables)
        assert completed.returncode == 0, f"{command}\n{completed.stdout[-3000:]}\n{completed.stderr[-3000:]}"
        return completed.stdout

    def attempt(
        self, command: str, user: StrictInstance | None = None, **variables: str
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command that may fail."""
        environment = {**(user or self.aws).variables(), "AWS_DEFAULT_REGION": "us-east-1", **variables}
        return subprocess.run(
            ["bash", "-c", command],
            cwd=self.checkout,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def decisions(self, role: str) -> list[Decision]:
        """What was decided on requests under a role's sessions."""
        return [decision for decision in self.aws.decisions() if decision.key in self.keys[role]]

    def policies(self, role: str) -> dict[str, list[dict[str, Any]]]:
        """The statements that a role has, by policy name, as IAM holds them."""
        iam = self.aws.client("iam")
        found = {}
        for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
            version = iam.get_policy(PolicyArn=attached["PolicyArn"])["Policy"]["DefaultVersionId"]
            document = iam.get_policy_version(PolicyArn=attached["PolicyArn"], VersionId=version)
            found[attached["PolicyName"]] = document["PolicyVersion"]["Document"]["Statement"]
        return found


def check_out(target: Path, variables: Mapping[str, str] = os.environ) -> Path:
    """Copy the tracked files, and lend the installations and what is built already."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)
    for name in (".venv", "node_modules"):
        (target / name).symlink_to(ROOT / name)
    for name in ("build/dependencies", "build/functions"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / name)
    return target
