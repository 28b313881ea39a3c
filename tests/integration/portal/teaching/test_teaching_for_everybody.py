"""The pages of teachers by keyboard alone."""

import pytest

from tests.integration.portal.conftest import Desk
from tests.integration.support.course_helpers import eventually
from tests.integration.support.people import STUDENTS, People

pytestmark = pytest.mark.intrusive


def test_the_journey_of_a_teacher_by_keyboard_alone(desk: Desk, people: People) -> None:
    student = people.new(STUDENTS)
    student.get("/profile")
    page, window = desk.open(), desk.window
    keys = page.keyboard
    in_a_field = "document.activeElement.matches('input[type=text], input:not([type])')"
    window.press("New course")
    window.until(in_a_field)  # the first one
    keys.type("By keyboard")
    keys.press("Tab")
    keys.type("No mouse.")
    window.press("Save")
    page.get_by_role("heading", level=1, name="By keyboard").wait_for()
    for title in ("First", "Second"):
        window.press("Add lesson")
        window.until(in_a_field)
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
