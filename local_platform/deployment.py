"""Deploys the stack to the AWS emulator, if something changed since the last successful deploy."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from local_platform.emulator import Instance
from local_platform.platform import STACK, Platform
from local_platform.state_backend import StateBackend
from tools.deploy.cdktf import Cdktf
from tools.setup.quiet_terraform import write_program
from tools.setup.toolchain import Toolchain
from tools.support.programs import OnLine

ADVICE = (
    "read the error above. If it comes from your last change, correct that and run `make up` again; "
    "if not, start from empty with `make down` and `make up`."
)
# Most resources wait for AWS. With ten at once, those that wait would leave no room for others.
PARALLELISM = 40
# Terraform and its provider are Go programs, which collect garbage when their memory has grown by so much (Go takes
# 100). A plan takes two thirds of the processor time.
MEMORY_PERCENT = "400"


def cdktf(platform: Platform, toolchain: Toolchain) -> Cdktf:
    """cdktf for the platform's stack."""
    logs = platform.log("x").parent
    logs.mkdir(parents=True, exist_ok=True)
    quiet = write_program(platform.home / "terraform", toolchain.terraform, platform.log("plan"))
    toolchain = replace(toolchain, terraform=quiet)
    variables = {"GOGC": MEMORY_PERCENT, **platform.variables()}
    return Cdktf(STACK, toolchain, platform.synthesized, variables, logs, PARALLELISM)


class Deployment:
    """What is deployed on one instance of the AWS emulator, recorded in a file of the platform."""

    def __init__(self, platform: Platform, instance: Instance, backend: StateBackend) -> None:
        self._platform, self._instance, self._backend = platform, instance, backend
        self._record = platform.home / "deployed.json"

    def outputs(self) -> dict[str, Any] | None:
        """The stack's outputs if the synthesized stack is the deployed one; else None."""
        try:
            record = json.loads(self._record.read_text())
        except (OSError, ValueError):
            return None
        current = self._marks()
        return dict(record["outputs"]) if record.get("marks") == current and current["state"] else None

    def deploy(self, toolchain: Toolchain, on_line: OnLine) -> dict[str, Any]:
        """Run `cdktf deploy --auto-approve` on what is synthesized; `on_line` gets each line of its output."""
        self.forget_deployment()
        stack = cdktf(self._platform, toolchain)
        outputs = stack.deploy(advice=ADVICE, is_synthesized=True, on_line=on_line)
        self._record.write_text(json.dumps({"marks": self._marks(), "outputs": outputs}, indent=1))
        return outputs

    def forget_deployment(self) -> None:
        """Make the next `make up` deploy in any case."""
        self._record.unlink(missing_ok=True)

    def _marks(self) -> dict[str, str]:
        return {
            "instance": self._instance.id,
            "state": self._backend.version(),
            "synthesized": digest(self._platform.synthesized),
        }


def digest(synthesized: Path) -> str:
    """One digest over a synthesized stack and its assets, without Terraform's own files."""
    total = hashlib.sha256()
    stack = synthesized / "stacks" / STACK
    for path in sorted([stack / "cdk.tf.json", *(stack / "assets").rglob("*")]):
        if path.is_file():
            total.update(str(path.relative_to(stack)).encode() + b"\0")
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
