"""Programs that run beside the tests: `main.py` in a process of its own, and Terraform.

Each is started early, waited for once, and ended with the session whatever happens.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from tests.infrastructure.synthesized import ROOT, Synthesized
from tools.setup.toolchain import find_toolchain

TIMEOUT_SECONDS = 180
# The only variables of the developer's shell that reach these programs.
BARE = ("PATH", "HOME", "LANG", "TMPDIR", "TERRAFORM_BINARY_NAME", "TERRAFORM_PLUGIN_MIRROR", "XDG_DATA_HOME")

# Part of a warning -> why it is no mistake.
KNOWN_WARNINGS = {
    "Backend configuration ignored": "a stack that serves as a module keeps its backend, which then counts for nothing",
    '"reset_on_delete" attribute will be removed': "from version 6 on the provider always does what it says",
}


def bare_environment(**variables: str) -> dict[str, str]:
    """The variables of a fresh shell, and `variables`."""
    return {**{name: os.environ[name] for name in BARE if name in os.environ}, **variables}


@dataclass
class Background:
    """A running program that writes into `folder`."""

    process: subprocess.Popen[str]
    folder: Path
    _said: str | None = field(default=None, init=False)

    @classmethod
    @contextlib.contextmanager
    def started(
        cls, command: Sequence[str], *, cwd: Path, folder: Path, env: Mapping[str, str]
    ) -> Iterator[Self]:
        """Runs `command` in `cwd` until it ends, or until the session does."""
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        try:
            yield cls(process, folder)
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()

    @classmethod
    def main_py(cls, folder: Path, **variables: str) -> contextlib.AbstractContextManager[Self]:
        """`python -O main.py`, as cdktf runs it in a fresh shell: no AWS credentials, only the given variables."""
        env = bare_environment(CDKTF_OUTDIR=str(folder), **variables)
        return cls.started([sys.executable, "-O", "main.py"], cwd=ROOT, folder=folder, env=env)

    def finished(self) -> str:
        """Waits for the end; what it said. Fails the test if it did not end well."""
        if self._said is None:
            self._said, _ = self.process.communicate(timeout=TIMEOUT_SECONDS)
        assert self.process.returncode == 0, self._said[-4000:]
        return self._said


@dataclass
class TerraformValidation:
    """One `terraform validate` of several stacks, each as a module of one configuration."""

    running: Background

    @classmethod
    @contextlib.contextmanager
    def started(cls, folder: Path, stacks: Mapping[str, Synthesized], lock_file: Path) -> Iterator[Self]:
        """Copies the stacks below `folder` and starts to validate them there."""
        for name, stack in stacks.items():
            (folder / name).mkdir()
            shutil.copy(stack.folder / "cdk.tf.json", folder / name)
        modules = {name: {"source": f"./{name}"} for name in stacks}
        backend = next(iter(stacks.values())).document["terraform"]["backend"]
        (folder / "main.tf.json").write_text(
            json.dumps({"module": modules, "terraform": {"backend": backend}})
        )
        shutil.copy(lock_file, folder)
        toolchain = find_toolchain()
        terraform = str(toolchain.terraform)
        # The backend is left alone, as initialising it would ask AWS (terraform-cdk #3909).
        script = (
            '"$0" init -backend=false -input=false -no-color -lockfile=readonly && "$0" validate -json >"$1"'
        )
        command = ["sh", "-c", script, terraform, str(folder / "answer.json")]
        # Reading the provider's schema fills the memory once; tidying it up more often takes a quarter of the time.
        environment = toolchain.environment(bare_environment(GOGC="400"))
        with Background.started(command, cwd=folder, folder=folder, env=environment) as running:
            yield cls(running)

    @cached_property
    def answer(self) -> Mapping[str, Any]:
        """What Terraform answered."""
        said, _ = self.running.process.communicate(timeout=TIMEOUT_SECONDS)
        file = self.running.folder / "answer.json"
        assert file.is_file(), f"terraform init failed:\n{said[-4000:]}"
        answer: Mapping[str, Any] = json.loads(file.read_text())
        return answer

    def complaints(self, name: str) -> list[str]:
        """What is wrong with one stack, in words."""
        return [
            f"{problem['summary']}: {problem.get('detail', '')}"
            for problem in self.answer["diagnostics"]
            if problem.get("range", {}).get("filename", "").startswith(f"{name}/")
            and not any(known in f"{problem['summary']} {problem.get('detail')}" for known in KNOWN_WARNINGS)
        ]
