"""The player of packages in Chromium: who may frame it, what it says when a package does not run, and the keyboard."""

from collections.abc import Callable, Iterator

import pytest

from education.portal.web_build import PROJECT_ROOT
from tests import playable_packages
from tests.integration.player.player_page import Packaged
from tests.integration.support.browser import NO_THIRD_PARTY_COOKIES, Browser, browser_of
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, SharedUsers

pytestmark = pytest.mark.intrusive
Make = Callable[[bytes], Packaged]
AXE = PROJECT_ROOT / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def chromium(deployed: Deployed) -> Iterator[Browser]:
    """A browser that blocks third-party cookies."""
    with browser_of(deployed, NO_THIRD_PARTY_COOKIES) as running:
        yield running


@pytest.fixture
def packaged(deployed: Deployed, users: SharedUsers, people: People) -> Make:
    """Makes a course of a package, for a student of its own."""
    return lambda package: Packaged.of(deployed, users.owner, people.new(), package)


def test_third_party_cookies_are_blocked_in_these_tests(packaged: Make, chromium: Browser) -> None:
    """Else the tests below prove nothing about Safari and private windows."""
    played = packaged(playable_packages.scorm_12()).play(chromium, saves=False)
    frame = played.frame()
    assert frame.evaluate("document.cookie = 'a=1; SameSite=None; Secure'; document.cookie") == ""
    played.page.context.close()


def test_a_part_is_chosen_by_keyboard(packaged: Make, chromium: Browser) -> None:
    played = packaged(playable_packages.scorm_2004()).play(chromium, saves=False)
    played.frame("/files/one.html")
    player = played.player
    player.get_by_text("All parts").focus()
    played.page.keyboard.press("Enter")
    for _ in range(2):
        played.page.keyboard.press("Tab")
    played.page.keyboard.press("Enter")
    played.frame("/files/two.html")
    assert player.locator("[aria-current=step]").text_content() == "Second"
    assert player.evaluate("document.activeElement.textContent") == "All parts"
    played.page.context.close()


def test_who_only_looks_at_a_lesson_saves_nothing(
    packaged: Make, chromium: Browser, users: SharedUsers
) -> None:
    package = packaged(playable_packages.scorm_12())
    played = package.play(chromium, by=users.owner, saves=False)
    played.frame().evaluate("set('cmi.core.lesson_status', 'passed'); commit()")
    played.page.evaluate("host.leave()")
    assert [each["type"] for each in played.seen["messages"]] == ["ready", "title", "left"]
    played.page.context.close()


def test_a_package_whose_files_are_gone_says_so(
    packaged: Make, chromium: Browser, deployed: Deployed
) -> None:
    package = packaged(playable_packages.html_package())
    s3, bucket = deployed.client("s3"), deployed.outputs["content_bucket_name"]
    prefix = f"packages/{package.course_id}/"
    for each in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]:
        s3.delete_object(Bucket=bucket, Key=each["Key"])
    played = package.play(chromium, saves=False)
    played.until("seen.failed.length")
    assert played.seen["failed"] == ["launch-not-readable"]
    assert "could not be loaded" in played.player.get_by_role("alert").inner_text()
    played.page.context.close()


def test_another_site_can_frame_neither_player_nor_package(packaged: Make, chromium: Browser) -> None:
    package = packaged(playable_packages.html_package())
    content = package.student.get(f"{package.path}/content")
    page = chromium.page("http://127.0.0.1:9/", "<!doctype html><title>Another site</title>")
    for address in (content["playerUrl"], content["url"]):
        page.evaluate(
            """(address) => new Promise((done) => {
              const frame = document.createElement("iframe");
              frame.onload = done;
              frame.src = address;
              document.body.append(frame);
            })""",
            address,
        )
    # What Chromium shows instead of a page that it refuses.
    refused = ["chrome-error://chromewebdata/"] * 2
    for _ in range(100):
        if [each.url for each in page.frames[1:]] == refused:
            break
        page.wait_for_timeout(100)
    assert [each.url for each in page.frames[1:]] == refused
    page.context.close()


def test_the_player_has_no_findings_of_axe(packaged: Make, chromium: Browser) -> None:
    played = packaged(playable_packages.scorm_2004()).play(chromium, saves=False, ignore_policies=True)
    played.frame("/files/one.html")
    player = played.player
    player.get_by_text("All parts").click()
    player.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    # The heading of the page is the portal's, around this frame.
    options = "{iframes: false, rules: {'page-has-heading-one': {enabled: false}}}"
    found = player.evaluate(f"axe.run(document, {options}).then(({{violations}}) => violations)")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    played.page.context.close()


def test_h5p_runs_in_an_origin_of_its_own(packaged: Make, chromium: Browser) -> None:
    """Without storage, and with the styles and scripts of its libraries."""
    played = packaged(playable_packages.h5p()).play(chromium, saves=False)
    frame = played.frame("/player/h5p.html")
    frame.get_by_role("button", name="Press").click()
    # The style sheet may come after the button.
    frame.wait_for_function("getComputedStyle(document.getElementById('seen')).color === 'rgb(1, 2, 3)'")
    assert frame.evaluate("[self.origin, document.getElementById('seen').textContent]") == ["null", "1"]
    played.page.context.close()
