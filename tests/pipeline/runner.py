"""A small GitHub runner for this project's workflows: each job gets a fresh checkout, artifacts pass between jobs.

It implements the expressions and actions of the executed jobs. Any other one is an error, so no step is skipped.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import yaml

from local_platform.strict.instance import StrictInstance
from tests.pipeline.account import REPOSITORY, Account
from tests.pipeline.workflows import Workflow, workflow
from tools.support.paths import ROOT

DEPLOY = "./.github/workflows/deploy.yml"
SIGN_IN = "./.github/actions/sign-in"
SIGNING_IN = ("./.github/actions/setup", SIGN_IN)  # the first one passes its inputs to the second one
CREDENTIALS = "aws-actions/configure-aws-credentials"
VERIFY = "make verify"
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
# Repository variables that are set only if the pipeline's own account leads to another account. Empty otherwise.
UNSET = re.compile(r"vars\.AWS_(PIPELINE(_PLAN)?_ROLE|EXTERNAL_ID)_[A-Z]+")
FORMAT = re.compile(r"vars\[format\('(\w+)\{0\}', ([\w.]+)\)\]")
NOT_EMPTY = re.compile(r"([\w.-]+) != ''")
ALWAYS = "${{ always() }}"
Completed: TypeAlias = "subprocess.CompletedProcess[str]"
OWNER, _, NAME = REPOSITORY.removeprefix("repo:").partition("/")


@dataclass
class Machine:
    """A machine that ran a job: its checkout, its variables, the signed-in role, and the output of each command."""

    account: Account
    folder: Path
    variables: dict[str, str]
    user: StrictInstance
    output: dict[str, str] = field(default_factory=dict)

    def attempt(self, command: str, more: Mapping[str, str] = MappingProxyType({})) -> Completed:
        """Run a command that may fail on this machine, as the signed-in role."""
        variables = {**self.variables, **more, **(self._online() if command == VERIFY else {})}
        return self.account.attempt(command, self.user, self.folder, variables)

    def run(self, command: str, more: Mapping[str, str]) -> None:
        """Run a command of the job with more variables. Fails if the command fails."""
        done = self.attempt(command, more)
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        self.output[command] = done.stdout

    def _online(self) -> dict[str, str]:
        """The variables that send a command through the proxy. Other commands use the configured AWS endpoint."""
        aws = self.account.aws
        return {
            "HTTPS_PROXY": self.account.proxy,
            "NO_PROXY": "127.0.0.1,localhost",
            "REQUESTS_CA_BUNDLE": str(aws.certificate),
            "SSL_CERT_FILE": str(aws.certificate),  # for the connections that a test opens and breaks itself
        }


class JobError(AssertionError):
    """A step of a job failed. `machine` is the machine of the job."""

    def __init__(self, machine: Machine, failure: AssertionError) -> None:
        super().__init__(str(failure))
        self.machine = machine


@dataclass
class WorkflowRun:
    """One run of workflows: its artifacts, the values of its event, and the machines of its jobs."""

    account: Account
    folder: Path
    known: Mapping[str, str] = field(default_factory=dict)
    github: str = "https://github.invalid"  # the address of the API of GitHub
    subject: str = "ref:refs/heads/main"  # the subject that GitHub gives to a job without an environment
    machines: dict[tuple[str, str], Machine] = field(default_factory=dict)  # by job and environment

    def deploy(self, environment: str) -> dict[str, Machine]:
        """Run all jobs of deploy.yml for one environment, in order. Returns the machines by job."""
        called, inputs = workflow("deploy"), {"inputs.environment": environment}
        machines = {job: self.job(called, job, inputs) for job in called.in_order()}
        self.machines |= {(job, environment): machine for job, machine in machines.items()}
        return machines

    def job(
        self,
        of: Workflow,
        name: str,
        inputs: Mapping[str, str] = MappingProxyType({}),
        *,
        lost_before: str = "",
    ) -> Machine:
        """Run the steps of one job in order. After a failure, only the steps with `always()` run.

        With `lost_before`, the machine is lost before that command, and no further step runs.

        Raises:
            JobError: a step failed.
        """
        job = of.jobs[name]
        values = Expressions({**self.account.repository_variables(), **self.known, **inputs})
        variables = values.all({**of.document.get("env", {}), **job.get("env", {})})
        variables |= {"GITHUB_API_URL": self.github, "GITHUB_REPOSITORY": f"{OWNER}/{NAME}"}
        signed_out = self.account.aws.with_credentials({})
        machine = Machine(self.account, self.account.fresh_checkout(), variables, signed_out)
        failure: AssertionError | None = None
        for number, step in enumerate(job["steps"]):
            assert step.get("if", ALWAYS) == ALWAYS, f"{name}: cannot decide {step['if']}"
            if lost_before and step.get("run") == lost_before:
                return machine
            if failure is None or "if" in step:
                try:
                    self._step(step, job, machine, values)
                    self.account.executed.add((of.path.stem, name, number))
                except AssertionError as problem:
                    failure = failure or problem
        assert not lost_before, f"{name} has no step {lost_before}"
        if failure is not None:
            raise JobError(machine, failure)
        return machine

    def artifact(self, name: str) -> Path:
        """The folder of an artifact."""
        return self.folder / name

    def _step(
        self, step: dict[str, Any], job: dict[str, Any], machine: Machine, values: "Expressions"
    ) -> None:
        if "run" in step:
            machine.run(step["run"], values.all(step.get("env", {})))
            return
        uses, given = str(step["uses"]).partition("@")[0], values.all(step.get("with", {}))
        if uses in SIGNING_IN:
            environment = values.text(job.get("environment", ""))
            subject = f"environment:{environment}" if environment else self.subject
            may_ask = ("id-token", "write") in job["permissions"].items()
            for asked in sign_ins(given):
                machine.user = self._signed_in(
                    machine.user, asked, f"{REPOSITORY}:{subject}" if may_ask else ""
                )
        elif uses == "actions/upload-artifact":
            hidden = given.get("include-hidden-files") == "true"
            upload(machine.folder, given["path"].split(), self.artifact(given["name"]), hidden=hidden)
        elif uses == "actions/download-artifact":
            shutil.copytree(self.artifact(given["name"]), machine.folder / given["path"])
        else:
            assert uses == "actions/checkout", f"{uses} is not known here"

    def _signed_in(self, user: StrictInstance, asked: Mapping[str, str], subject: str) -> StrictInstance:
        """Sign in as configure-aws-credentials does: with GitHub's token, or from the current role to another one.

        `subject` is "" if GitHub gives the job no token.
        """
        arn, external_id = asked["role-to-assume"], asked.get("role-external-id", "")
        if asked.get("role-chaining") != "true":
            assert subject, f"{arn}: the job may not ask for a token"
            return self.account.assume(arn, subject)
        assert int(asked["role-duration-seconds"]) <= 3600, "AWS gives a chained role an hour at most"
        is_tagged = asked.get("role-skip-session-tagging") != "true"
        return self.account.assume_through(user, arn, external_id, {"GitHub": "Actions"} if is_tagged else {})


def sign_ins(given: Mapping[str, str]) -> list[dict[str, str]]:
    """The inputs of each configure-aws-credentials step of the sign-in action, given the inputs of the action."""
    action = yaml.load((ROOT / SIGN_IN / "action.yml").read_text(), Loader=yaml.BaseLoader)
    inputs = {name: str(body.get("default", "")) for name, body in action["inputs"].items()} | dict(given)
    values = Expressions({f"inputs.{name}": value for name, value in inputs.items()} | {"github.run_id": "1"})
    steps = [step for step in action["runs"]["steps"] if step.get("uses", "").startswith(f"{CREDENTIALS}@")]
    return [values.all(step["with"]) for step in steps if values.is_true(step["if"])]


@dataclass(frozen=True)
class Expressions:
    """The values of `${{ … }}` expressions. An unknown expression is an error."""

    known: Mapping[str, str]

    def all(self, texts: Mapping[str, Any]) -> dict[str, str]:
        """Fill in every text of a mapping."""
        return {name: self.text(str(text)) for name, text in texts.items()}

    def text(self, text: str) -> str:
        """Fill in the expressions of a text."""
        return EXPRESSION.sub(lambda found: self._value(found[1]), text)

    def is_true(self, condition: str) -> bool:
        """Whether a condition of the sign-in action is true. Its conditions only check that values are not empty."""
        inner = EXPRESSION.fullmatch(condition)
        names = [NOT_EMPTY.fullmatch(part) for part in inner[1].split(" && ")] if inner else [None]
        assert all(names), f"cannot decide {condition}"
        return all(self._value(name[1]) != "" for name in names if name)

    def _value(self, expression: str) -> str:
        if " || " in expression:
            return next(filter(None, map(self._value, expression.split(" || "))), "")
        if named := FORMAT.fullmatch(expression):
            expression = f"vars.{named[1]}{self.known[named[2]]}"
        if expression.startswith("secrets."):
            return self.known.get(expression, "")
        if expression.startswith("vars."):  # names of variables are not case-sensitive on GitHub
            expression = f"vars.{expression.removeprefix('vars.').upper()}"
        if UNSET.fullmatch(expression):
            return self.known.get(expression, "")
        return {"github.repository": f"{OWNER}/{NAME}", "github.repository_owner": OWNER, **self.known}[
            expression
        ]


def upload(folder: Path, patterns: list[str], target: Path, *, hidden: bool) -> None:
    """Copy the files of patterns as upload-artifact does: below the common folder of their paths."""
    bases = [pattern if "*" not in pattern else str(Path(pattern).parent) for pattern in patterns]
    common = folder / os.path.commonpath(bases)
    for found in (found for pattern in patterns for found in folder.glob(pattern)):
        for file in found.rglob("*") if found.is_dir() else [found]:
            kept = file.relative_to(common)
            if file.is_file() and (hidden or not any(part.startswith(".") for part in kept.parts)):
                (target / kept).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target / kept)
