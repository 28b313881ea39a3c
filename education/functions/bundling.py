"""Reproducible zips of the Lambda functions: the same sources give the same bytes anywhere, at any time.

A bundle has the function's own package, those shared modules and dependencies that its imports reach, and its part of
the HTTP API's description. boto3 is left out, because the Lambda runtime has it. The files in the zip are not
compressed, because the output of zlib differs between its builds; bundles are far below 1 MB.
"""

import base64
import hashlib
import io
import json
import os
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from education.encoding import speak_utf8
from education.errors import UserError, user_message
from education.functions.dependencies import dependency_files, install_dependencies
from education.functions.source_imports import is_module, reached_files, source_bytes
from education.openapi.description import ApiDescription, load_api_description

PROJECT_ROOT = Path(__file__).resolve().parents[2]
SOURCES = PROJECT_ROOT / "lambda_src"
REQUIREMENTS = "requirements.txt"
BUILD = PROJECT_ROOT / "build"

API_FILE = "api.json"
_API_MODULE = "toolkit.openapi"
# `profile` is a module of the standard library, so the folder of that function has another name.
_DEPLOYED_NAMES = {"profiles": "profile"}
# The earliest time that a zip can have.
_TIMESTAMP = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644
_UNIX = 3


@dataclass(frozen=True)
class Bundle:
    """A built zip.

    Attributes:
        path: where it is.
        digest: SHA-256 of its bytes in hex.
        source_code_hash: the same in base64, the form that AWS and Terraform compare.
    """

    path: Path
    digest: str
    source_code_hash: str


def function_names(sources: Path = SOURCES) -> tuple[str, ...]:
    """The folders below `lambda_src/` that are functions: those with a handler."""
    handlers = (path for path in sources.glob("*/handler.py") if is_module(path.relative_to(sources)))
    return tuple(sorted(handler.parent.name for handler in handlers))


def deployed_name(folder: str) -> str:
    """What a function is called in AWS and in the API's description, by its folder below `lambda_src/`."""
    return _DEPLOYED_NAMES.get(folder, folder.replace("_", "-"))


def bundle(function_name: str, *, sources: Path = SOURCES, build: Path = BUILD) -> Bundle:
    """Builds a function's zip if it is missing or its inputs have changed. Several processes may do so at once.

    Raises:
        UserError: there is no such function, or the dependencies cannot be installed.
    """
    if not (sources / function_name / "handler.py").is_file():
        known = ", ".join(function_names(sources))
        raise UserError(f"there is no function {function_name!r} in lambda_src; there are {known}")
    content = _zip(_entries(function_name, sources, build))
    path = build / "functions" / f"{function_name}.zip"
    if not (path.is_file() and path.read_bytes() == content):
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content)
    digest = hashlib.sha256(content)
    return Bundle(path, digest.hexdigest(), base64.b64encode(digest.digest()).decode())


@cache
def bundles() -> dict[str, Bundle]:
    """All bundles, built once in a process, by the function's folder."""
    return {name: bundle(name) for name in function_names()}


def _entries(function_name: str, sources: Path, build: Path) -> dict[str, bytes]:
    """The files of a zip, by their names in it."""
    reached, foreign = reached_files(function_name, sources, build)
    entries = {path.relative_to(sources).as_posix(): source_bytes(path) for path in reached}
    if _API_MODULE.replace(".", "/") + ".py" in entries:
        described = json.dumps(
            _description().function_slice(deployed_name(function_name)), sort_keys=True, separators=(",", ":")
        )
        entries[API_FILE] = described.encode()
    installed = install_dependencies(sources / REQUIREMENTS, build)
    entries.update(dependency_files(foreign, installed))
    return entries


@cache
def _description() -> ApiDescription:
    return load_api_description()


def _zip(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(entries):
            info = zipfile.ZipInfo(name, date_time=_TIMESTAMP)
            info.create_system = _UNIX
            info.external_attr = _MODE << 16
            archive.writestr(info, entries[name])
    return buffer.getvalue()


def _replace(path: Path, content: bytes) -> None:
    """Writes a file so that no other process ever reads half of it."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def main(arguments: list[str]) -> int:
    """Builds the named functions, or all, and prints a line about each."""
    try:
        for name in arguments or function_names():
            built = bundle(name)
            size = built.path.stat().st_size
            where = built.path.relative_to(PROJECT_ROOT)
            print(f"{name:20} {size / 1024:7.1f} KiB  {built.digest[:16]}  {where}")
    except (UserError, OSError) as problem:
        print(f"error: {user_message(problem)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    speak_utf8()
    sys.exit(main(sys.argv[1:]))
