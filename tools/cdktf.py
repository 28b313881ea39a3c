"""Runs the cdktf command line for one stack: synth, deploy, destroy, diff, output."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from education.errors import UserError
from tools.steps import ROOT, run_logged
from tools.toolchain import Toolchain

LOCK_FILE = ".terraform.lock.hcl"
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
        """Synthesize the app, and lay the provider's lock file beside it.

        A mirror cannot vouch for other platforms' sums, so with one Terraform makes its own.
        """
        self._run("synth", advice="mend what the message names and run this again.")
        if self.toolchain.mirror is None:
            shutil.copyfile(ROOT / LOCK_FILE, self.stack_folder / LOCK_FILE)

    def deploy(self, *, advice: str, is_synthesized: bool = False) -> dict[str, Any]:
        """Deploy the stack without asking; returns its outputs."""
        file = self.output / f"{self.stack}.outputs.json"
        self._run(
            "deploy", "--auto-approve", "--outputs-file", file, advice=advice, skip_synth=is_synthesized
        )
        return self._read(file)

    def destroy(self, *, advice: str, is_synthesized: bool = False) -> None:
        """Destroy the stack without asking."""
        self._run("destroy", "--auto-approve", advice=advice, skip_synth=is_synthesized)

    def diff(self, *, advice: str, is_synthesized: bool = False) -> None:
        """Show what a deploy would change."""
        self._run("diff", advice=advice, skip_synth=is_synthesized)

    def outputs(self, *, advice: str, is_synthesized: bool = False) -> dict[str, Any]:
        """The outputs of the deployed stack."""
        file = self.output / f"{self.stack}.outputs.json"
        self._run("output", "--outputs-file", file, advice=advice, skip_synth=is_synthesized)
        return self._read(file)

    def _read(self, file: Path) -> dict[str, Any]:
        outputs = json.loads(file.read_text()).get(self.stack, {}) if file.is_file() else {}
        if not outputs:
            raise UserError(f"{self.stack} has no outputs: deploy it first.")
        return dict(outputs)

    def _run(self, command: str, *arguments: str | Path, advice: str, skip_synth: bool = False) -> None:
        self.output.mkdir(parents=True, exist_ok=True)
        stack = [] if command == "synth" else [self.stack, *self.toolchain.lock_options]
        skip = ["--skip-synth"] if skip_synth else []
        run_logged(
            [CDKTF, command, *stack, *arguments, *skip, "--output", self.output],
            log=self.logs / f"{command}.log",
            environment={
                **self.toolchain.environment(self.variables),
                "CDKTF_LOG_LEVEL": "warn",
            },
            advice=advice,
            echo=self.echo,
        )
