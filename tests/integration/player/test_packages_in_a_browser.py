"""Packages of each kind in Chromium, framed by another site without third-party cookies: they play, save and resume."""

from collections.abc import Callable, Iterator

import pytest

from tests import playable_packages
from tests.integration.player.player_page import LESSON, Packaged
from tests.integration.support.browser import NO_THIRD_PARTY_COOKIES, Browser, browser_of
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, SharedUsers

pytestmark = pytest.mark.intrusive
Make = Callable[[bytes], Packaged]


@pytest.fixture(scope="module")
def chromium(deployed: Deployed) -> Iterator[Browser]:
    """A browser that blocks third-party cookies."""
    with browser_of(deployed, NO_THIRD_PARTY_COOKIES) as running:
        yield running


@pytest.fixture
def packaged(deployed: Deployed, users: SharedUsers, people: People) -> Make:
    """Makes a course of a package, for a student of its own."""
    return lambda package: Packaged.of(deployed, users.owner, people.new(), package)


def test_scorm_12_knows_its_manifest_and_resumes_in_a_second_browser(
    packaged: Make, chromium: Browser
) -> None:
    package = packaged(playable_packages.scorm_12())
    first = package.play(chromium)
    frame = first.frame()
    assert frame.locator("#seen").text_content() == "the beginning"
    assert frame.evaluate(
        "['entry', 'student_name'].map((each) => get(`cmi.core.${each}`)).concat("
        "get('cmi.student_data.mastery_score'), get('cmi.launch_data'))"
    ) == ["ab-initio", "Ada Lovelace", "80", "from the manifest"]
    frame.evaluate("set('cmi.core.score.raw', '85'); set('cmi.core.session_time', '00:01:30')")
    first.leave()

    progress = package.until_done()
    assert progress["completionPercentage"] == 100
    assert progress["results"][LESSON] == {"score": 85, "seconds": 90}

    second = package.play(chromium)
    frame = second.frame()
    assert frame.locator("#seen").text_content() == "left at the end"
    assert frame.evaluate(
        "['entry', 'total_time', 'lesson_status'].map((each) => get(`cmi.core.${each}`))"
    ) == ["resume", "00:01:30", "passed"]
    second.leave()


def test_a_score_below_the_mastery_score_completes_nothing(packaged: Make, chromium: Browser) -> None:
    package = packaged(playable_packages.scorm_12())
    played = package.play(chromium)
    played.frame().evaluate("set('cmi.core.score.raw', '79'); set('cmi.core.lesson_status', 'completed')")
    played.leave()
    progress = package.progress()
    assert progress["completedLessons"] == []
    assert progress["results"][LESSON]["score"] == 79


def test_parts_of_scorm_2004_are_played_in_order_and_done_when_all_are(
    packaged: Make, chromium: Browser
) -> None:
    package = packaged(playable_packages.scorm_2004())
    first = package.play(chromium)
    frame = first.frame("/files/one.html")
    assert frame.evaluate("[get('cmi.objectives.0.id'), get('cmi.scaled_passing_score')]") == ["goal", "0.6"]
    frame.evaluate("set('cmi.score.scaled', '0.7'); set('cmi.completion_status', 'completed')")
    # A part may ask for the next one when it ends.
    frame.evaluate("set('adl.nav.request', 'continue'); finish()")
    second = first.frame("/files/two.html")
    assert first.player.get_by_role("status").first.text_content() == "Part 2 of 3: Second"
    second.evaluate("set('cmi.location', 'page 9'); set('cmi.completion_status', 'completed')")
    first.leave()
    assert package.progress()["completedLessons"] == []

    again = package.play(chromium)
    assert again.frame("/files/two.html").locator("#seen").text_content() == "page 9"
    again.player.get_by_role("button", name="Next part").click()
    # The third part is a page to read, which calls no run-time.
    again.frame("/files/read.html")
    again.until("seen.saved.length && seen.messages.some((each) => each.model?.items?.i3)")
    assert again.seen["shown"] == [[2, 3], [3, 3]]
    again.leave()
    package.until_done()


def test_h5p_reports_its_score_and_resumes_in_a_second_browser(packaged: Make, chromium: Browser) -> None:
    package = packaged(playable_packages.h5p())
    first = package.play(chromium)
    frame = first.frame("/player/h5p.html")
    frame.get_by_role("button", name="Press").click()
    # The style sheet may come after the button.
    frame.wait_for_function("getComputedStyle(document.getElementById('seen')).color === 'rgb(1, 2, 3)'")
    assert frame.evaluate("self.origin") == "null"
    first.leave()
    assert package.until_done()["results"][LESSON]["score"] == 75

    second = package.play(chromium)
    seen = second.frame("/player/h5p.html").locator("#seen")
    seen.wait_for()
    assert seen.text_content() == "1"
    second.leave()


@pytest.mark.parametrize("needs_storage", [False, True])
def test_h5p_keeps_its_state_when_the_tab_is_closed(
    deployed: Deployed, users: SharedUsers, people: People, chromium: Browser, needs_storage: bool
) -> None:
    """Also what it has reported to nobody. H5P says it in its page's last event, and the player keeps it."""
    made = playable_packages.h5p()
    package = Packaged.of(deployed, users.owner, people.new(), made, needs_storage=needs_storage)
    address = "/player/h5p-storage.html" if needs_storage else "/player/h5p.html"
    first = package.play(chromium)
    frame = first.frame(address)
    frame.get_by_role("button", name="Press").click()
    first.until("seen.messages.some((each) => each.model?.state?.count === 1)")
    frame.get_by_role("button", name="Count").click()
    first.close_tab()
    again = package.play(chromium, after=first)
    seen = again.frame(address).locator("#seen")
    seen.wait_for()
    assert seen.text_content() == "2"
    again.leave()
    assert package.until_done()["results"][LESSON]["score"] == 75


def test_h5p_that_needs_storage_has_it_and_resumes_in_a_second_browser(
    deployed: Deployed, users: SharedUsers, people: People, chromium: Browser
) -> None:
    made = playable_packages.h5p()
    package = Packaged.of(deployed, users.owner, people.new(), made, needs_storage=True)
    first = package.play(chromium)
    frame = first.frame("/player/h5p-storage.html")
    frame.get_by_role("button", name="Press").click()
    content = package.deployed.outputs["content_base_url"]
    assert frame.evaluate("[self.origin, localStorage.setItem('mine', '1'), localStorage.mine]") == [
        content,
        None,
        "1",
    ]
    first.leave()
    assert package.until_done()["results"][LESSON]["score"] == 75
    second = package.play(chromium)
    seen = second.frame("/player/h5p-storage.html").locator("#seen")
    seen.wait_for()
    assert seen.text_content() == "1"
    second.leave()


def test_plain_html_runs_its_modules_files_and_links_in_an_origin_of_its_own(
    packaged: Make, chromium: Browser
) -> None:
    package = packaged(playable_packages.html_package())
    played = package.play(chromium)
    frame = played.frame("/files/index.html")
    assert frame.evaluate("loaded") == {"n": 7}
    assert frame.evaluate(
        "[self.origin, document.getElementById('seen').textContent,"
        " getComputedStyle(document.querySelector('h1')).color]"
    ) == ["null", "a module ran", "rgb(1, 2, 3)"]
    frame.get_by_role("link", name="On").click()
    assert played.frame("/files/pages/next.html").locator("h1").text_content() == "Next page"
    played.leave()
    assert package.student.get(f"{package.path}/runtime")["model"] == {}


def test_a_closed_tab_loses_nothing_that_was_reported(packaged: Make, chromium: Browser) -> None:
    """The package has no time to say its last word; what it said before is saved with the page's end."""
    package = packaged(playable_packages.scorm_2004())
    first = package.play(chromium)
    frame = first.frame("/files/one.html")
    frame.evaluate("set('cmi.location', 'page 1')")
    first.until("seen.saved.includes('saved')")
    frame.evaluate("set('cmi.location', 'page 2'); commit()")
    first.until("seen.messages.some((each) => each.model?.items?.i1.cmi.location === 'page 2')")
    first.close_tab()

    second = package.play(chromium)
    assert second.frame("/files/one.html").locator("#seen").text_content() == "page 2"
    second.leave()


def test_a_lesson_that_was_opened_elsewhere_saves_nothing_more_here(
    packaged: Make, chromium: Browser
) -> None:
    package = packaged(playable_packages.scorm_2004())
    first = package.play(chromium)
    first.frame("/files/one.html")
    second = package.play(chromium)
    second.frame("/files/one.html").evaluate("set('cmi.location', 'second'); commit()")
    second.until("seen.saved.includes('saved')")
    first.frame("/files/one.html").evaluate("set('cmi.location', 'first'); commit()")
    first.until("seen.saved.includes('superseded')")
    second.leave()
    first.leave()
    saved = package.student.get(f"{package.path}/runtime")["model"]
    assert saved["items"]["i1"]["cmi"]["location"] == "second"
