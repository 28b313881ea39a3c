"""The whole journey by keyboard alone, from the first page to signing out, with the focus where it belongs."""

from typing import TYPE_CHECKING

import pytest

from tests.integration.portal.portal_visit import Visit, visit
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.intrusive


def test_the_journey_by_keyboard_alone(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    student = people.new("students")
    with visit(chromium, deployed) as window:
        page, keys = window.page, window.page.keyboard
        password = window.new_password(student)
        window.open("/")
        page.get_by_role("button", name="Sign in").wait_for()
        window.press("Sign in")
        page.locator("#username").wait_for()
        window.reach("document.activeElement.id === 'username'")
        keys.type(student.email)
        keys.press("Tab")
        keys.type(password)
        keys.press("Enter")
        page.get_by_role("button", name="Sign out").wait_for()
        window.reach("document.activeElement.name === 'q'")
        keys.type("water")
        keys.press("Enter")
        page.wait_for_url("**/?q=water")
        window.settle()
        window.reach(f"document.activeElement.pathname === '/courses/{course_id}'")
        keys.press("Enter")
        page.get_by_role("button", name="Enrol").wait_for()
        assert _focus(window) == "H1"
        window.press("Enrol")
        page.get_by_role("button", name="Start").wait_for()
        window.press("Start")
        page.locator("video").wait_for()
        assert _focus(window) == "H1"
        window.until("document.querySelector('video').readyState > 0")
        window.reach("document.activeElement.tagName === 'VIDEO'")
        keys.press("k")
        window.until("!document.querySelector('video').paused")
        keys.press("l")
        window.until("document.querySelector('video').currentTime > 10")
        keys.press("c")
        with page.expect_response("**/film/position"):
            keys.press("k")
        window.until("document.querySelector('video').paused")
        window.press("Next lesson")
        page.get_by_role("heading", level=1, name="The worksheet").wait_for()
        page.locator(".textLayer span").first.wait_for()
        window.press("Larger")
        window.press("Next lesson")
        page.get_by_role("heading", level=2, name="Rising water").wait_for()
        window.press("Mark as done")
        page.get_by_role("status").filter(has_text="Saved").wait_for()
        window.press("My learning")
        page.get_by_role("progressbar").wait_for()
        window.press("Continue")
        page.get_by_role("heading", level=1, name="The film").wait_for()  # the words are done
        window.reach(f"document.activeElement.pathname === '/courses/{course_id}'")
        keys.press("Enter")
        page.get_by_role("button", name="Withdraw").wait_for()
        window.press("Withdraw")
        page.get_by_role("dialog").wait_for()
        keys.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
        page.wait_for_function("document.activeElement.innerText === 'Withdraw'")  # the focus goes back
        window.press("Profile")
        page.get_by_label("Name").wait_for()
        window.reach("document.activeElement.name === 'displayName'")
        keys.press("ControlOrMeta+a")
        keys.press("Delete")
        keys.type(" ")
        keys.press("Enter")
        window.until("document.activeElement.getAttribute('aria-invalid') === 'true'")
        keys.type("Ada")
        keys.press("Enter")
        page.get_by_role("status").filter(has_text="Saved").wait_for()
        window.press("Sign out")
        page.get_by_role("button", name="Sign in").wait_for()
    progress = student.get(f"/progress/{course_id}")
    assert progress["completedLessons"] == ["words"]
    assert progress["positions"]["film"] >= 10


def test_the_first_key_leads_past_the_navigation(deployed: Deployed, chromium: "Browser") -> None:
    with visit(chromium, deployed) as window:
        window.open("/")
        window.page.get_by_role("button", name="Sign in").wait_for()
        window.page.keyboard.press("Tab")
        assert window.page.evaluate("document.activeElement.innerText") == "Skip to the content"
        window.page.keyboard.press("Enter")
        window.until("document.activeElement.id === 'main'")


def _focus(window: Visit) -> str:
    return str(window.page.evaluate("document.activeElement.tagName"))


def test_the_focus_goes_to_what_took_the_place_of_a_button(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    """A button that goes away when it is pressed would leave a screen reader at the top of the page."""
    with visit(chromium, deployed) as window:
        page = window.page
        window.enter(people.new("students"), f"/courses/{course_id}")
        page.get_by_role("button", name="Enrol").wait_for()
        window.press("Enrol")
        window.until("document.activeElement.innerText === 'Start'")
        window.press("Withdraw")
        page.get_by_role("dialog").wait_for()
        window.press("Withdraw")
        window.until("document.activeElement.innerText === 'Enrol'")
        page.keyboard.press("Enter")
        window.until("document.activeElement.innerText === 'Start'")
        window.go(f"/courses/{course_id}/lessons/words", ".prose h2")
        window.press("Mark as done")
        window.until("document.activeElement.innerText === 'Go to the course'")  # no lesson follows
        page.get_by_role("status").filter(has_text="Saved").wait_for()
