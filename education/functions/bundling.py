"""Reproducible zips of the Lambda functions: the same sources give the same bytes anywhere, at any time.

A bundle holds the function's own package, those shared modules and dependencies that its imports reach,
and its slice of the HTTP API's description. boto3 is left out: the Lambda runtime ships it. Entries are
stored, not compressed, because zlib's output differs between its builds; bundles stay far below 1 MB.
"""

import ast
import base64
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path

from education.errors import UserError, user_message
from education.openapi.description import ApiDescription, load_api_description

PROJECT_ROOT = Path(__file__).resolve().parents[2]
SOURCES = PROJECT_ROOT / "lambda_src"
REQUIREMENTS = SOURCES / "requirements.txt"
BUILD = PROJECT_ROOT / "build"

API_FILE = "api.json"
_API_MODULE = "toolkit.openapi"
# `profile` is a module of the standard library, so the folder of that function has another name.
_DEPLOYED_NAMES = {"profiles": "profile"}
# The earliest moment a zip can hold.
_TIMESTAMP = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644
_UNIX = 3
_PIP_SECONDS = 120
# CPython 3.11 counts the depth of a tree for all threads together, and fails where two parse at once.
_PARSING = threading.Lock()


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
    return tuple(sorted(handler.parent.name for handler in sources.glob("*/handler.py")))


def deployed_name(folder: str) -> str:
    """What a function is called in AWS and in the API's description, by its folder below `lambda_src/`."""
    return _DEPLOYED_NAMES.get(folder, folder.replace("_", "-"))


def bundle(function_name: str, *, sources: Path = SOURCES, build: Path = BUILD) -> Bundle:
    """Build a function's zip if it is missing or its inputs changed; safe to run in parallel.

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


def dependencies(*, sources: Path = SOURCES, build: Path = BUILD) -> Path:
    """The folder with the installed dependencies of `lambda_src/requirements.txt`; installs them once.

    Raises:
        UserError: pip cannot fetch them, or what it fetched is not what the hashes say.
    """
    requirements = sources / REQUIREMENTS.name
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]
    installed = build / "dependencies" / digest
    if installed.is_dir():
        return installed
    installed.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{digest}-", dir=installed.parent))
    try:
        _pip_install(requirements, temporary)
        temporary.chmod(0o755)
        # Whoever comes second finds the first one's folder there; both hold the same files.
        if not installed.is_dir():
            try:
                temporary.rename(installed)
            except OSError:
                if not installed.is_dir():
                    raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return installed


def _pip_install(requirements: Path, target: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--require-hashes", "--no-deps", "--only-binary=:all:", "--no-compile"]
    command += ["--target", str(target), "--requirement", str(requirements)]
    problem = "pip took too long"
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=_PIP_SECONDS, check=False)
        if result.returncode == 0:
            return
        said = [line for line in result.stderr.splitlines() if line.startswith("ERROR")] or [
            f"exit {result.returncode}"
        ]
        problem = said[-1].removeprefix("ERROR:").strip()
    except subprocess.TimeoutExpired:
        pass
    raise UserError(
        f"the functions' dependencies (lambda_src/{requirements.name}) could not be installed ({problem}); "
        "pip needs its package index once: check the network, or PIP_INDEX_URL"
    )


def _entries(function_name: str, sources: Path, build: Path) -> dict[str, bytes]:
    """What goes into a zip, by its name in there."""
    reached, foreign = _reach(function_name, sources)
    entries = {path.relative_to(sources).as_posix(): path.read_bytes() for path in reached}
    if _API_MODULE.replace(".", "/") + ".py" in entries:
        described = json.dumps(
            _description().function_slice(deployed_name(function_name)), sort_keys=True, separators=(",", ":")
        )
        entries[API_FILE] = described.encode()
    entries.update(_dependency_entries(foreign, dependencies(sources=sources, build=build)))
    return entries


@cache
def _description() -> ApiDescription:
    return load_api_description()


def _reach(function_name: str, sources: Path) -> tuple[set[Path], set[str]]:
    """Our own files that a function needs, and the top-level names it imports that are not ours."""
    package = sources / function_name
    waiting = [path for path in package.rglob("*.py") if "__pycache__" not in path.parts]
    reached: set[Path] = set()
    foreign: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        for module in _imports(path):
            top = module.partition(".")[0]
            if not (sources / top).is_dir():
                foreign.add(top)
                continue
            waiting += _files_of(module, sources)
    return reached, foreign


def _imports(path: Path) -> Iterator[str]:
    """The dotted names a file may import; `from a import b` may mean the module a.b."""
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _parsed(path: Path) -> ast.Module:
    try:
        with _PARSING:
            return ast.parse(path.read_bytes(), filename=str(path))
    except SyntaxError as problem:
        where = f"{path.parent.name}/{path.name}:{problem.lineno}"
        raise UserError(
            f"{where} is not valid Python ({problem.msg}): correct it and run this again."
        ) from None


def _files_of(module: str, sources: Path) -> Iterator[Path]:
    """The files that importing one of our modules runs: itself and the packages above it."""
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        place = sources.joinpath(*parts[:length])
        for candidate in (place / "__init__.py", place.with_suffix(".py")):
            if candidate.is_file():
                yield candidate


def _dependency_entries(wanted: set[str], installed: Path) -> dict[str, bytes]:
    """The files of those distributions whose modules are wanted, and of what these require themselves."""
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
    """Write a file so that nobody ever sees half of it."""
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
    """Build the named functions, or all, and print what they are."""
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
    sys.exit(main(sys.argv[1:]))
