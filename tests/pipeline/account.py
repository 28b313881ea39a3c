"""An AWS account for the pipeline tests: the stricter AWS emulator, a copy of the repository, and GitHub's identity.

The copy has the tracked files, so that a test may change a function without changing the working tree. An administrator
works in this copy. The machine of a job gets a fresh copy of it.
"""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from local_platform.strict.instance import Decision, StrictInstance
from tools.support.paths import ROOT

REPOSITORY = "repo:example-org/education-platform"
IMMUTABLE = "repo:example-org@1000001/education-platform@1000002"
ISSUER = "https://token.actions.githubusercontent.com"
# Commands must not see these variables of the process that runs the tests, which may be a workflow or make.
HIDDEN_VARIABLES = ("GITHUB_", "ACTIONS_", "MAKE", "MFLAGS")
# What is installed here, which every copy uses. npm puts some packages of a workspace into the workspace's own folder.
# Without them a build would run `npm ci`, which first empties the folder that a link leads to.
INSTALLED = (".venv", "node_modules", "portal/node_modules", "build/scanning", "build/toolchain")


@dataclass
class Account:
    """One account. An administrator uses it, or a GitHub job that assumed a role."""

    aws: StrictInstance
    checkout: Path
    machines: Iterator[Path]  # new folders for machines
    proxy: str = ""  # the address of a proxy that leads every connection to the AWS emulator
    keys: dict[str, set[str]] = field(
        default_factory=dict
    )  # access keys by role, to find the decisions about its requests
    executed: set[tuple[str, str, int]] = field(
        default_factory=set
    )  # workflow, job and number of each step that succeeded
    variables: dict[str, str] = field(
        default_factory=dict
    )  # variables of the GitHub repository, besides the roles

    def assume(self, role: str, subject: str, audience: str = "sts.amazonaws.com") -> StrictInstance:
        """Assume a role, given by name or ARN, as a GitHub job with this subject."""
        token = ".".join(
            base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
            for part in (
                {"alg": "RS256"},
                {"iss": ISSUER, "aud": audience, "sub": subject, "exp": 4102444800},
            )
        )
        arn = role if role.startswith("arn:") else f"arn:aws:iam::000000000000:role/{role}"
        answer = self.aws.client("sts").assume_role_with_web_identity(
            RoleArn=arn, RoleSessionName="github", WebIdentityToken=f"{token}.c2ln"
        )
        return self._signed_in(arn, answer["Credentials"])

    def assume_through(
        self,
        user: StrictInstance,
        arn: str,
        external_id: str = "",
        tags: Mapping[str, str] = MappingProxyType({}),
    ) -> StrictInstance:
        """Assume another role as `user`, who is signed in to a role already."""
        asked: dict[str, Any] = {"ExternalId": external_id} if external_id else {}
        if tags:
            asked["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        answer = user.client("sts").assume_role(RoleArn=arn, RoleSessionName="github", **asked)
        return self._signed_in(arn, answer["Credentials"])

    def _signed_in(self, arn: str, credentials: Mapping[str, str]) -> StrictInstance:
        self.keys.setdefault(arn.rpartition("/")[2], set()).add(credentials["AccessKeyId"])
        return self.aws.with_credentials(
            {
                "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
                "AWS_SESSION_TOKEN": credentials["SessionToken"],
            }
        )

    def job(self, role: str, environment: str, github_environment: str | None = None) -> StrictInstance:
        """Sign in as a job of the default branch (role plan) or of a GitHub environment (roles deploy and test)."""
        what = "ref:refs/heads/main" if role == "plan" else f"environment:{github_environment or environment}"
        return self.assume(f"education-{role}-{environment}", f"{REPOSITORY}:{what}")

    def run(self, command: str, user: StrictInstance | None = None) -> str:
        """Run a command in the repository. Fails if the command fails. Returns its output."""
        completed = self.attempt(command, user)
        assert completed.returncode == 0, f"{command}\n{completed.stdout[-3000:]}\n{completed.stderr[-3000:]}"
        return completed.stdout

    def attempt(
        self,
        command: str,
        user: StrictInstance | None = None,
        folder: Path | None = None,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command that may fail, in the repository or in another copy of it."""
        base = {name: value for name, value in os.environ.items() if not name.startswith(HIDDEN_VARIABLES)}
        environment = {**(user or self.aws).variables(base), "AWS_DEFAULT_REGION": "us-east-1", **variables}
        return subprocess.run(
            ["bash", "-c", command],
            cwd=folder or self.checkout,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def fresh_checkout(self) -> Path:
        """A new machine with a copy of the repository's current files and without build results."""
        return check_out(next(self.machines), self.checkout)

    def repository_variables(self) -> dict[str, str]:
        """The variables that `make bootstrap` asks to set on GitHub, by their names in expressions."""
        found = {f"vars.{name}": value for name, value in self.variables.items()}
        for file in (self.checkout / "outputs").glob("bootstrap-*.json"):
            suffix, outputs = file.stem.removeprefix("bootstrap-").upper(), json.loads(file.read_text())
            for role in (
                "plan",
                "deploy",
                "test",
            ):  # on GitHub, a variable that is not set is empty
                found[f"vars.AWS_{role.upper()}_ROLE_{suffix}"] = outputs.get(f"{role}_role_arn", "")
        return found

    def decisions(self, role: str) -> list[Decision]:
        """The authorization decisions about all requests of a role."""
        return [decision for decision in self.aws.decisions() if decision.key in self.keys[role]]

    def policies(self, role: str) -> dict[str, list[dict[str, Any]]]:
        """The statements of a role in IAM, by policy name."""
        iam = self.aws.client("iam")
        found = {}
        for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
            version = iam.get_policy(PolicyArn=attached["PolicyArn"])["Policy"]["DefaultVersionId"]
            document = iam.get_policy_version(PolicyArn=attached["PolicyArn"], VersionId=version)
            found[attached["PolicyName"]] = document["PolicyVersion"]["Document"]["Statement"]
        return found


def check_out(target: Path, source: Path = ROOT) -> Path:
    """Copy the tracked files of `source`, link the installed tools, and copy the dependencies of bundles."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (source / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target / name)
    (ROOT / "build/toolchain").mkdir(
        parents=True, exist_ok=True
    )  # so that the provider is downloaded only once
    (target / "build").mkdir(parents=True, exist_ok=True)
    for name in INSTALLED:
        if (ROOT / name).is_dir():
            (target / name).symlink_to(ROOT / name)
    if (ROOT / "build/dependencies").is_dir():
        shutil.copytree(ROOT / "build/dependencies", target / "build/dependencies")
    return target
