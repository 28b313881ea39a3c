"""Installs what the project needs: `.venv` as requirements.txt says, `node_modules` as the npm lock says.

Runs on the machine's own Python before anything is installed, so it uses the standard library only.
Each installation carries a stamp of the files it was made from and is redone only when they change.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from education.installers import (
    NPM_OPTIONS,
    installations,
    missing_node_packages,
    missing_python_packages,
    npm_variables,
)
from tools.setup.versions import MINIMUM_PYTHON, InstallError, check_node, check_python

ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT / "build" / "logs"
CHROMIUM_PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
TAIL_LINES = 15
REPEAT = "If the network failed, run this again: it repeats what is not complete."
FULL = ("No space left on device", "ENOSPC", "Disk quota exceeded")
FREE = "Make space (the installation takes about 1 GB; `npm cache clean --force` and `pip cache purge` free some)"


# As main.py begins, with Python's compiled files for -O, which cdktf.json asks for.
FIRST_SYNTH = """
from education import early_start
from education.functions.bundling import bundles
with early_start.starting():
    bundles()
import education.tap_stack
"""


def digest(*parts: str | Path) -> str:
    """One digest over texts and the contents of files."""
    total = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part.encode()
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()


def is_stamped(stamp: Path, wanted: str) -> bool:
    """Whether an installation is complete and made from the wanted inputs."""
    return stamp.is_file() and stamp.read_text().strip() == wanted


def run(
    what: str,
    advice: str,
    command: Sequence[str | Path],
    log_name: str,
    variables: Mapping[str, str] | None = None,
) -> None:
    """Run an installer with its output in a log. Its failure is an `InstallError` with the reason and `advice`."""
    log = LOGS / f"{log_name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    print(f"  {what} …", flush=True)
    start = time.monotonic()
    with log.open("w") as output:
        code = subprocess.run(
            [str(part) for part in command],
            cwd=ROOT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        ).returncode
    if code == 0:
        print(f"  {what}: {time.monotonic() - start:.1f} s", flush=True)
        return
    print(f"  {what}: FAILED", flush=True)
    said = log.read_text(encoding="utf-8", errors="replace")
    end = "\n".join(said.splitlines()[-TAIL_LINES:])
    if any(sign in said for sign in FULL):
        advice = f"The disk is full. {FREE}, and run this again."
    raise InstallError(
        f"{what} failed (exit code {code}).\n{end}\n\n{advice} All of its output: {log.relative_to(ROOT)}"
    )


def install_pinned(venv: Path, what: str, requirements: Path, log_name: str) -> None:
    """Install the exact hashes of a requirements file into a virtual environment, by uv if that is there."""
    python = venv / "bin" / "python"
    ways = installations(python, requirements, os.environ)
    for way in ways:
        try:
            run(f"{what} ({way.program})", REPEAT, way.command, f"{log_name}-{way.program}", way.variables)
            break
        except InstallError:
            if way is ways[-1]:
                raise
    refuse_missing(what, missing_python_packages(python, requirements))


def refuse_missing(what: str, missing: Sequence[str]) -> None:
    """Refuse an installation that says that it is complete, and is not, before it is stamped as done."""
    if missing:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise InstallError(
            f"{what} left out {', '.join(missing[:3])}{more}: a setting of pip or npm sent them elsewhere (look at "
            "`pip config list` and `npm config list`); remove it and run this again."
        )


def install_python_packages() -> None:
    """Install exactly the packages of requirements.txt into `.venv`.

    The installation of a `.venv` without a stamp was interrupted. Its content cannot be trusted, so it is made anew.
    """
    requirements = ROOT / "requirements.txt"
    venv = ROOT / ".venv"
    stamp = venv / ".installed"
    wanted = digest(requirements, ".".join(str(part) for part in sys.version_info[:2]))
    if is_stamped(stamp, wanted):
        return
    usable = (
        stamp.is_file()
        and f"{sys.version_info[0]}.{sys.version_info[1]}." in (venv / "pyvenv.cfg").read_text()
    )
    if not usable:
        shutil.rmtree(venv, ignore_errors=True)
        run(
            "making the virtual environment .venv",
            "On Debian and Ubuntu the package python3-venv must be installed.",
            [sys.executable, "-m", "venv", venv],
            "venv",
        )
    stamp.unlink(missing_ok=True)
    with contextlib.suppress(InstallError):  # where uv cannot be had, pip installs everything
        install_pinned(venv, "installing uv", ROOT / "tools" / "setup" / "uv.txt", "uv")
    install_pinned(venv, "installing the Python packages of requirements.txt", requirements, "packages")
    stamp.write_text(wanted + "\n")


def compile_bindings() -> None:
    """Compile the AWS bindings on every core. A test imports all of their 2,300 modules; `make up` needs a few."""
    venv = ROOT / ".venv"
    stamp = venv / ".bindings-compiled"
    wanted = digest(venv / ".installed")
    if is_stamped(stamp, wanted):
        return
    bindings = venv.glob("lib/python*/site-packages/cdktf_cdktf_provider_aws")
    run(
        "compiling the AWS bindings",
        "Run this again; if it fails again, remove .venv.",
        [venv / "bin" / "python", "-m", "compileall", "-q", "-j", "0", *bindings],
        "compile",
    )
    stamp.write_text(wanted + "\n")


def prepare_synth() -> None:
    """Make what the first synth makes: compiled libraries, jsii's copy of the bindings, the functions' bundles.

    It needs Python packages only, so it runs while npm still works. What fails here the synth repeats and reports.
    """
    venv = ROOT / ".venv"
    stamp = venv / ".synth-prepared"
    wanted = digest(venv / ".installed")
    if is_stamped(stamp, wanted):
        return
    with contextlib.suppress(InstallError):
        run(
            "bundling the functions and compiling what a synth imports",
            "",
            [venv / "bin" / "python", "-O", "-c", FIRST_SYNTH],
            "synth",
        )
        stamp.write_text(wanted + "\n")


def install_browser_driver() -> None:
    """Add what drives a real browser to `.venv`, by tests/browser-requirements.txt, if a Chromium is on PATH."""
    if not any(shutil.which(program) for program in CHROMIUM_PROGRAMS):
        return
    venv, requirements = ROOT / ".venv", ROOT / "tests" / "browser-requirements.txt"
    stamp = venv / ".browser-installed"
    wanted = digest(requirements, venv / ".installed")
    if is_stamped(stamp, wanted):
        return
    install_pinned(venv, "installing what drives Chromium in the tests", requirements, "browser-driver")
    stamp.write_text(wanted + "\n")


def install_node_packages(node_version: str) -> None:
    """Install exactly the packages of package-lock.json into `node_modules`."""
    lock = ROOT / "package-lock.json"
    stamp = ROOT / "node_modules" / ".installed"
    wanted = digest(ROOT / "package.json", ROOT / "portal" / "package.json", lock, node_version.split(".")[0])
    if is_stamped(stamp, wanted):
        return
    stamp.unlink(missing_ok=True)
    run(
        "installing cdktf-cli and the portal's packages by package-lock.json",
        "If the network failed, run this again: `npm ci` always starts over.",
        ["npm", "ci", *NPM_OPTIONS],
        "npm",
        npm_variables(os.environ, ROOT / "build" / "npm-cache"),
    )
    refuse_missing("installing the packages of package-lock.json", missing_node_packages(ROOT))
    run(
        "trying cdktf",
        "It does not start on this Node.js: install another one (22 is a good choice) and run this again.",
        ["node", ROOT / "node_modules" / ".bin" / "cdktf", "--version"],
        "cdktf",
        {**os.environ, "CHECKPOINT_DISABLE": "1", "CDKTF_HOME": str(ROOT / "build" / "toolchain" / "cdktf")},
    )
    stamp.write_text(wanted + "\n")


def link_cdktf() -> None:
    """Let an active environment find `cdktf`, as a person types it: `. .venv/bin/activate`, `cdktf synth`."""
    link = ROOT / ".venv" / "bin" / "cdktf"
    if link.parent.is_dir() and not link.is_symlink():
        link.symlink_to(Path("..", "..", "node_modules", ".bin", "cdktf"))


def install(*, browser: bool = False, bindings: bool = False, synth: bool = False) -> None:
    """Install what is missing; two at a time wait for one another.

    Args:
        browser: the driver of browser tests too.
        bindings: compile the AWS bindings too.
        synth: prepare the first synth too.
    """
    check_python()
    node_version = check_node()
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS.parent / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with ThreadPoolExecutor() as beside:  # npm mostly waits where pip computes, and the other way round
            node_packages = beside.submit(install_node_packages, node_version)
            install_python_packages()
            if synth:
                prepare_synth()
        node_packages.result()
        link_cdktf()
        if bindings:
            compile_bindings()
        if browser:
            install_browser_driver()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.setup.install", description=__doc__)
    parser.add_argument(
        "--browser", action="store_true", help="also what drives Chromium in tests, if a Chromium is on PATH"
    )
    parser.add_argument(
        "--bindings", action="store_true", help="also compile the AWS bindings, for the tests"
    )
    parser.add_argument("--synth", action="store_true", help="also prepare the first synth, for `make up`")
    given = parser.parse_args(arguments)
    try:
        install(browser=given.browser, bindings=given.bindings, synth=given.synth)
    except InstallError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as problem:  # education.errors needs packages that are not installed yet
        print(
            f"error: {problem.filename or 'this folder'}: {problem.strerror or problem}; the tools write to this "
            "checkout: look at what is there, who may use it and how much space is left, and run this again.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; run it again to complete the installation", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    if sys.version_info[:2] >= MINIMUM_PYTHON:  # an older one is refused below
        from education.encoding import speak_utf8

        speak_utf8()
    sys.exit(main())
