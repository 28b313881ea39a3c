"""A person who uses the portal in a real Chromium, with the calls of the API that each page makes."""

import contextlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from local_platform.accounts import random_password
from local_platform.browser.window import Window
from tests.integration.support.browser import frame_of
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import Person

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page, Request

MOST_STOPS = 120  # of the tabulator on one page

# The updates that wait on the device.
KEPT = """async () => {
  const db = await new Promise((done) => {
    const asked = indexedDB.open("education.progress");
    asked.onsuccess = () => done(asked.result);
  });
  const all = db.transaction("updates").objectStore("updates").getAll();
  return new Promise((done) => { all.onsuccess = () => { db.close(); done(all.result); }; });
}"""


class Visit(Window):
    """One window of the portal.

    Attributes:
        deployed: the environment under test.
        calls: the calls of the API since `calls` was cleared, as "METHOD /path".
    """

    def __init__(self, page: "Page", deployed: Deployed) -> None:
        self.deployed = deployed
        self.calls: list[str] = []
        super().__init__(page, deployed.outputs)

    def note_request(self, request: "Request") -> None:
        """Note a call of the API, or a request to a stranger."""
        super().note_request(request)
        address = urlsplit(request.url)
        if address.path.startswith("/v1/") and request.url.startswith(self.portal):
            self.calls.append(f"{request.method} {address.path.removeprefix('/v1')}")

    def sign_in(self, person: Person, path: str | None = "/") -> None:
        """Sign in on Cognito's page with a new password, on the way to `path`; see `sign_in_with`."""
        self.sign_in_with(person.email, self.new_password(person), path)

    def enter(self, person: Person, path: str = "/") -> None:
        """Be signed in on `path` at once: the tab has a refresh token, as after a sign-in and a reload."""
        self.open("/icon.svg")
        self.page.evaluate(
            "(token) => sessionStorage.setItem('education.refresh', token)", person.refresh_token
        )
        self.open(path)
        self.page.locator(".banner-inner > .button").wait_for()
        self.settle()

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

    def package(self) -> "Frame":
        """The page of the package that is open, when its script has run."""
        return frame_of(self.page, "/files/")

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


@contextlib.contextmanager
def visit(chromium: "Browser", deployed: Deployed, **context: Any) -> Iterator[Visit]:
    """A window with a storage of its own: another device. It must not have called a stranger or broken the policy."""
    with chromium.new_context(**context) as window:
        visiting = Visit(window.new_page(), deployed)
        yield visiting
        assert not visiting.strangers, visiting.strangers
        assert not visiting.complaints, visiting.complaints
