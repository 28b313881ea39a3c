"""A window of the portal in Chromium: it signs a person in, opens pages, and notes what a page does wrong."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tools.support.paths import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import APIResponse, ConsoleMessage, Page, Request, Response, Route

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2 AA, and what axe's authors advise beside it.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WAIT_MS = 30_000
POLL_MS = 100
FIRST_FAULT = 400
# What Chromium itself says of an answer with an error. `refused` has them with method and path.
_FAILED_LOAD = "Failed to load resource"
# The directive is for browsers that will know it: docs/packages.md.
_UNKNOWN = "Unrecognized Content-Security-Policy directive 'webrtc'"

_GO = """(path) => {
  history.pushState(null, '', path);
  dispatchEvent(new PopStateEvent('popstate'));
  dispatchEvent(new HashChangeEvent('hashchange'));
}"""


def answer_of(route: "Route") -> "APIResponse":
    """The platform's answer to a request that Playwright holds. It knows no *.localhost, so a header names it."""
    address = urlsplit(route.request.url)
    return route.fetch(
        url=address._replace(netloc=f"127.0.0.1:{address.port}").geturl(),
        headers={**route.request.headers, "host": address.netloc},
    )


class Window:
    """One window of the portal.

    Attributes:
        page: the page of Playwright.
        outputs: the outputs of the platform.
        strangers: requests to hosts that are not part of the platform.
        complaints: errors in scripts, and what the console has of errors and of security policies.
        refused: the answers of the portal's own host with an error, as "STATUS METHOD /path".
    """

    def __init__(self, page: "Page", outputs: Mapping[str, Any]) -> None:
        self.page = page
        self.outputs = outputs
        self.strangers: list[str] = []
        self.complaints: list[str] = []
        self.refused: list[str] = []
        page.set_default_timeout(WAIT_MS)
        page.on("request", self.note_request)
        page.on("response", self._note_response)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._note_console)

    @property
    def portal(self) -> str:
        """The portal's address."""
        return str(self.outputs["portal_url"])

    def note_request(self, request: "Request") -> None:
        """Note a request to a stranger."""
        address = urlsplit(request.url)
        if address.scheme not in ("http", "https"):
            return
        hosts = {
            urlsplit(self.outputs[name]).hostname
            for name in ("portal_url", "content_base_url", "sign_in_base_url", "aws_endpoint_url")
        }
        if address.hostname not in hosts:
            self.strangers.append(request.url)

    def _note_response(self, response: "Response") -> None:
        if response.status >= FIRST_FAULT and response.url.startswith(self.portal):
            self.refused.append(f"{response.status} {response.request.method} {urlsplit(response.url).path}")

    def _note_console(self, said: "ConsoleMessage") -> None:
        is_fault = said.type == "error" or "Content Security" in said.text
        if is_fault and not said.text.startswith((_FAILED_LOAD, _UNKNOWN)):
            self.complaints.append(said.text)

    def open(self, path: str) -> None:
        """Open a page by its address, as from a bookmark."""
        self.page.goto(f"{self.portal}{path}")

    def show(self, path: str) -> None:
        """Begin to go to another page of the portal as by a link."""
        self.page.evaluate(_GO, path)

    def go(self, path: str, mark: str) -> None:
        """Go to another page of the portal as by a link, and wait for `mark` (a CSS selector) and all answers."""
        self.show(path)
        self.page.locator(mark).first.wait_for()
        self.settle()

    def give_password(self, username: str, password: str, path: str | None = "/") -> None:
        """Begin to sign in on Cognito's page, on the way to `path`; without one, from the page that is open.

        A second factor is still asked for. Works in every language of the portal.
        """
        if path is not None:
            self.open(path)
        self.page.locator("main .button-main").first.click()
        self.page.fill("#username", username)
        self.page.fill("#password", password)
        self.page.keyboard.press("Enter")

    def sign_in_with(self, username: str, password: str, path: str | None = "/") -> None:
        """Sign in on Cognito's page, as of `give_password`, and wait for the portal."""
        self.give_password(username, password, path)
        self.page.locator(".banner-inner > .button").wait_for()
        self.settle()

    def settle(self) -> None:
        """Wait until the page has what it asked for."""
        self.page.wait_for_load_state("networkidle")

    def until(self, expression: str, arg: Any = None) -> None:
        """Wait until an expression is true. The page's security policy does not let Playwright itself wait for it."""
        for _ in range(WAIT_MS // POLL_MS):
            if self.page.evaluate(expression, arg):
                return
            self.page.wait_for_timeout(POLL_MS)
        raise AssertionError(f"not so within {WAIT_MS} ms: {expression}")

    def faults(self) -> list[str]:
        """What axe finds on the page as it is."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("(rules) => axe.run({runOnly: rules, iframes: false})", RULES)
        return [
            f"{each['id']}: {node['html'][:160]} {json.dumps(node['any'])[:300]}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window, which then scrolls sideways."""
        element = "document.documentElement"
        return int(self.page.evaluate(f"{element}.scrollWidth - {element}.clientWidth"))
