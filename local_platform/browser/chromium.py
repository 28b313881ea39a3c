"""Chromium on this machine: where it is, and how it is started. `make browser` and `make screenshots` use it."""

import contextlib
import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from education.errors import UserError
from tools.setup.install import CHROMIUM_PROGRAMS

if TYPE_CHECKING:
    from playwright import sync_api

FLAGS = (
    "--no-proxy-server",
    # Chromium does not know where a page comes from that Playwright answers, and would not let it call this machine.
    "--disable-features=LocalNetworkAccessChecks",
)
# A film plays without a click on it, as it does after a click on *Next lesson*.
FILMS_PLAY = "--autoplay-policy=no-user-gesture-required"


def find_browser() -> str | None:
    """A Chromium on PATH; None if there is none."""
    return next((found for program in CHROMIUM_PROGRAMS if (found := shutil.which(program))), None)


def needed_browser() -> str:
    """The path of Chromium. Raises `UserError` if it, or Playwright, which drives it, is missing."""
    program = find_browser()
    if program is None:
        raise UserError(
            "no Chromium is on PATH: install one (Debian: `apt-get install chromium`), then run this again."
        )
    if importlib.util.find_spec("playwright") is None:
        raise UserError("Playwright, which drives Chromium, is not installed: run `make browser-driver`.")
    return program


@contextlib.contextmanager
def chromium(program: str, *flags: str) -> Iterator["sync_api.Browser"]:
    """Start Chromium, and end it with the context. Needs tests/browser-requirements.txt."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=program, chromium_sandbox=os.geteuid() != 0, args=(*FLAGS, *flags)
        )
        try:
            yield running
        finally:
            running.close()


@contextlib.contextmanager
def chromium_with_profile(program: str, profile: Path, *flags: str) -> Iterator["sync_api.BrowserContext"]:
    """Start Chromium with one window whose storage is in `profile`, so that another program can share the window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch_persistent_context(
            profile, executable_path=program, chromium_sandbox=os.geteuid() != 0, args=[*FLAGS, *flags]
        )
        try:
            yield running
        finally:
            running.close()
