"""The portal's pages by axe, by keyboard alone, and on a narrow screen."""

from typing import TYPE_CHECKING

import pytest

from tests.integration.portal.portal_visit import Visit, visit
from tests.integration.support.course_helpers import enroll
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, Person

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ColorScheme

pytestmark = pytest.mark.intrusive

NARROW = {"width": 320, "height": 640}


def _pages(course_id: str) -> dict[str, str]:
    """The path of each page, and what is there as soon as it is complete."""
    course = f"/courses/{course_id}"
    return {
        "/": ".cards .card-link",
        "/?q=nosuchcourseword": ".empty",
        "/learning": ".card-link",
        course: ".outline",
        f"{course}/lessons/film": "video",
        f"{course}/lessons/sheet": ".textLayer span",
        f"{course}/lessons/words": ".prose h2",
        f"{course}/lessons/none": "main p",
        "/courses/no-such-course": "[role=alert]",
        "/profile": ".form",
        "/no-such-page": "h1",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str, scheme: "ColorScheme"
) -> None:
    student = people.new("students")
    enroll(student, course_id)
    found: dict[str, list[str]] = {}
    with visit(chromium, deployed, color_scheme=scheme) as window:
        window.open("/")
        window.page.get_by_role("button", name="Sign in").wait_for()
        found["visitor"] = window.faults()
        window.sign_in(student)
        for path, mark in _pages(course_id).items():
            _go(window, path, mark)
            found[path] = window.faults()
            assert window.page.get_by_role("heading", level=1).count() == 1, path
        window.open(f"/courses/{course_id}")
        window.page.get_by_role("button", name="Withdraw").click()
        window.page.get_by_role("dialog").wait_for()
        found["dialog"] = window.faults()
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_no_page_is_wider_than_a_narrow_screen(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    student = people.new("students")
    enroll(student, course_id)
    with visit(chromium, deployed, viewport=NARROW) as window:
        window.sign_in(student)
        for path, mark in _pages(course_id).items():
            _go(window, path, mark)
            assert window.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path


def test_the_journey_by_keyboard_alone(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    student: Person = people.new("students")
    with visit(chromium, deployed) as window:
        window.sign_in(student, f"/courses/{course_id}")
        _press(window, "Enrol")
        window.page.get_by_role("button", name="Start").wait_for()
        _press(window, "Start")
        window.page.locator("video").wait_for()
        assert window.page.evaluate("document.activeElement.tagName") == "H1"
        _press(window, "Next lesson")
        window.page.get_by_role("heading", level=1, name="The worksheet").wait_for()
        _press(window, "Next lesson")
        window.page.get_by_role("heading", level=2, name="Words to know").wait_for()
        _press(window, "Mark as done")
        window.page.get_by_role("status").filter(has_text="Saved").wait_for()
    assert student.get(f"/progress/{course_id}")["completedLessons"] == ["words"]


def _go(window: Visit, path: str, mark: str) -> None:
    window.page.evaluate(
        "(path) => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }", path
    )
    window.page.locator(mark).first.wait_for()
    window.settle()


def _press(window: Visit, name: str) -> None:
    """Go with the tabulator to a button, and press it."""
    for _ in range(60):
        window.page.keyboard.press("Tab")
        if window.page.evaluate("document.activeElement.innerText") == name:
            window.page.keyboard.press("Enter")
            return
    raise AssertionError(f"the tabulator does not reach {name}")
