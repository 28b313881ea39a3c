"""Runs the cdktf command line for one stack: synth, deploy, destroy, diff, output."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from education.errors import UserError
from tools.setup.toolchain import Toolchain
from tools.support.paths import ROOT
from tools.support.programs import OnLine, print_line, run_logged

LOCK_FILE = ".terraform.lock.hcl"
CDKTF = ROOT / "node_modules" / ".bin" / "cdktf"
# cdktf has no option for it: https://developer.hashicorp.com/terraform/cli/config/environment-variables#tf_cli_args
LOCK_TIMEOUT = "-lock-timeout=180s"


@dataclass(frozen=True)
class Cdktf:
    """cdktf for one stack, with its output folder, its variables and the folder of its logs.

    `parallelism` is how many resources Terraform changes at once; 0 leaves it to Terraform, which takes 10.
    """

    stack: str
    toolchain: Toolchain
    output: Path
    variables: Mapping[str, str]
    logs: Path
    parallelism: int = 0

    @property
    def stack_folder(self) -> Path:
        """The folder in which Terraform runs."""
        return self.output / "stacks" / self.stack

    @property
    def _parallelism_options(self) -> list[str]:
        return [f"--terraform-parallelism={self.parallelism}"] if self.parallelism else []

    def synth(self) -> None:
        """Synthesize the app, and copy the provider's lock file into its folder.

        A mirror does not know the checksums for other platforms, so with a mirror Terraform writes its own lock file.
        """
        # The app's message is read from this log, and must not be the message of an earlier run.
        self._log("synth").unlink(missing_ok=True)
        try:
            self._run("synth", advice="correct what the message names and run this again.")
        except UserError:
            if message := self._message_of_the_app():
                raise UserError(message) from None
            raise
        if self.toolchain.mirror is None:
            shutil.copyfile(ROOT / LOCK_FILE, self.stack_folder / LOCK_FILE)

    def deploy(
        self, *, advice: str, is_synthesized: bool = False, on_line: OnLine | None = None
    ) -> dict[str, Any]:
        """Deploy the stack without asking; returns its outputs. `on_line` gets each line of the output."""
        file = self.output / f"{self.stack}.outputs.json"
        file.unlink(missing_ok=True)
        options = ["--auto-approve", *self._parallelism_options, "--outputs-file", str(file)]
        self._run(
            "deploy",
            *options,
            advice=advice,
            skip_synth=is_synthesized,
            success="Apply complete!",
            on_line=on_line,
        )
        return self._read(file)

    def destroy(self, *, advice: str, is_synthesized: bool = False, on_line: OnLine | None = None) -> None:
        """Destroy the stack without asking. `on_line` gets each line of the output.

        A destroy waits for a lock, as nobody watches for the moment in which another Terraform ends.
        """
        options = ["--auto-approve", *self._parallelism_options]
        self._run(
            "destroy",
            *options,
            advice=advice,
            skip_synth=is_synthesized,
            success="Destroy complete!",
            on_line=on_line,
            more={f"TF_CLI_ARGS_{command}": LOCK_TIMEOUT for command in ("plan", "apply", "destroy")},
        )

    def diff(self, *, advice: str, is_synthesized: bool = False) -> None:
        """Print what a deploy would change."""
        self._run("diff", advice=advice, skip_synth=is_synthesized, on_line=print_line)

    def outputs(self, *, advice: str, is_synthesized: bool = False) -> dict[str, Any]:
        """The outputs of the deployed stack."""
        file = self.output / f"{self.stack}.outputs.json"
        self._run("output", "--outputs-file", file, advice=advice, skip_synth=is_synthesized)
        return self._read(file)

    def _message_of_the_app(self) -> str:
        """The message of main.py about a mistake that the user can correct, without cdktf's output around it."""
        log = self._log("synth")
        lines = log.read_text(errors="replace").splitlines() if log.is_file() else []
        return next(
            (line.strip().removeprefix("error: ") for line in lines if line.strip().startswith("error: ")), ""
        )

    def _log(self, command: str) -> Path:
        return self.logs / f"{command}.log"

    def _read(self, file: Path) -> dict[str, Any]:
        outputs = json.loads(file.read_text()).get(self.stack, {}) if file.is_file() else {}
        if not outputs:
            raise UserError(f"{self.stack} has no outputs: deploy it first.")
        return dict(outputs)

    def _run(
        self,
        command: str,
        *arguments: str | Path,
        advice: str,
        skip_synth: bool = False,
        success: str = "",
        on_line: OnLine | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        """Run one cdktf command, with `more` environment variables.

        `success` is what Terraform prints at the end. cdktf's exit code is 0 even when Terraform was killed.
        """
        self.output.mkdir(parents=True, exist_ok=True)
        stack = [] if command == "synth" else [self.stack, *self.toolchain.lock_options]
        skip = ["--skip-synth"] if skip_synth else []
        run_logged(
            [CDKTF, command, *stack, *arguments, *skip, "--output", self.output],
            log=self._log(command),
            environment={
                **self.toolchain.environment(self.variables),
                "CDKTF_LOG_LEVEL": "warn",
                **(more or {}),
            },
            advice=advice,
            on_line=on_line,
            success=success,
        )
