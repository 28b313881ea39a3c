"""A package sends nothing away by WebRTC, which no content security policy governs in today's browsers.

Chromium forbids it by the header `Connection-Allowlist`. docs/packages.md says what that leaves open.
"""

import contextlib
import json
from collections.abc import Iterator

import pytest

from tests import playable_packages
from tests.integration.player.listener import Packets, packet_listener
from tests.integration.player.player_page import Packaged
from tests.integration.player.test_hostile_packages import PACKAGES, PAGE
from tests.integration.support.browser import NO_THIRD_PARTY_COOKIES, Browser, browser_of
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, SharedUsers

pytestmark = pytest.mark.intrusive

FIRST_VERSION = 152
ARRIVAL_MS = 2_000
# A server of the author is asked for an address. The name of a user could be what the package has found out.
SEND = """const send = (where, port) => {
  const made = new where.RTCPeerConnection({iceServers: [{urls: `stun:127.0.0.1:${port}`},
    {urls: `turn:127.0.0.1:${port}`, username: "found out", credential: "x"}]});
  made.createDataChannel("x");
  made.createOffer().then((offer) => made.setLocalDescription(offer));
};"""
_NESTED = json.dumps(f"<script>{SEND} send(self, PORT);</script>").replace("</", "<\\/")
_ADD = "document.body.append(Object.assign(document.createElement('iframe'), {MADE}));"
_TEXT = f"const text = {_NESTED}.replace('PORT', port);"
WAYS = {
    "page": "send(self, port);",
    "srcdoc": _TEXT + _ADD.replace("MADE", "srcdoc: text"),
    "data": _TEXT + _ADD.replace("MADE", "src: 'data:text/html,' + encodeURIComponent(text)"),
    "blob": _TEXT + _ADD.replace("MADE", "src: URL.createObjectURL(new Blob([text], {type: 'text/html'}))"),
    "empty frame": _ADD.replace("MADE", "") + "send(document.querySelector('iframe').contentWindow, port);",
    "player": "send(parent, port);",
    "window": "send(open(''), port);",
}


@pytest.fixture(scope="module")
def chromium(deployed: Deployed) -> Iterator[Browser]:
    with browser_of(deployed, NO_THIRD_PARTY_COOKIES) as running:
        if running.version < FIRST_VERSION:
            pytest.skip(f"Chromium knows the header from version {FIRST_VERSION} on")
        yield running


@pytest.fixture(scope="module")
def packages(deployed: Deployed, users: SharedUsers, people: People) -> dict[str, Packaged]:
    """The hostile packages, and an H5P: its page belongs to the player, and what runs in it does not."""
    student = people.new()
    return {
        name: Packaged.of(deployed, users.owner, student, each, needs_storage="storage" in name)
        for name, each in {**PACKAGES, "h5p": playable_packages.h5p()}.items()
    }


@pytest.fixture
def packets() -> Iterator[Packets]:
    with packet_listener() as listening:
        yield listening


def test_the_listener_hears_webrtc_of_a_page_without_the_header(chromium: Browser, packets: Packets) -> None:
    """The proof that the next test would see it."""
    page = chromium.page("http://localhost:3998/", PAGE.decode())
    page.evaluate(f"(port) => {{ {SEND} {WAYS['page']} }}", packets.port)
    for _ in range(100):
        if packets.count:
            break
        page.wait_for_timeout(100)
    page.context.close()
    assert packets.count


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", [*PACKAGES, "h5p"])
def test_nothing_leaves_by_webrtc(
    packages: dict[str, Packaged], chromium: Browser, packets: Packets, name: str, way: str
) -> None:
    """The browser may end the page that tries it."""
    played = packages[name].play(chromium, saves=False)
    frame = played.frame("/player/h5p.html" if name == "h5p" else "/files/")
    frame.evaluate(f"(port) => void setTimeout(() => {{ {SEND} {WAYS[way]} }})", packets.port)
    with contextlib.suppress(Exception):  # the page has crashed
        played.page.wait_for_timeout(ARRIVAL_MS)
    played.page.context.close()
    assert packets.count == 0
