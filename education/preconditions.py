"""What a synth needs besides settings. It is checked before jsii starts, because jsii would end in a traceback.

The checks look at a variable, a program and two folders; they change nothing.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from education.errors import UserError

OUTPUT_FOLDER = "cdktf.out"
BOOTSTRAP = "bootstrap"
_NODE_TIMEOUT_SECONDS = 30


def wants_bootstrap(variables: Mapping[str, str]) -> bool:
    """Whether EDUCATION_STACK asks for the account's bootstrap instead of the platform.

    Raises `UserError` for any other name.
    """
    name = variables.get("EDUCATION_STACK") or ""
    if name not in ("", BOOTSTRAP):
        raise UserError(
            f"EDUCATION_STACK is {name!r}; allowed: {BOOTSTRAP}, or nothing for the platform itself."
        )
    return name == BOOTSTRAP


def check_preconditions(variables: Mapping[str, str]) -> None:
    """Check that the stack exists, Node.js works and the output can be written.

    Raises `UserError` for the first check that fails.
    """
    wants_bootstrap(variables)
    _check_node(variables.get("JSII_NODE") or "node", variables)
    if temporary := variables.get("TMPDIR"):
        _check_writable(
            Path(temporary), f"TMPDIR is {temporary!r}, which {{}}: name another folder, or unset it."
        )
    _check_output(Path(variables.get("CDKTF_OUTDIR") or OUTPUT_FOLDER))


def _check_node(node: str, variables: Mapping[str, str]) -> None:
    advice = "install Node.js 20 or newer (https://nodejs.org) and run this again"
    program = shutil.which(node, path=variables.get("PATH"))
    if program is None:
        raise UserError(f"`{node}` is not on PATH, and CDKTF runs in it: {advice}.")
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=_NODE_TIMEOUT_SECONDS, check=False
        ).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        said = ""
    if not re.fullmatch(r"v\d+\..*", said):
        raise UserError(f"{program} does not print a version, so it is not a working Node.js: {advice}.")


def _check_output(folder: Path) -> None:
    """The output folder need not exist, but it must be possible to make it."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    _check_writable(
        there,
        f"the stack cannot be written to {folder}, because {there} {{}}: move it away, or correct its permissions.",
    )


def _check_writable(folder: Path, sentence: str) -> None:
    """Raise `UserError` unless it is a folder that can be written to; `sentence` has a placeholder for the reason."""
    if not folder.exists():
        raise UserError(sentence.format("does not exist"))
    if not folder.is_dir():
        raise UserError(sentence.format("is not a folder"))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UserError(sentence.format("cannot be written to"))
