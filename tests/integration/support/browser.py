"""A real Chromium, driven by Playwright, on an empty page of any origin.

Nothing has to listen at the origin: Playwright answers the request for the page. It stops answering before the page
does its work, because a Playwright that answers requests also answers the preflights of CORS, for every origin.
"""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from local_platform.browser.chromium import chromium, find_browser
from tests.integration.support.deployed import Deployed

if TYPE_CHECKING:
    from playwright import sync_api

PAGE_SECONDS = 60
FRAME_TRIES, FRAME_PAUSE_MS = 300, 100
# Pages in a frame of another site get no cookies and no storage of their own, as in Safari.
NO_THIRD_PARTY_COOKIES = "--test-third-party-cookie-phaseout"


class Browser:
    """A running Chromium."""

    def __init__(self, chromium: "sync_api.Browser") -> None:
        self._chromium = chromium

    @property
    def version(self) -> int:
        """The first part of the version's number."""
        return int(self._chromium.version.partition(".")[0])

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


@contextlib.contextmanager
def chromium_or_skip(*flags: str) -> Iterator["sync_api.Browser"]:
    """Start Chromium, and end it with the context. Without one, or without what drives it, the test is left out."""
    program = find_browser()
    if program is None:
        pytest.skip("no Chromium on PATH (Debian: `apt-get install chromium`)")
    pytest.importorskip(
        "playwright", reason="run `python -m tools.setup.install --browser` to have Playwright"
    )
    with chromium(program, *flags) as running:
        yield running


@contextlib.contextmanager
def browser_of(deployed: Deployed, *flags: str) -> Iterator[Browser]:
    """Start Chromium for pages of the portal's origin. Where that is impossible the test is left out."""
    if not deployed.origin.startswith("http://localhost:"):
        pytest.skip(f"a page of {deployed.origin} cannot be served from here")
    with chromium_or_skip(*flags) as running:
        yield Browser(running)


def frame_of(page: "sync_api.Page", address: str) -> "sync_api.Frame":
    """The newest frame whose address has `address` in it, when it has loaded."""
    for _ in range(FRAME_TRIES):
        found = [each for each in page.frames if address in each.url]
        if found and found[-1].evaluate("document.readyState") == "complete":
            return found[-1]
        page.wait_for_timeout(FRAME_PAUSE_MS)
    raise AssertionError(f"no frame of {address} among {[each.url for each in page.frames]}")
