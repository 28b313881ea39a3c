"""The pages of teachers by keyboard alone, on a narrow screen, and by axe in states that other tests do not reach."""

from typing import TYPE_CHECKING

import pytest

from tests.integration.portal.conftest import Desk
from tests.integration.support.course_helpers import eventually, lesson, new_course
from tests.integration.support.people import STUDENTS, People

if TYPE_CHECKING:
    from playwright.sync_api import ViewportSize

pytestmark = pytest.mark.intrusive

NARROW: "ViewportSize" = {"width": 320, "height": 640}
WIDE: "ViewportSize" = {"width": 1280, "height": 800}


def test_the_journey_of_a_teacher_by_keyboard_alone(desk: Desk, people: People) -> None:
    student = people.new(STUDENTS)
    student.get("/profile")
    page, window = desk.open(), desk.window
    keys = page.keyboard
    window.press("New course")
    keys.type("By keyboard")  # the focus is in the first field
    keys.press("Tab")
    keys.type("No mouse.")
    window.press("Save")
    page.get_by_role("heading", level=1, name="By keyboard").wait_for()
    for title in ("First", "Second"):
        window.press("Add lesson")
        keys.type(title)
        window.press("Save")
        page.get_by_role("status").filter(has_text="The lesson is saved").wait_for()
        window.until("(title) => document.activeElement.innerText.includes(title)", title)
    window.press("Move up")
    page.get_by_role("status").filter(has_text="“Second” is now number 1 of 2").wait_for()
    window.until("document.activeElement.innerText === 'Move down'")  # it cannot go up any more
    keys.press("Enter")
    page.get_by_role("status").filter(has_text="“Second” is now number 2 of 2").wait_for()
    window.until("document.activeElement.innerText === 'Move up'")
    window.press("Publish", way="Shift+Tab")
    page.get_by_role("status").filter(has_text="Published").wait_for()
    window.press("Roster")
    window.reach("document.activeElement.name === 'emails'")
    keys.type(student.email)
    window.press("Check")
    page.get_by_role("heading", name="What would happen").wait_for()
    window.press("Import roster")
    page.get_by_role("button", name="Remove from course").wait_for()
    window.press("Remove from course")
    page.get_by_role("dialog").wait_for()
    window.press("Remove from course")
    page.get_by_role("status").filter(has_text="is removed").wait_for()
    course_id = page.url.rsplit("/", 1)[1].split("#")[0]
    eventually(lambda: desk.teacher.get(f"/courses/{course_id}/roster")["items"] == [])


def test_axe_finds_nothing_and_no_page_is_too_wide(desk: Desk) -> None:
    film = {**lesson("video", title="東" * 120), "section": "Watch"}
    lessons = {"film": film, "text": lesson("article", position=1)}
    course_id = new_course(desk.teacher, title="W" * 200, lessons=lessons)
    found: dict[str, list[str]] = {}
    page, window = desk.window.page, desk.window

    def look(name: str) -> None:
        found[name] = window.in_both_schemes()
        page.set_viewport_size(NARROW)
        if page.evaluate("document.documentElement.scrollWidth") > NARROW["width"]:
            found[name].append("too wide")
        page.set_viewport_size(WIDE)
        assert page.get_by_role("heading", level=1).count() == 1, name

    desk.open()
    look("courses")
    page.get_by_role("button", name="New course").click()
    look("new course")
    desk.open(course_id)
    page.get_by_text("Captions: 0 languages").click()
    look("lessons")
    page.get_by_role("button", name="Edit lesson").first.click()
    page.get_by_label("Kind").select_option("interactive")
    look("a lesson's form")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Delete lesson").first.click()
    look("deleting a lesson")
    desk.open(course_id, "#roster")
    look("roster")
    desk.open(course_id, "#settings")
    look("settings")
    desk.open("no-such-course")
    page.get_by_role("alert").wait_for()
    look("no such course")
    assert {name: faults for name, faults in found.items() if faults} == {}
