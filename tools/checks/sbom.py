"""Parts lists in CycloneDX: of the Python and npm locks, and of each function's bundle.

They go to `build/sbom`. A bundle's list holds what is really in its zip, with the zip's own SHA-256.
"""

import argparse
import base64
import hashlib
import json
import re
import subprocess
import sys
import uuid
import zipfile
from pathlib import Path
from typing import Any

from education.errors import UserError
from education.functions.bundling import bundle
from tools.checks.scanners import Scanners
from tools.support.command_line import command_line
from tools.support.paths import ROOT
from tools.support.steps import step

RESULTS = ROOT / "build" / "sbom"
LOCKS = {"python": "requirements.txt", "functions": "lambda_src/requirements.txt"}
_LOCKED = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)  # as `make lock` writes it


def lock_list(scanners: Scanners, lock: str) -> dict[str, Any]:
    """The parts of a Python lock."""
    command: list[str | Path] = [
        scanners.python / "cyclonedx-py",
        "requirements",
        lock,
        "--output-format",
        "JSON",
    ]
    return _parsed(command, lock)


def npm_list(lock: Path = ROOT / "package-lock.json") -> dict[str, Any]:
    """The parts of the npm lock, with the sums that npm checks."""
    packages: dict[str, dict[str, Any]] = json.loads(lock.read_text())["packages"]
    components = []
    for place, package in sorted(packages.items()):
        name = place.rpartition("node_modules/")[2]
        if not name or "version" not in package:
            continue
        part = {
            "type": "library",
            "name": name,
            "version": package["version"],
            "purl": f"pkg:npm/{name.replace('@', '%40')}@{package['version']}",
        }
        algorithm, _, encoded = package.get("integrity", "").partition("-")
        if algorithm == "sha512":
            part["hashes"] = [{"alg": "SHA-512", "content": base64.b64decode(encoded).hex()}]
        components.append(part)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, lock.read_text())}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "education-platform-tooling"}},
        "components": components,
    }


def bundle_list(name: str, archive: Path) -> dict[str, Any]:
    """What is in one function's zip: the packages of the lock that it carries, and the zip itself."""
    with zipfile.ZipFile(archive) as content:
        roots = {entry.partition("/")[0].removesuffix(".py") for entry in content.namelist()}
    locked = _LOCKED.findall((ROOT / LOCKS["functions"]).read_text())
    packages = [(package, version) for package, version in locked if package.replace("-", "_") in roots]
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        # The same zip has the same list, so that a list can be compared.
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, digest)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": f"education-{name}",
                "hashes": [{"alg": "SHA-256", "content": digest}],
            }
        },
        "components": [
            {"type": "library", "name": package, "version": version, "purl": f"pkg:pypi/{package}@{version}"}
            for package, version in packages
        ],
    }


def functions() -> list[str]:
    """The functions' folders."""
    return sorted(path.parent.name for path in (ROOT / "lambda_src").glob("*/handler.py"))


def _parsed(command: list[str | Path] | list[str], what: str) -> dict[str, Any]:
    answer = subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if answer.returncode:
        raise UserError(f"no parts list of {what} could be made: {answer.stderr.strip()[-300:]}")
    return dict(json.loads(answer.stdout))


def main() -> None:
    """The command line."""
    argparse.ArgumentParser(prog="python -m tools.checks.sbom", description=__doc__).parse_args()
    with step("installing the scanners that are missing"):
        scanners = Scanners.installed()
    RESULTS.mkdir(parents=True, exist_ok=True)
    lists = {name: lock_list(scanners, lock) for name, lock in LOCKS.items()}
    lists["npm"] = npm_list()
    for name in functions():
        lists[f"function-{name}"] = bundle_list(name, bundle(name).path)
    for name, parts in lists.items():
        file = RESULTS / f"{name}.cdx.json"
        file.write_text(json.dumps(parts, indent=2) + "\n")
        print(f"  {name:<28} {len(parts.get('components', [])):>4} parts")


if __name__ == "__main__":
    sys.exit(command_line(main))
