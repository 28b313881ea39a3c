"""The packages that functions depend on: installs them once, and picks those that a function needs."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import Distribution, distributions
from pathlib import Path

from education.errors import UserError
from education.installers import Installation, installations, missing_python_packages

_SECONDS = 120


def install_dependencies(requirements: Path, build: Path) -> Path:
    """The folder below `build` with the packages of `requirements`, which are installed once.

    Raises:
        UserError: pip cannot download them, or a download does not have the hash that `requirements` demands.
    """
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]
    installed = build / "dependencies" / digest
    if installed.is_dir():
        return installed
    installed.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{digest}-", dir=installed.parent))
    try:
        _install(requirements, temporary)
        temporary.chmod(0o755)
        # Another process may have made the folder meanwhile; its files are the same.
        if not installed.is_dir():
            try:
                temporary.rename(installed)
            except OSError:
                if not installed.is_dir():
                    raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return installed


def _install(requirements: Path, target: Path) -> None:
    problem = ""
    for way in installations(Path(sys.executable), requirements, os.environ, target):
        problem = _problem_of(way, requirements, target)
        if not problem:
            return
    raise UserError(
        f"the functions' dependencies (lambda_src/{requirements.name}) could not be installed ({problem}); "
        "pip needs its package index once: check the network, or PIP_INDEX_URL"
    )


def _problem_of(way: Installation, requirements: Path, target: Path) -> str:
    """Why this way did not install the packages; empty if it did."""
    try:
        result = subprocess.run(
            [str(part) for part in way.command],
            env=dict(way.variables),
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{way.program} took too long"
    if result.returncode:
        said = [line for line in result.stderr.splitlines() if line.startswith("ERROR")]
        return said[-1].removeprefix("ERROR:").strip() if said else f"exit {result.returncode}"
    missing = missing_python_packages(Path(sys.executable), requirements, target)
    return f"{way.program} left out {', '.join(missing)}" if missing else ""


def dependency_files(wanted: set[str], installed: Path) -> dict[str, bytes]:
    """The files of the packages whose modules are wanted, and of the packages that these require, by name in a zip.

    Raises:
        UserError: a package requires another one that is not installed.
    """
    found = {_normalised(each.metadata["Name"]): each for each in distributions(path=[str(installed)])}
    waiting = [name for name, each in found.items() if _top_levels(each) & wanted]
    entries: dict[str, bytes] = {}
    done: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in done:
            continue
        if name not in found:
            raise UserError(f"lambda_src/requirements.txt lacks {name}, which another dependency requires")
        done.add(name)
        for file in found[name].files or ():
            if file.suffix == ".py" and ".." not in file.parts:
                entries[file.as_posix()] = Path(str(file.locate())).read_bytes()
        needs = [need for need in found[name].requires or () if ";" not in need]
        waiting += [_normalised(re.split(r"[^\w.-]", need, maxsplit=1)[0]) for need in needs]
    return entries


def _top_levels(distribution: Distribution) -> set[str]:
    files = [file for file in distribution.files or () if file.suffix == ".py"]
    return {file.parts[0].removesuffix(".py") for file in files}


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
