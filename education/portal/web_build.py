"""Builds the web parts of `portal/` with Vite: the portal itself, and the player of course packages.

A build is made once for the content of its inputs, and the same inputs give the same bytes on any machine.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

from education.encoding import speak_utf8
from education.errors import UserError, user_message
from education.installers import NPM_OPTIONS, npm_variables

PROJECT_ROOT = Path(__file__).resolve().parents[2]
SOURCES = PROJECT_ROOT / "portal"
BUILD = PROJECT_ROOT / "build"

Part = Literal["app", "player"]
PARTS: tuple[Part, ...] = get_args(Part)

_NOT_BUILT = (".test.ts", ".test.tsx")
_SECONDS = 300


def built(part: Part, *, sources: Path = SOURCES, build: Path = BUILD) -> Path:
    """The folder with the built files of a part. Several processes may ask at once.

    Args:
        part: "app" is the portal; "player" plays packages on the content distribution.
        sources: the npm workspace; its lock file is in the folder above it.
        build: where builds are kept, below `portal/`.

    Raises:
        UserError: npm is missing, a package cannot be installed, or the sources do not build.
    """
    digest = _digest(part, sources)
    folder = build / "portal" / part / digest
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{digest}-", dir=folder.parent))
    try:
        _install_if_missing(sources)
        _npm(["run", "--silent", f"build-{part}", "--", "--outDir", str(temporary), "--emptyOutDir"], sources)
        temporary.chmod(0o755)
        try:
            temporary.rename(folder)
        except OSError:  # another process made the same build meanwhile
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder


def files(folder: Path) -> tuple[str, ...]:
    """The files of a build, by their paths in it, in a steady order."""
    return tuple(sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()))


def _digest(part: Part, sources: Path) -> str:
    total = hashlib.sha256(part.encode())
    for path in _inputs(sources):
        total.update(path.relative_to(sources.parent).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def _inputs(sources: Path) -> Iterator[Path]:
    yield sources.parent / "package-lock.json"
    for folder, folders, names in os.walk(sources):
        folders[:] = sorted(name for name in folders if name != "node_modules" and not name.startswith("."))
        for name in sorted(names):
            if not name.endswith(_NOT_BUILT) and not name.startswith("."):
                yield Path(folder, name)


def _install_if_missing(sources: Path) -> None:
    """Install the workspace's packages, if cdktf did not come with them from the project's own `node_modules`."""
    places = (sources / "node_modules" / ".bin" / "vite", sources.parent / "node_modules" / ".bin" / "vite")
    if not any(place.exists() for place in places):
        _npm(["ci", *NPM_OPTIONS], sources.parent)


def _npm(arguments: list[str], folder: Path) -> None:
    try:
        result = subprocess.run(
            ["npm", *arguments],
            cwd=folder,
            env=npm_variables(os.environ, BUILD / "npm-cache"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise UserError(
            "the portal cannot be built because `npm` is not on PATH: install Node.js 20.19 or newer "
            "(https://nodejs.org) and run this again"
        ) from None
    except subprocess.TimeoutExpired:
        raise UserError(f"the portal could not be built in {_SECONDS} s: run this again") from None
    if result.returncode:
        lines = [line.strip() for line in _plain(result.stderr or result.stdout).splitlines() if line.strip()]
        reason = " · ".join(lines[:6]) or "no reason given"
        raise UserError(f"the portal could not be built (npm {' '.join(arguments[:3])}): {reason}")


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def main(arguments: list[str]) -> int:
    """Builds the named parts, or all, and prints a line about each."""
    try:
        for part in PARTS:
            if not arguments or part in arguments:
                folder = built(part)
                size = sum((folder / name).stat().st_size for name in files(folder))
                print(f"{part:8} {size / 1024:8.1f} KiB  {folder.relative_to(PROJECT_ROOT)}")
    except (UserError, OSError) as problem:
        print(f"error: {user_message(problem)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    speak_utf8()
    sys.exit(main(sys.argv[1:]))
