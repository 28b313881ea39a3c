"""Installs the scanners that `scanning/` pins, if they are missing or out of date."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from education.errors import UserError
from education.installers import (
    NPM_OPTIONS,
    missing_node_packages,
    missing_python_packages,
    npm_variables,
    pip_variables,
)
from tools.setup.install import digest, is_stamped
from tools.setup.toolchain import LOGS
from tools.support.paths import ROOT
from tools.support.programs import run_logged

PINS = ROOT / "scanning"
HOME = ROOT / "build" / "scanning"


@dataclass(frozen=True)
class Scanners:
    """Where the scanners' programs are: those of PyPI, and those of npm."""

    python: Path
    node: Path

    @classmethod
    def installed(cls) -> "Scanners":
        """The scanners, after installing what is missing; raises `UserError` if that fails."""
        requirements, lock = PINS / "requirements.txt", PINS / "package-lock.json"
        stamp, wanted = HOME / ".installed", digest(requirements, lock, sys.version)
        if not is_stamped(stamp, wanted):
            shutil.rmtree(HOME, ignore_errors=True)
            HOME.mkdir(parents=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copyfile(PINS / name, HOME / name)
            python = HOME / "venv" / "bin" / "python"
            pip: list[str | Path] = [python, "-I", "-m", "pip", "install", "--quiet", "--no-input"]
            commands: dict[str, list[str | Path]] = {
                "venv": [sys.executable, "-m", "venv", HOME / "venv"],
                "pip": [*pip, "--require-hashes", "--requirement", requirements],
                "npm": ["npm", "ci", "--prefix", HOME, *NPM_OPTIONS],
            }
            advice = "the scanners come from PyPI and npm: check the network, and try again."
            for name, command in commands.items():
                variables = npm_variables(os.environ, HOME / "npm-cache")
                if name == "pip":
                    variables = pip_variables(python, os.environ)
                run_logged(command, log=LOGS / f"scanners-{name}.log", environment=variables, advice=advice)
            if missing := missing_python_packages(python, requirements) + missing_node_packages(HOME):
                raise UserError(f"the installation of the scanners left out {missing[0]}: {advice}")
            stamp.write_text(wanted + "\n")
        return cls(HOME / "venv" / "bin", HOME / "node_modules" / ".bin")
