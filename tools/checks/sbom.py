"""Parts lists in CycloneDX: of the Python and npm locks, and of each function's bundle.

They go to `build/sbom`. A bundle's list names what is really in its zip, with the zip's own SHA-256. Licences are
listed for the npm lock only, as Python locks do not name them.
"""

import hashlib
import json
import re
import subprocess
import uuid
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from education.errors import UserError
from education.functions.bundling import bundle
from tools.support.paths import ROOT

RESULTS = ROOT / "build" / "sbom"
LOCKS = {"python": "requirements.txt", "functions": "lambda_src/requirements.txt"}
_LOCKED = re.compile(r"([a-z0-9-]+)==(\S+)")  # as `make lock` writes it


def lock_list(lock: str) -> dict[str, Any]:
    """The parts of a Python lock, with the hashes that pip checks."""
    file = ROOT / lock
    return _document(_application(f"education-platform {lock}"), _locked(file), file.read_bytes())


def npm_list() -> dict[str, Any]:
    """The parts of the npm lock, as npm itself lists them; raises `UserError` if npm fails."""
    answer = subprocess.run(
        ["npm", "sbom", "--package-lock-only", "--sbom-format=cyclonedx", "--sbom-type=application"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise UserError(f"npm could not list the parts of package-lock.json: {answer.stderr.strip()[-300:]}")
    parts = dict(json.loads(answer.stdout))
    parts["metadata"]["component"]["name"] = "education-platform-tooling"  # npm takes the name of the folder
    return parts


def bundle_list(name: str, archive: Path) -> dict[str, Any]:
    """What is in one function's zip: the packages of the lock that it carries, and the zip itself."""
    with zipfile.ZipFile(archive) as content:
        roots = {entry.partition("/")[0].removesuffix(".py") for entry in content.namelist()}
    carried = [part for part in _locked(ROOT / LOCKS["functions"]) if part.name.replace("-", "_") in roots]
    content_bytes = archive.read_bytes()
    digest = HashType(alg=HashAlgorithm.SHA_256, content=hashlib.sha256(content_bytes).hexdigest())
    return _document(_application(f"education-{name}", digest), carried, content_bytes)


def _application(name: str, *hashes: HashType) -> Component:
    """What a list is about."""
    return Component(name=name, bom_ref=name, type=ComponentType.APPLICATION, hashes=hashes)


def _locked(lock: Path) -> list[Component]:
    """The packages of a Python lock."""
    found = []
    for block in re.split(r"\n(?=\S)", lock.read_text()):
        if match := _LOCKED.match(block):
            name, version = match.groups()
            hashes = [
                HashType(alg=HashAlgorithm.SHA_256, content=digest)
                for digest in re.findall(r"--hash=sha256:(\w+)", block)
            ]
            index = ExternalReference(
                type=ExternalReferenceType.DISTRIBUTION,
                url=XsUri(f"https://pypi.org/simple/{name}/"),
                hashes=hashes,
            )
            purl = PackageURL("pypi", name=name, version=version)
            found.append(
                Component(
                    name=name, version=version, purl=purl, bom_ref=str(purl), external_references=[index]
                )
            )
    return found


def _document(main: Component, parts: Iterable[Component], source: bytes) -> dict[str, Any]:
    """One parts list, without a time or a random number: the same source has the same list, so two can be compared."""
    serial = uuid.uuid5(uuid.NAMESPACE_URL, hashlib.sha256(source).hexdigest())
    bom = Bom(metadata=BomMetaData(component=main), components=parts, serial_number=serial)
    bom.register_dependency(main, bom.components)
    document: dict[str, Any] = json.loads(JsonV1Dot6(bom).output_as_string())
    del document["metadata"]["timestamp"]
    return document


def functions() -> list[str]:
    """The functions' folders."""
    return sorted(path.parent.name for path in (ROOT / "lambda_src").glob("*/handler.py"))


def write_parts_lists() -> None:
    """Write the parts lists of the locks and of every function's bundle into `build/sbom`."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    lists = {name: lock_list(lock) for name, lock in LOCKS.items()}
    lists["npm"] = npm_list()
    for name in functions():
        lists[f"function-{name}"] = bundle_list(name, bundle(name).path)
    for name, parts in lists.items():
        file = RESULTS / f"{name}.cdx.json"
        file.write_text(json.dumps(parts, indent=2) + "\n")
        print(f"  {name:<28} {len(parts.get('components', [])):>4} parts")
