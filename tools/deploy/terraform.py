"""Runs Terraform itself in a synthesized stack's folder, for what cdktf has no command: plan files, import, state.

Its output goes to a log. `terraform_problems` turns a failure that it knows into one sentence.
"""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from education.errors import UserError
from tools.deploy.terraform_problems import explained
from tools.setup.toolchain import Toolchain
from tools.support.paths import displayed
from tools.support.programs import OnLine, logged_exit_code

NOTHING_CHANGED, CHANGES = 0, 2  # exit codes of `plan -detailed-exitcode`
TAIL_LINES = 30


@dataclass(frozen=True)
class Terraform:
    """Terraform for one folder, with its variables and where it logs."""

    folder: Path
    toolchain: Toolchain
    variables: Mapping[str, str]
    logs: Path

    def init(self, *options: str) -> None:
        """Initialize the folder with its own backend, instead of any earlier one."""
        self.run("init", "-input=false", *(options or ("-reconfigure",)))

    def plan(self, file: Path | None = None, *options: str) -> bool:
        """Plan, into `file` where one is given; whether there is anything to change."""
        out = [f"-out={file}"] if file else []
        code, _ = self.run(
            "plan", "-input=false", "-detailed-exitcode", *out, *options, expected=(NOTHING_CHANGED, CHANGES)
        )
        return code == CHANGES

    def apply(self, *arguments: str, on_line: OnLine | None = None) -> None:
        """Apply without asking: a plan file, or what there is to do. `on_line` gets each line of the output."""
        self.run("apply", "-input=false", "-auto-approve", *arguments, on_line=on_line)

    def destroy(self, *, on_line: OnLine | None = None) -> None:
        """Destroy everything without asking. `on_line` gets each line of the output."""
        self.run("destroy", "-input=false", "-auto-approve", on_line=on_line)

    def show(self, file: Path) -> dict[str, Any]:
        """A plan file as Terraform's JSON."""
        _, text = self.run("show", "-json", str(file), log=False)
        return dict(json.loads(text))

    def show_text(self, file: Path) -> str:
        """A plan file as text. Terraform masks sensitive values."""
        return self.run("show", "-no-color", str(file), log=False)[1]

    def state(self) -> dict[str, Any]:
        """The state, or an empty one."""
        _, text = self.run("state", "pull", log=False)
        return dict(json.loads(text)) if text.strip() else {}

    def addresses(self) -> set[str]:
        """The addresses of all managed resources in the state."""
        resources = self.state().get("resources", [])
        return {f"{r['type']}.{r['name']}" for r in resources if r.get("mode") == "managed"}

    def outputs(self) -> dict[str, Any]:
        """The outputs of the applied stack."""
        _, text = self.run("output", "-json", log=False)
        return {name: output["value"] for name, output in json.loads(text).items()}

    def run(
        self,
        command: str,
        *arguments: str,
        expected: Sequence[int] = (0,),
        log: bool = True,
        on_line: OnLine | None = None,
    ) -> tuple[int, str]:
        """Run one command; returns its exit code and what it printed.

        Args:
            command: Terraform's command.
            arguments: what follows it.
            expected: the exit codes that are no failure.
            log: whether its output goes to a log. Without one, only its standard output is returned.
            on_line: is called with each line that goes to the log.

        Raises:
            UserError: the exit code is another one.
        """
        program: list[str | Path] = [
            self.toolchain.terraform,
            command,
            *(["-no-color"] if log else []),
            *arguments,
        ]
        environment = self.toolchain.environment(self.variables)
        file = self.logs / f"terraform-{command}.log"
        if log:
            file.parent.mkdir(parents=True, exist_ok=True)
            code = logged_exit_code(
                program, log=file, folder=self.folder, environment=environment, on_line=on_line
            )
            output = said = file.read_text(errors="replace")
        else:
            completed = subprocess.run(
                program,
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
            code, output = completed.returncode, completed.stdout
            said = completed.stdout + completed.stderr
        if code not in expected:
            raise UserError(
                explained(said)
                or f"terraform {command} ended with exit code {code}."
                + "".join(f"\n    {line}" for line in said.splitlines()[-TAIL_LINES:])
                + f"\n  All of its output: {displayed(file) if log else 'above'}"
            )
        return code, output


def synthesized_resources(folder: Path, kind: str) -> dict[str, dict[str, Any]]:
    """The resources of one type in a synthesized stack, by Terraform address."""
    document = json.loads((folder / "cdk.tf.json").read_text())
    resources: Mapping[str, dict[str, Any]] = document.get("resource", {}).get(kind, {})
    return {f"{kind}.{name}": dict(body) for name, body in resources.items()}
