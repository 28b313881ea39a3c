"""The keys of packages are rotated while a lesson is open: it goes on, new ones use the new key, old addresses end."""

import time
from collections.abc import Iterator

import pytest

from tests import playable_packages
from tests.integration.packages.key_rotation import Rotation
from tests.integration.player.player_page import Packaged
from tests.integration.support.browser import NO_THIRD_PARTY_COOKIES, browser_of
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, SharedUsers

pytestmark = pytest.mark.intrusive


@pytest.fixture
def rotation(deployed: Deployed) -> Iterator[Rotation]:
    with Rotation(deployed) as rotating:
        yield rotating


@pytest.fixture(scope="module")
def package(deployed: Deployed, people: People, users: SharedUsers) -> Packaged:
    """A package of several files, and a student who is enrolled."""
    return Packaged.of(deployed, users.owner, people.new(), playable_packages.html_package())


def slot_of(address: str) -> str:
    """The slot with whose key an address was made."""
    return address.split("/p/")[1].split(".")[1]


def status(deployed: Deployed, address: str, name: str = "index.html") -> int:
    """What a file of the package answers, at an address like that of its first page."""
    return deployed.fetch(address.removesuffix("index.html") + name).status_code


def test_a_rotation_breaks_no_address_that_is_in_use(
    deployed: Deployed, rotation: Rotation, package: Packaged
) -> None:
    def opened() -> str:
        return str(package.student.get(f"{package.path}/content")["url"])

    before = opened()
    assert slot_of(before) == "a"
    files = ("index.html", "js/main.js", "data.json")

    assert rotation.deploy(b=2) == "stored b"
    assert [status(deployed, before, name) for name in files] == [200, 200, 200]
    assert opened() == before, "the new key is there, and not in use yet"

    assert rotation.deploy(active="b", b=2) == "nothing changed"
    after = opened()
    assert slot_of(after) == "b"
    assert [status(deployed, before, name) for name in files] == [200, 200, 200]
    assert [status(deployed, after, name) for name in files] == [200, 200, 200]
    assert status(deployed, before.replace(".a.", ".b.")) == 403, "a token of one slot is none of the other"

    said = rotation.deploy(active="b", a=2, b=2)
    assert "slot a, with which packages may be open until" in said
    assert status(deployed, before) == 200, "a key with which lessons may be open is not replaced"

    rotation.let_time_pass("a")
    assert rotation.deploy(active="b", a=2, b=2) == "stored a"
    assert status(deployed, before) == 403, "nobody opens anything with the former key"
    assert [status(deployed, after, name) for name in files] == [200, 200, 200]


def test_an_address_ends_also_where_its_slot_was_left(
    deployed: Deployed, rotation: Rotation, package: Packaged
) -> None:
    """Four hours are not waited for: the address is made here with the real key, and an end that is near."""
    like = str(package.student.get(f"{package.path}/content")["url"])
    ends = int(time.time()) + 3
    soon = rotation.address(like, "a", ends)
    rotation.deploy(b=2)
    rotation.deploy(active="b", b=2)
    assert status(deployed, soon) == 200
    time.sleep(max(0.0, ends + 0.1 - time.time()))
    assert status(deployed, soon) == 403
    assert status(deployed, rotation.address(like, "a", ends + 60)) == 200, "it was the end, not the key"


def test_a_lesson_that_is_open_in_a_browser_goes_on(
    deployed: Deployed, rotation: Rotation, package: Packaged
) -> None:
    with browser_of(deployed, NO_THIRD_PARTY_COOKIES) as chromium:
        first = package.play(chromium)
        frame = first.frame("/files/index.html")
        assert slot_of(frame.url) == "a"
        rotation.deploy(b=2)
        rotation.deploy(active="b", b=2)
        late = "fetch('data.json', {cache: 'no-store'}).then((answer) => answer.status)"
        assert frame.evaluate(late) == 200
        frame.get_by_role("link", name="On").click()
        next_page = first.frame("/files/pages/next.html")
        assert (next_page.locator("h1").text_content(), slot_of(next_page.url)) == ("Next page", "a")

        second = package.play(chromium)
        frame = second.frame("/files/index.html")
        assert (frame.locator("#seen").text_content(), slot_of(frame.url)) == ("a module ran", "b")
        first.leave()
        second.leave()
