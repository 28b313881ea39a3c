"""What a form finds wrong is told like a refusal of the API: an alert, and a word beside the field."""

from typing import TYPE_CHECKING

import pytest

from tests.integration.portal.portal_visit import Visit, visit
from tests.integration.support.course_helpers import lesson, new_course
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import ADMINISTRATORS, People, SharedUsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.intrusive


def _is_told(window: Visit, button: str, label: str, fault: str, section: str = "main") -> None:
    """Press a button; the field is said to be wrong, has the focus, and nothing was asked of the API."""
    page = window.page
    window.calls.clear()
    area = page.locator(section)
    area.get_by_role("button", name=button, exact=True).first.click()
    page.get_by_role("alert").filter(has_text="Something is missing, or cannot be used as it is.").wait_for()
    field = area.get_by_label(label, exact=True)
    window.until("document.activeElement.getAttribute('aria-invalid') === 'true'")
    assert field.evaluate("(each) => each === document.activeElement")
    described = "(each) => each.getAttribute('aria-describedby').split(' ').at(-1)"
    assert page.locator(f"[id='{field.evaluate(described)}']").inner_text() == fault
    assert window.calls == []


def test_a_form_that_lacks_something_says_so_in_an_alert(
    deployed: Deployed, chromium: "Browser", users: SharedUsers
) -> None:
    course_id = new_course(users.owner, lessons={"film": lesson("video", title="Film")}, title="Has one")
    editor = f"/teach/courses/{course_id}"
    with visit(chromium, deployed) as window:
        page = window.page
        window.enter(users.owner, "/teach")
        page.get_by_role("button", name="New course").click()
        _is_told(window, "Save", "Title", "is needed")
        assert window.in_both_schemes() == []
        page.get_by_label("Title").fill("Rivers")
        page.get_by_role("alert").wait_for(state="detached")
        page.get_by_role("button", name="Cancel").click()
        page.get_by_role("button", name="New course").wait_for()
        window.go("/profile", ".form")
        page.get_by_label("Name", exact=True).fill("")
        _is_told(window, "Save", "Name", "is needed")
        window.go(f"{editor}#settings", "form [name=capacity]")
        page.get_by_label("Seats").fill("0")
        _is_told(window, "Save", "Seats", "must be at least 1")
        page.get_by_label("Seats").fill("")
        page.get_by_label("Enrolment opens").press("1")  # half a date has no value, and would be lost
        _is_told(window, "Save", "Enrolment opens", "cannot be used as it is")
        window.go(f"{editor}#roster", "form [name=emails]")
        _is_told(window, "Check", "E-mail addresses", "is needed")
        window.go(f"{editor}#settings", "form [name=capacity]")
        _is_told(window, "Add co-teacher", "E-mail address of a colleague", "is needed")
        page.get_by_label("E-mail address of a colleague").fill("somebody")
        _is_told(window, "Add co-teacher", "E-mail address of a colleague", "is not a whole e-mail address")
        window.go(editor, ".lesson-card")
        page.get_by_role("button", name="Add lesson").click()
        _is_told(window, "Save", "Title", "is needed")
        page.get_by_role("button", name="Cancel").click()
        page.get_by_text("Captions: none yet").click()
        _is_told(window, "Add captions", "Language of the captions", "is needed", ".lesson-card")


def test_the_forms_of_an_administrator_say_what_is_missing(
    deployed: Deployed, chromium: "Browser", people: People
) -> None:
    with visit(chromium, deployed) as window:
        window.enter(people.new(ADMINISTRATORS), "/admin")
        _is_told(window, "Find", "E-mail address", "is needed")
        window.page.get_by_label("E-mail address").fill("a@b.c")
        _is_told(window, "Show the course", "Address or id of a course", "is needed")
