"""What a package saves only in the last event of its page is kept, however the lesson is left.

Many SCORM packages report the score and end their session there. A tab that is closed tells nothing after the portal's
own last event, so the player ends the package just before, keeps what it says, and goes on with it the next time.
"""

import json
import re
from collections.abc import Iterator

import pytest

from tests import playable_packages
from tests.integration.player.player_page import LESSON, Packaged, Played
from tests.integration.support.browser import NO_THIRD_PARTY_COOKIES, Browser, browser_of
from tests.integration.support.course_helpers import eventually
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, SharedUsers

pytestmark = pytest.mark.intrusive

# Also the last bytes: a hostile package writes until the browser refuses one letter.
FILL = """for (let size = 2 ** 20; size >= 1; size /= 2)
  try { for (let at = 0; ; at += 1) localStorage.setItem(`junk-${size}-${at}`, "x".repeat(size)); } catch {}"""

WAYS = {
    "the portal leaves": lambda played: played.page.evaluate("host.leave()"),
    "the tab is closed": Played.close_tab,
}


@pytest.fixture(scope="module")
def chromium(deployed: Deployed) -> Iterator[Browser]:
    """A browser that blocks third-party cookies."""
    with browser_of(deployed, NO_THIRD_PARTY_COOKIES) as running:
        yield running


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("event", "in_a_frame"),
    [
        ("unload", False),
        ("pagehide", False),
        ("beforeunload", False),
        ("unload", True),
        ("beforeunload", True),
    ],
)
def test_what_is_said_in_the_last_event_is_saved(
    deployed: Deployed,
    people: People,
    users: SharedUsers,
    chromium: Browser,
    event: str,
    in_a_frame: bool,
    way: str,
) -> None:
    package = Packaged.of(
        deployed,
        users.owner,
        people.new(),
        playable_packages.scorm_12_that_saves_at_the_end(event, in_a_frame=in_a_frame),
    )
    played = package.play(chromium)
    played.frame("/inner.html" if in_a_frame else "/start.html").locator("#seen").wait_for()
    WAYS[way](played)
    if played.page.is_closed():
        played = package.play(chromium, after=played)
        frame = played.frame("/inner.html" if in_a_frame else "/start.html")
        assert frame.locator("#seen").text_content() == "left at the end"
    eventually(lambda: package.progress()["results"].get(LESSON, {}).get("score") == 90)
    played.page.context.close()


def test_who_went_on_elsewhere_does_not_get_the_last_word_of_before(
    deployed: Deployed, people: People, users: SharedUsers, chromium: Browser
) -> None:
    package = Packaged.of(
        deployed, users.owner, people.new(), playable_packages.scorm_12_that_saves_at_the_end("unload")
    )
    played = package.play(chromium)
    played.frame("/start.html").locator("#seen").wait_for()
    played.close_tab()
    other = package.play(chromium)
    other.frame("/start.html").evaluate("set('cmi.core.lesson_location', 'elsewhere'); commit()")
    other.until("seen.saved.includes('saved')")
    other.page.context.close()
    again = package.play(chromium, after=played)
    assert again.frame("/start.html").locator("#seen").text_content() == "elsewhere"
    again.page.context.close()


def test_a_package_goes_on_when_the_tab_is_not_closed_after_all(
    deployed: Deployed, people: People, users: SharedUsers, chromium: Browser
) -> None:
    """Someone has answered that they want to stay, or what looked like a leave was a download."""
    made = playable_packages.scorm_12()
    package = Packaged.of(deployed, users.owner, people.new(), made)
    played = package.play(chromium)
    played.frame("/start.html").evaluate("set('cmi.core.score.raw', '40')")
    played.player.evaluate("void dispatchEvent(new Event('beforeunload'))")
    assert played.player.locator("iframe").count() == 0
    played.player.locator("iframe").wait_for()
    frame = played.frame("/start.html")
    assert frame.locator("#seen").text_content() == "left at the end"
    assert frame.evaluate("get('cmi.core.score.raw')") == "40"
    frame.evaluate("set('cmi.core.score.raw', '85'); commit()")
    played.leave()
    assert package.until_done()["results"][LESSON]["score"] == 85


def test_a_last_word_that_another_package_has_written_is_not_believed(
    deployed: Deployed, people: People, users: SharedUsers, chromium: Browser
) -> None:
    """It knows the student, the lesson and the version, and writes what the player itself would write."""
    student = people.new()
    victim = Packaged.of(deployed, users.owner, student, playable_packages.scorm_12())
    hostile = Packaged.of(deployed, users.owner, student, playable_packages.scorm_12())
    place = re.sub(r"^.*/p/[^/]+/", "", student.get(f"{victim.path}/content")["launchUrl"])
    best = {
        "cmi": {"core": {"lesson_status": "completed", "lesson_location": "forged", "score": {"raw": "100"}}}
    }
    forged = json.dumps({"launch": 0, "sequence": 1, "model": best})
    played = hostile.play(chromium)
    played.frame("/start.html").evaluate(
        "([key, text]) => localStorage.setItem(key, text)", [f"last-word/learner-1/{place}", forged]
    )
    played.page.evaluate("host.leave()")
    opened = victim.play(chromium, after=played)
    frame = opened.frame("/start.html")
    assert frame.evaluate("get('cmi.core.lesson_location')") == ""
    assert frame.evaluate("get('cmi.core.score.raw')") == ""
    opened.page.context.close()


def test_a_package_that_fills_the_storage_costs_nobody_the_last_word(
    deployed: Deployed, people: People, users: SharedUsers, chromium: Browser
) -> None:
    student = people.new()
    made = playable_packages.scorm_12_that_saves_at_the_end("unload")
    victim = Packaged.of(deployed, users.owner, student, made)
    hostile = Packaged.of(deployed, users.owner, student, playable_packages.scorm_12())
    played = hostile.play(chromium)
    played.frame("/start.html").evaluate(FILL)
    opened = victim.play(chromium, after=played)
    opened.frame("/start.html").locator("#seen").wait_for()
    opened.close_tab()
    again = victim.play(chromium, after=opened)
    assert again.frame("/start.html").locator("#seen").text_content() == "left at the end"
    again.page.context.close()
