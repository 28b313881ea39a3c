"""GitHub's runner, as far as this project's workflows need one: each job on a fresh checkout, artifacts in between.

It knows the expressions and actions that the walked jobs use and fails on any other, so that no step is passed over.
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

from local_platform.strict_instance import StrictInstance
from tests.pipeline.account import REPOSITORY, Account
from tests.pipeline.workflows import Workflow, workflow

DEPLOY = "./.github/workflows/deploy.yml"
SIGNING_IN = ("./.github/actions/setup", "./.github/actions/sign-in")
VERIFY = "make verify"
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
FORMAT = re.compile(r"vars\[format\('(\w+)\{0\}', ([\w.]+)\)\]")
ALWAYS = "${{ always() }}"
Completed: TypeAlias = "subprocess.CompletedProcess[str]"
OWNER, _, NAME = REPOSITORY.removeprefix("repo:").partition("/")


@dataclass
class Machine:
    """A machine that ran a job: its checkout, its variables, who is signed in, and what each command said."""

    account: Account
    folder: Path
    variables: dict[str, str]
    user: StrictInstance
    said: dict[str, str] = field(default_factory=dict)

    def attempt(self, command: str, more: Mapping[str, str] = MappingProxyType({})) -> Completed:
        """Run a command here that may fail, as who is signed in."""
        variables = {**self.variables, **more, **(self._online() if command == VERIFY else {})}
        return self.account.attempt(command, self.user, self.folder, variables)

    def run(self, command: str, more: Mapping[str, str]) -> None:
        """Run a command of the job, with variables of its own; it must succeed."""
        done = self.attempt(command, more)
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        self.said[command] = done.stdout

    def _online(self) -> dict[str, str]:
        """What leads a command over the internet; other commands call AWS at the endpoint that they are given."""
        aws = self.account.aws
        return {
            "HTTPS_PROXY": self.account.internet,
            "NO_PROXY": "127.0.0.1,localhost",
            "REQUESTS_CA_BUNDLE": str(aws.certificate),
        }


@dataclass
class WorkflowRun:
    """One run of workflows: its artifacts, what GitHub knows of the event, and the machines that ran."""

    account: Account
    folder: Path
    known: Mapping[str, str] = field(default_factory=dict)
    github: str = "https://github.invalid"  # the address of its API
    subject: str = "ref:refs/heads/main"  # what GitHub says of a job without an environment
    ran: dict[tuple[str, str], Machine] = field(default_factory=dict)  # by job and environment

    def deploy(self, environment: str) -> dict[str, Machine]:
        """All of deploy.yml for one environment, in its order; returns the machines by job."""
        called, inputs = workflow("deploy"), {"inputs.environment": environment}
        machines = {job: self.job(called, job, inputs) for job in called.in_order()}
        self.ran |= {(job, environment): machine for job, machine in machines.items()}
        return machines

    def job(self, of: Workflow, name: str, inputs: Mapping[str, str] = MappingProxyType({})) -> Machine:
        """Run one job: its steps in order; after a failure only those that always run."""
        job = of.jobs[name]
        values = Expressions({**self.account.repository_variables(), **self.known, **inputs})
        variables = values.all({**of.document.get("env", {}), **job.get("env", {})})
        variables |= {"GITHUB_API_URL": self.github, "GITHUB_REPOSITORY": f"{OWNER}/{NAME}"}
        nobody = self.account.aws.with_credentials({})
        machine = Machine(self.account, self.account.fresh_checkout(), variables, nobody)
        failure: AssertionError | None = None
        for step in job["steps"]:
            assert step.get("if", ALWAYS) == ALWAYS, f"{name}: cannot decide {step['if']}"
            if failure is None or "if" in step:
                try:
                    self._step(step, job, machine, values)
                except AssertionError as problem:
                    failure = failure or problem
        if failure is not None:
            raise failure
        self.account.walked.add((of.path.stem, name))
        return machine

    def artifact(self, name: str) -> Path:
        """The folder of an artifact that a job left."""
        return self.folder / name

    def _step(
        self, step: dict[str, Any], job: dict[str, Any], machine: Machine, values: "Expressions"
    ) -> None:
        if "run" in step:
            machine.run(step["run"], values.all(step.get("env", {})))
            return
        uses, given = str(step["uses"]).partition("@")[0], values.all(step.get("with", {}))
        if uses in SIGNING_IN:
            if role := given.get("role"):
                assert ("id-token", "write") in job["permissions"].items(), role
                environment = values.text(job.get("environment", ""))
                subject = f"environment:{environment}" if environment else self.subject
                machine.user = self.account.assume(role.rpartition("/")[2], f"{REPOSITORY}:{subject}")
        elif uses == "actions/upload-artifact":
            hidden = given.get("include-hidden-files") == "true"
            upload(machine.folder, given["path"].split(), self.artifact(given["name"]), hidden=hidden)
        elif uses == "actions/download-artifact":
            shutil.copytree(self.artifact(given["name"]), machine.folder / given["path"])
        else:
            assert uses == "actions/checkout", f"{uses} is not known here"


@dataclass(frozen=True)
class Expressions:
    """The values of `${{ … }}`; an unknown one is a mistake."""

    known: Mapping[str, str]

    def all(self, texts: Mapping[str, Any]) -> dict[str, str]:
        """Every text of a mapping, filled in."""
        return {name: self.text(str(text)) for name, text in texts.items()}

    def text(self, text: str) -> str:
        """A text, filled in."""
        return EXPRESSION.sub(lambda found: self._value(found[1]), text)

    def _value(self, expression: str) -> str:
        if named := FORMAT.fullmatch(expression):
            expression = f"vars.{named[1]}{self.known[named[2]]}"
        if expression.startswith("secrets."):
            return self.known.get(expression, "")
        if expression.startswith("vars."):  # GitHub does not tell capital letters from small ones there
            expression = f"vars.{expression.removeprefix('vars.').upper()}"
        return {"github.repository": f"{OWNER}/{NAME}", "github.repository_owner": OWNER, **self.known}[
            expression
        ]


def upload(folder: Path, patterns: list[str], target: Path, *, hidden: bool) -> None:
    """Keep the files that patterns name, as upload-artifact does: below what is common to their paths."""
    bases = [pattern if "*" not in pattern else str(Path(pattern).parent) for pattern in patterns]
    common = folder / os.path.commonpath(bases)
    for found in (found for pattern in patterns for found in folder.glob(pattern)):
        for file in found.rglob("*") if found.is_dir() else [found]:
            kept = file.relative_to(common)
            if file.is_file() and (hidden or not any(part.startswith(".") for part in kept.parts)):
                (target / kept).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target / kept)
