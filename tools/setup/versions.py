"""Which Python and Node.js the project needs. Standard library only, because the installer uses it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence

MINIMUM_PYTHON = (3, 11)
MINIMUM_NODE = (20, 19)  # what Vite and vitest, which build and test the portal, need


class InstallError(Exception):
    """Something is missing or failed. The message is one sentence that says what to do."""


def check_python(version: Sequence[int] = tuple(sys.version_info[:3])) -> None:
    """Refuse an interpreter that is too old for the project."""
    if tuple(version[:2]) < MINIMUM_PYTHON:
        found = ".".join(str(part) for part in version[:3])
        raise InstallError(
            f"Python {MINIMUM_PYTHON[0]}.{MINIMUM_PYTHON[1]} or newer is needed and this is {found}: "
            "install a newer one, or name it with `make PYTHON=python3.12 …`."
        )


def check_node() -> str:
    """The version of Node.js; refuses one that is missing or too old."""
    wanted = ".".join(str(part) for part in MINIMUM_NODE)
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise InstallError(
                f"`{tool}` is not on PATH and cdktf-cli needs it: install Node.js {wanted} or newer "
                "(https://nodejs.org) and run this again."
            )
    version = subprocess.run(
        ["node", "--version"], capture_output=True, text=True, check=False
    ).stdout.strip()
    match = re.fullmatch(r"v(\d+)\.(\d+)\..*", version)
    if match is None or (int(match[1]), int(match[2])) < MINIMUM_NODE:
        raise InstallError(
            f"Node.js {wanted} or newer is needed and `node` is {version or 'broken'}: "
            "install a newer one and run this again."
        )
    return version
