"""A hostile SCORM package, which may open windows, opens the portal in one: it gets nothing of it.

The portal, its headers and the player are the deployed ones, and the student is signed in.
"""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests import package_zips
from tests.integration.player.player_page import LESSON, Packaged
from tests.integration.portal.portal_visit import Visit, visit
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, SharedUsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page, Route

pytestmark = pytest.mark.intrusive

PAGE = "<!doctype html><html lang=en><title>Hostile</title><h1>Hostile</h1></html>"
# Ways to have the portal in a window. What `open` gives is kept in `popup`.
WAYS = {
    "at once": "popup = open(portal)",
    "by name": "popup = open(portal, 'portal', 'popup')",
    "after an empty page": "popup = open(''); popup.location = portal",
    "after a page of its own": "popup = open(location.href); setTimeout(() => { popup.location = portal; }, 500)",
    "by a link": "Object.assign(document.body.appendChild(document.createElement('a')), "
    "{href: portal, target: '_blank', rel: 'opener'}).click()",
    "by a form": "popup = open('', 'named'); Object.assign(document.body.appendChild("
    "document.createElement('form')), {action: portal, target: 'named'}).submit()",
}
ARRIVAL_MS = 2_500
OWN_KEYS = "(() => { try { return Object.keys(sessionStorage); } catch (error) { return error.name; } })()"
SESSION = "education.refresh"


@pytest.fixture(scope="module")
def package(deployed: Deployed, people: People, users: SharedUsers) -> Packaged:
    """A SCORM package that does nothing by itself, and a student who is enrolled."""
    made = package_zips.scorm_12(files={"start.html": PAGE})
    return Packaged.of(deployed, users.owner, people.new("students"), made)


@contextlib.contextmanager
def opened(
    deployed: Deployed, package: Packaged, chromium: "Browser", *, strip: bool = False
) -> Iterator[tuple[Visit, "Frame"]]:
    """The portal with the package open in it, and the package's page. `strip`: without the header that is tested."""
    with visit(chromium, deployed) as window:
        if strip:
            window.page.context.route(
                f"{window.portal}/**", lambda route: _without_opener_policy(deployed, route)
            )
        window.sign_in(package.student, f"/courses/{package.course_id}/lessons/{LESSON}")
        if strip:
            window.page.reload()  # the way back from the sign-in page is a redirect, which is not led through here
        assert window.page.evaluate(f"sessionStorage.getItem('{SESSION}')"), "there is something to steal"
        yield window, hostile(window)
        window.complaints.clear()  # what the hostile page was refused


def _without_opener_policy(deployed: Deployed, route: "Route") -> None:
    if route.request.resource_type != "document":
        route.continue_()
        return
    answer = deployed.fetch(
        route.request.url
    )  # Playwright's own fetch does not know names that end with localhost
    left_out = {"cross-origin-opener-policy", "content-length", "content-encoding", "transfer-encoding"}
    kept = {name: value for name, value in answer.headers.items() if name.lower() not in left_out}
    route.fulfill(status=answer.status_code, headers=kept, body=answer.content)


def hostile(window: Visit) -> "Frame":
    """The package's own page."""
    for _ in range(300):
        found = [each for each in window.page.frames if "/files/start.html" in each.url]
        if found and found[-1].evaluate("document.readyState") == "complete":
            return found[-1]
        window.page.wait_for_timeout(100)
    raise AssertionError(f"no package among {[each.url for each in window.page.frames]}")


def windows_of(window: Visit, frame: "Frame", way: str) -> list["Page"]:
    """The windows that are there after the package has tried to open the portal."""
    frame.evaluate(
        f"(portal) => {{ window.popup = null; try {{ {WAYS[way]}; }} catch (error) {{ window.why = error.name; }} }}",
        f"{window.portal}/",
    )
    window.page.wait_for_timeout(ARRIVAL_MS)
    return [each for each in window.page.context.pages if each != window.page]


@pytest.mark.parametrize("way", WAYS)
def test_a_package_has_no_hold_on_a_window_and_opens_no_portal_in_one(
    deployed: Deployed, package: Packaged, chromium: "Browser", way: str
) -> None:
    """Without a hold there is no address, no variable and no message. The browser shows an error in the portal's place,
    because a window of a sandboxed page may not show a page with `Cross-Origin-Opener-Policy`."""
    with opened(deployed, package, chromium) as (window, frame):
        made = windows_of(window, frame, way)
        assert made, "SCORM packages may open windows"
        assert frame.evaluate("popup === null || popup.closed") is True
        for each in made:
            assert not each.url.startswith(window.portal)
            assert each.evaluate("String(opener)") == "null"
            assert each.evaluate(OWN_KEYS) in ([], "SecurityError"), "nothing was copied into its storage"
            assert each.evaluate("self.origin") != window.portal


def test_without_the_header_the_window_would_be_signed_in(
    deployed: Deployed, package: Packaged, chromium: "Browser"
) -> None:
    """The proof that the test above would see it."""
    with opened(deployed, package, chromium, strip=True) as (window, frame):
        made = windows_of(window, frame, "at once")
        assert [each.url for each in made] == [f"{window.portal}/"]
        assert frame.evaluate("popup.closed") is False
        assert SESSION in made[0].evaluate(OWN_KEYS)
