"""Runs the cdktf command line for one stack: synth, deploy, destroy, diff, output."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from education.errors import UserError
from tools.steps import ROOT, run_logged
from tools.toolchain import Toolchain

CDKTF = ROOT / "node_modules" / ".bin" / "cdktf"


@dataclass(frozen=True)
class Cdktf:
    """cdktf for one stack, with its output folder, its variables and where it logs.

    `echo` shows what it prints, for commands that a person reads.
    """

    stack: str
    toolchain: Toolchain
    output: Path
    variables: Mapping[str, str]
    logs: Path
    echo: bool = False

    @property
    def stack_folder(self) -> Path:
        """The folder in which Terraform runs."""
        return self.output / "stacks" / self.stack

    def synth(self) -> None:
        """Synthesize the app."""
        self._run("synth", advice="mend what the message names and run this again.")

    def deploy(self, *, advice: str, is_synthesized: bool = False) -> dict[str, Any]:
        """Deploy the stack without asking; returns its outputs."""
        file = self.output / f"{self.stack}.outputs.json"
        self._run(
            "deploy",
            self.stack,
            "--auto-approve",
            "--outputs-file",
            file,
            *self.toolchain.lock_options,
            *(["--skip-synth"] if is_synthesized else []),
            advice=advice,
        )
        return self._read(file)

    def destroy(self, *, advice: str, is_synthesized: bool = False) -> None:
        """Destroy the stack without asking."""
        skip = ["--skip-synth"] if is_synthesized else []
        self._run("destroy", self.stack, "--auto-approve", *self.toolchain.lock_options, *skip, advice=advice)

    def diff(self, *, advice: str) -> None:
        """Show what a deploy would change."""
        self._run("diff", self.stack, *self.toolchain.lock_options, advice=advice)

    def outputs(self, *, advice: str) -> dict[str, Any]:
        """The outputs of the deployed stack."""
        file = self.output / f"{self.stack}.outputs.json"
        self._run("output", self.stack, "--outputs-file", file, *self.toolchain.lock_options, advice=advice)
        return self._read(file)

    def _read(self, file: Path) -> dict[str, Any]:
        outputs = json.loads(file.read_text()).get(self.stack, {}) if file.is_file() else {}
        if not outputs:
            raise UserError(f"{self.stack} has no outputs: deploy it first.")
        return dict(outputs)

    def _run(self, command: str, *arguments: str | Path, advice: str) -> None:
        self.output.mkdir(parents=True, exist_ok=True)
        run_logged(
            [CDKTF, command, *arguments, "--output", self.output],
            log=self.logs / f"{command}.log",
            environment={
                **self.toolchain.environment(self.variables),
                "CDKTF_LOG_LEVEL": "warn",
            },
            advice=advice,
            echo=self.echo,
        )
