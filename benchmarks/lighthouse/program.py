"""Lighthouse itself: installs what package-lock.json beside this file pins, and scores one page with it."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from education.errors import UserError
from education.installers import NPM_OPTIONS, missing_node_packages, npm_variables
from tools.setup.install import digest, is_stamped
from tools.setup.toolchain import LOGS
from tools.support.paths import ROOT
from tools.support.programs import run_logged

PINS = Path(__file__).parent
HOME = ROOT / "build" / "lighthouse"
FILES = ("package.json", "package-lock.json", "audit.mjs")
SECONDS = 180


def install() -> None:
    """Install Lighthouse into build/lighthouse, if it is missing or out of date; raises `UserError` if that fails."""
    stamp, wanted = HOME / ".installed", digest(PINS / "package.json", PINS / "package-lock.json")
    if not is_stamped(stamp, wanted):
        shutil.rmtree(HOME, ignore_errors=True)
        HOME.mkdir(parents=True)
        for name in FILES:
            shutil.copyfile(PINS / name, HOME / name)
        advice = "Lighthouse comes from npm: check the network, and try again."
        run_logged(
            ["npm", "ci", "--prefix", HOME, *NPM_OPTIONS],
            log=LOGS / "lighthouse-npm.log",
            environment=npm_variables(os.environ, HOME / "npm-cache"),
            advice=advice,
        )
        if missing := missing_node_packages(HOME):
            raise UserError(f"the installation of Lighthouse left out {missing[0]}: {advice}")
        stamp.write_text(wanted + "\n")
    shutil.copyfile(PINS / "audit.mjs", HOME / "audit.mjs")  # it is no part of the lock


def score(port: int, url: str) -> dict[str, Any]:
    """Lighthouse's whole result for one page.

    Args:
        port: where Chromium takes the commands of its debugger.
        url: the page; a window of Chromium must show another page of the same origin, signed in.

    Raises:
        UserError: Lighthouse failed, or could not load the page.
    """
    answer = subprocess.run(
        ["node", "audit.mjs", json.dumps({"port": port, "url": url})],
        cwd=HOME,
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    if answer.returncode:
        raise UserError(f"Lighthouse could not score {url}: {answer.stderr.strip()[-600:]}")
    result: dict[str, Any] = json.loads(answer.stdout)
    if problem := result.get("runtimeError"):
        raise UserError(f"Lighthouse could not score {url}: {problem['message']}")
    return result
