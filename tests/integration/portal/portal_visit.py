"""A person who uses the portal in a real Chromium: signing in, the API calls of a page, accessibility checks."""

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from local_platform.accounts import random_password
from tests.integration.support.browser import FLAGS
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import Person
from tools.support.paths import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WAIT_MS = 30_000
POLL_MS = 100
MOST_STOPS = 90  # of the tabulator on one page
# A film plays without a click on it, as it does after a click on *Next lesson*.
MORE_FLAGS = ("--autoplay-policy=no-user-gesture-required",)

# The updates that wait on the device.
KEPT = """async () => {
  const db = await new Promise((done) => {
    const asked = indexedDB.open("education.progress");
    asked.onsuccess = () => done(asked.result);
  });
  const all = db.transaction("updates").objectStore("updates").getAll();
  return new Promise((done) => { all.onsuccess = () => { db.close(); done(all.result); }; });
}"""


@dataclass
class Visit:
    """One window of the portal.

    Attributes:
        page: the page of Playwright.
        portal: the portal's address.
        calls: the calls of the API since `calls` was cleared, as "METHOD /path".
        strangers: requests to hosts that are not part of the platform.
        complaints: what the page has written into the console about security policies, and errors in scripts.
    """

    page: "Page"
    deployed: Deployed
    calls: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(WAIT_MS)
        self.page.on("request", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda said: self.complaints.append(said.text) if "Content Security" in said.text else None,
        )

    @property
    def portal(self) -> str:
        """The portal's address."""
        return str(self.deployed.outputs["portal_url"])

    def _note(self, request: "Request") -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("http", "https"):
            return
        hosts = {
            urlsplit(self.deployed.outputs[name]).hostname
            for name in ("portal_url", "content_base_url", "sign_in_base_url", "aws_endpoint_url")
        }
        if address.hostname not in hosts:
            self.strangers.append(request.url)
        if address.path.startswith("/v1/") and request.url.startswith(self.portal):
            self.calls.append(f"{request.method} {address.path.removeprefix('/v1')}")

    def open(self, path: str) -> None:
        """Open a page by its address, as from a bookmark."""
        self.page.goto(f"{self.portal}{path}")

    def sign_in(self, person: Person, path: str | None = "/") -> None:
        """Sign in on Cognito's page, on the way to `path`; without one, from the page that is open. Works in every
        language of the portal."""
        self.give_password(person, path)
        self.page.locator(".banner-inner > .button").wait_for()
        self.settle()

    def give_password(self, person: Person, path: str | None = "/") -> None:
        """Begin to sign in on Cognito's page, with a new password; a second factor is still asked for."""
        password = self.new_password(person)
        if path is not None:
            self.open(path)
        self.page.locator("main .button-main").first.click()
        self.page.fill("#username", person.email)
        self.page.fill("#password", password)
        self.page.keyboard.press("Enter")

    def new_password(self, person: Person) -> str:
        """Give a person a new password."""
        password = random_password()
        self.deployed.client("cognito-idp").admin_set_user_password(
            UserPoolId=self.deployed.outputs["user_pool_id"],
            Username=person.email,
            Password=password,
            Permanent=True,
        )
        return password

    def kill(self) -> None:
        """Kill the page's process, as a crash does: no event of leaving reaches the page."""
        with self.page.expect_event("crash"), contextlib.suppress(Exception):
            self.page.goto("chrome://crash")

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

    def press(self, name: str, *, way: str = "Tab") -> None:
        """Go by keyboard to the button or link with this text, and press it."""
        self.reach(f"document.activeElement.innerText === {json.dumps(name)}", way=way)
        self.page.keyboard.press("Enter")

    def reach(self, expression: str, *, way: str = "Tab") -> None:
        """Press a key until an expression about the focus is true."""
        for _ in range(MOST_STOPS):
            if self.page.evaluate(expression):
                return
            self.page.keyboard.press(way)
        raise AssertionError(f"the keyboard does not reach {expression}")

    def in_both_schemes(self) -> list[str]:
        """What axe finds on the page as it is, light and dark."""
        found = []
        for scheme in ("dark", "light"):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found += [f"{scheme}: {fault}" for fault in self.faults()]
        return found

    def faults(self) -> list[str]:
        """What axe finds on the page as it is."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("(rules) => axe.run({runOnly: rules, iframes: false})", RULES)
        return [
            f"{each['id']}: {node['html'][:160]} {json.dumps(node['any'])[:300]}"
            for each in found["violations"]
            for node in each["nodes"]
        ]


@contextlib.contextmanager
def chromium_for_portal(program: str) -> Iterator["Browser"]:
    """Start Chromium, and end it with the context. Needs tests/browser-requirements.txt."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program, chromium_sandbox=os.geteuid() != 0, args=(*FLAGS, *MORE_FLAGS)
        )
        try:
            yield chromium
        finally:
            chromium.close()


@contextlib.contextmanager
def visit(chromium: "Browser", deployed: Deployed, **context: Any) -> Iterator[Visit]:
    """A window with a storage of its own: another device. It must not have called a stranger or broken the policy."""
    with chromium.new_context(**context) as window:
        visiting = Visit(window.new_page(), deployed)
        yield visiting
        assert visiting.strangers == []
        assert visiting.complaints == []
