"""Tries the move from CDKTF to CDK Terrain (`cdktn`): renames the imports in a copy, synthesizes, compares.

    python -m benchmarks.leaving_cdktf

It installs cdktn and its AWS bindings in `build/cdktn` (two minutes, once). The exit code is 1 if the two outputs
differ in more than metadata and the provider's source and version. docs/leaving-cdktf.md explains the result.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from education.errors import UserError
from tools.setup.toolchain import LOGS
from tools.support.command_line import command_line
from tools.support.paths import ROOT
from tools.support.programs import run_logged
from tools.support.steps import step

HOME = ROOT / "build" / "cdktn"
PACKAGES = ("cdktn==0.24.0", "cdktn-provider-aws==25.8.1", "pydantic>=2.11,<3", "PyYAML>=6.0.2")
RENAMES = ((r"\bcdktf_cdktf_provider_aws\b", "cdktn_provider_aws"), (r"\bcdktf\b", "cdktn"))
ENVIRONMENTS = ("dev", "staging", "prod", "local")
SOURCES = ("main.py", "education", "api", "environments", "lambda_src")
# The bindings of cdktn were generated from version 6 of the provider.
EXPECTED = re.compile(r"\.terraform\.required_providers\.aws\.(source|version)")


def install() -> Path:
    """Install cdktn once and return the path of its Python interpreter."""
    python, stamp = HOME / "bin" / "python", HOME / ".installed"
    if not stamp.is_file() or stamp.read_text() != " ".join(PACKAGES):
        shutil.rmtree(HOME, ignore_errors=True)
        for name, command in (
            ("venv", [sys.executable, "-m", "venv", str(HOME)]),
            ("pip", [str(python), "-m", "pip", "install", "--quiet", "--no-input", *PACKAGES]),
        ):
            run_logged(
                command,
                log=LOGS / f"cdktn-{name}.log",
                environment=os.environ,
                advice="the package comes from PyPI: check the network and try again.",
            )
        stamp.write_text(" ".join(PACKAGES))
    return python


def renamed(target: Path) -> Path:
    """Copy the files that synthesis needs to `target` and rename only the imports. Returns `target`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", *SOURCES], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target / name)
        if name.endswith(".py"):
            text = (target / name).read_text()
            for old, new in RENAMES:
                text = re.sub(old, new, text)
            (target / name).write_text(text)
    for name in ("dependencies", "functions"):
        if (ROOT / "build" / name).is_dir():
            shutil.copytree(ROOT / "build" / name, target / "build" / name)
    return target


def synthesized(python: Path, folder: Path, environment: str, output: Path) -> Any:
    """Run `python main.py` in a folder and return its output for an environment without metadata."""
    output.mkdir(parents=True)
    variables = {**os.environ, "ENVIRONMENT_SUFFIX": environment, "CDKTF_OUTDIR": str(output)}
    answer = subprocess.run(
        [python, "main.py"], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    if answer.returncode:
        raise UserError(f"{environment} does not synthesize with {python}: {answer.stderr.strip()[-600:]}")
    return _without_metadata(json.loads((output / f"stacks/TapStack{environment}/cdk.tf.json").read_text()))


def differences(one: Any, other: Any, place: str = "") -> Iterator[str]:
    """Yield the path of each place where two documents differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            yield from differences(one.get(key), other.get(key), f"{place}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{place}[{number}]")
    elif one != other:
        yield place


def _without_metadata(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_metadata(item) for key, item in value.items() if key != "//"}
    return [_without_metadata(item) for item in value] if isinstance(value, list) else value


def main() -> None:
    """The command line: install cdktn, rename the imports in a copy, compare every environment."""
    argparse.ArgumentParser(
        prog="python -m benchmarks.leaving_cdktf",
        description="Checks that renaming the imports is enough to synthesize with cdktn. Needs the network once.",
    ).parse_args()
    with step("installing cdktn"):
        cdktn = install()
    unexpected = []
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        with step("renaming the imports in a copy"):
            copy = renamed(scratch / "renamed")
        for environment in ENVIRONMENTS:
            with step(f"comparing {environment}") as current:
                ours = synthesized(Path(sys.executable), ROOT, environment, scratch / "cdktf" / environment)
                theirs = synthesized(cdktn, copy, environment, scratch / "cdktn" / environment)
                found = list(differences(ours, theirs))
                current.note(", ".join(found) or "the same")
                unexpected += [place for place in found if not EXPECTED.fullmatch(place)]
    if unexpected:
        raise UserError(f"more than the provider's version differs: {', '.join(unexpected[:5])}.")


if __name__ == "__main__":
    sys.exit(command_line(main))
