"""Every page of a student: by axe, on a narrow screen, with large text, without motion, with names meant badly."""

from typing import TYPE_CHECKING

import pytest

from local_platform.browser.window import answer_of
from tests.integration.portal.page_rules import AT_WORK, HOSTILE, MOVES, WIDE, hostile, lost_text
from tests.integration.portal.portal_visit import Visit, visit
from tests.integration.support.course_helpers import enroll, new_course
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, SharedUsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

pytestmark = pytest.mark.intrusive

# The fields of the API and of config.json that people write.
WRITTEN = frozenset({"title", "courseTitle", "section", "summary", "displayName", "name", "welcome"})


def _pages(course_id: str, other_id: str) -> dict[str, str]:
    """The path of each page, and what is there as soon as it is complete."""
    course = f"/courses/{course_id}"
    return {
        "/": ".cards .card-link",
        "/?q=nosuchcourseword": ".empty",
        "/learning": ".card-link",
        f"/courses/{other_id}": ".outline",
        f"{course}/lessons/film": "video",
        f"{course}/lessons/sheet": ".textLayer span",
        f"{course}/lessons/words": ".prose h2",
        f"{course}/lessons/later": ".empty",
        f"{course}/lessons/none": "main p",
        "/courses/no-such-course": "[role=alert]",
        "/no-such-page": "main h1",
        "/profile": ".form",
        course: ".outline",
    }


def _with_hostile_names(route: "Route") -> None:
    answer = answer_of(route)
    is_json = "json" in answer.headers.get("content-type", "")
    if is_json and answer.ok and answer.body():  # what is saved is answered without a body
        route.fulfill(response=answer, json=hostile(answer.json(), WRITTEN))
    else:
        route.fulfill(response=answer)


def _faults(window: Visit) -> list[str]:
    """What is wrong with the page as it is, in every look."""
    faults = window.in_both_schemes() + lost_text(window)
    faults += window.page.evaluate(AT_WORK, HOSTILE)
    faults += [f"moves: {each}" for each in window.page.evaluate(MOVES)]
    if (headings := window.page.locator("h1").count()) != 1:
        faults.append(f"{headings} headings of level 1")
    return faults


def test_every_page_is_for_everybody(
    deployed: Deployed, people: People, users: SharedUsers, chromium: "Browser", course_id: str
) -> None:
    """Each name is markup with controls of direction and wide characters. It is only read, and pushes nothing away."""
    student = people.new("students")
    enroll(student, course_id)
    other_id = new_course(users.owner, "one")
    found: list[str] = []

    def look(name: str) -> None:
        found.extend(f"{name}: {fault}" for fault in _faults(window))

    with visit(chromium, deployed, viewport=WIDE, reduced_motion="reduce") as window:
        page = window.page
        page.route("**/config.json", _with_hostile_names)
        page.route("**/v1/**", _with_hostile_names)
        for path in ("/", "/learning", "/signed-in?code=none&state=none"):
            window.open(path)
            page.get_by_role("button", name="Sign in").wait_for()
            look(f"visitor {path}")
        window.enter(student)
        for path, mark in _pages(course_id, other_id).items():
            window.go(path, mark)
            look(path)
        page.get_by_role("button", name="Withdraw").click()
        page.get_by_role("dialog").wait_for()
        look("dialog")
        page.keyboard.press("Escape")
        page.route("**/v1/enrollments?*", lambda route: route.fulfill(json={"items": []}))
        window.go("/learning", ".empty")
        look("nothing to learn")
        page.route("**/v1/**", lambda route: route.abort())
        window.go("/profile", "[role=alert]")
        look("no network")
    assert not found, "\n".join(found)


def test_what_waits_says_so_and_moves_only_for_who_likes_it(
    deployed: Deployed, people: People, users: SharedUsers, chromium: "Browser"
) -> None:
    """While nobody answers: skeletons, a bar while code is loaded, and a button that turns."""
    course_id = new_course(users.owner, "one")
    held: list[Route] = []

    def hold(route: "Route") -> None:
        held.append(route)  # Playwright cannot call `held.append` itself

    with visit(chromium, deployed, reduced_motion="reduce") as window:
        page = window.page
        window.enter(people.new("students"), f"/courses/{course_id}")
        page.route("**/v1/**", hold)
        page.get_by_role("button", name="Enrol").click()
        page.locator("button[aria-busy=true] .spinner").wait_for()
        assert _stands_still(window)
        window.show("/?q=water")
        page.locator(".skeleton").first.wait_for()
        assert page.get_by_role("status").filter(has_text="Loading").count() == 1
        assert _stands_still(window)
        assert window.faults() == []
        page.route("**/assets/**", hold)
        page.get_by_role("link", name="Profile").click()
        page.locator(".page-loading").wait_for(state="attached")
        assert _stands_still(window)
        for route in held:
            route.abort()


def _stands_still(window: Visit) -> bool:
    """Whether nothing moves with reduced motion, and something does without: the rule finds what moves here."""
    still = window.page.evaluate(MOVES)
    assert not still, still
    window.page.emulate_media(reduced_motion="no-preference")
    moves = bool(window.page.evaluate(MOVES))
    window.page.emulate_media(reduced_motion="reduce")
    return moves
