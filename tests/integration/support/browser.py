"""A real Chromium, driven by Playwright, on an empty page of any origin.

Nothing has to listen at the origin: Playwright answers the request for the page. It stops answering before the page
does its work, because a Playwright that answers requests also answers the preflights of CORS, for every origin.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.support.deployed import Deployed
from tools.setup.install import CHROMIUM_PROGRAMS

if TYPE_CHECKING:
    from playwright import sync_api

PAGE_SECONDS = 60
FLAGS = (
    "--no-proxy-server",
    # Chromium does not know where a page comes from that Playwright answers, and would not let it call this machine.
    "--disable-features=LocalNetworkAccessChecks",
)


# Pages in a frame of another site get no cookies and no storage of their own, as in Safari.
NO_THIRD_PARTY_COOKIES = "--test-third-party-cookie-phaseout"


class Browser:
    """A running Chromium."""

    def __init__(self, chromium: "sync_api.Browser") -> None:
        self._chromium = chromium

    def page(
        self,
        address: str,
        html: str,
        *,
        ignore_policies: bool = False,
        profile: "sync_api.BrowserContext | None" = None,
    ) -> "sync_api.Page":
        """A page with this text at this address, in a browser profile of its own: `page.context.close()` ends it.

        Args:
            address: where the page is; nothing has to listen there.
            html: the page.
            ignore_policies: whether tests may run scripts that a content security policy would refuse.
            profile: the profile of an earlier page, to use it again.
        """
        page = (profile or self._chromium.new_context(bypass_csp=ignore_policies)).new_page()
        page.set_default_timeout(PAGE_SECONDS * 1000)
        page.route(address, lambda route: route.fulfill(body=html, content_type="text/html"))
        page.goto(address)
        page.unroute_all()
        return page

    def run(self, origin: str, script: str) -> Any:
        """Run the body of an async function on a page of this origin, and return what it returned."""
        with self._chromium.new_context() as context:
            page = context.new_page()
            page.route(f"{origin}/", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
            page.goto(f"{origin}/")
            page.unroute_all()
            return page.evaluate(LIMITED.replace("SCRIPT", script))


PAGE = '<!doctype html><html lang="en"><title>Portal</title></html>'
LIMITED = f"""() => Promise.race([
  (async () => {{ SCRIPT }})(),
  new Promise((_, reject) => setTimeout(() => reject(new Error("no result in time")), {PAGE_SECONDS * 1000})),
])"""


def find_browser() -> str | None:
    """A Chromium on PATH; None if there is none."""
    return next((found for program in CHROMIUM_PROGRAMS if (found := shutil.which(program))), None)


@contextlib.contextmanager
def browser(program: str, *flags: str) -> Iterator[Browser]:
    """Start Chromium, and end it with the context. Needs tests/browser-requirements.txt."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program, chromium_sandbox=os.geteuid() != 0, args=(*FLAGS, *flags)
        )
        try:
            yield Browser(chromium)
        finally:
            chromium.close()


@contextlib.contextmanager
def browser_of(deployed: Deployed, *flags: str) -> Iterator[Browser]:
    """Start Chromium for pages of the portal's origin. Without one, or without what drives it, the test is left out."""
    program = find_browser()
    if program is None:
        pytest.skip("no Chromium on PATH (Debian: `apt-get install chromium`)")
    if not deployed.origin.startswith("http://localhost:"):
        pytest.skip(f"a page of {deployed.origin} cannot be served from here")
    pytest.importorskip(
        "playwright", reason="run `python -m tools.setup.install --browser` to have Playwright"
    )
    with browser(program, *flags) as running:
        yield running
