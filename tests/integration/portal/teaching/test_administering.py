"""An administrator grants roles, finds courses without an owner, and reads what was done."""

from typing import TYPE_CHECKING

import pytest

from tests.integration.portal.page_rules import NARROW
from tests.integration.portal.portal_visit import visit
from tests.integration.support.course_helpers import eventually, new_course
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import ADMINISTRATORS, INSTRUCTORS, STUDENTS, People

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.intrusive


def test_an_administrator_at_work(deployed: Deployed, people: People, chromium: "Browser") -> None:
    """Nothing is read before it is asked for, and each question is one call, two for a course."""
    administrator, student, leaver = (people.new(role) for role in (ADMINISTRATORS, STUDENTS, INSTRUCTORS))
    student.patch("/profile", {"displayName": "Ada"})
    orphan = new_course(leaver, title="Orphaned course")
    leaver.delete("/profile")
    eventually(lambda: administrator.get(f"/courses/{orphan}")["ownerId"] == "erased", seconds=60)
    with visit(chromium, deployed) as window:
        page, calls = window.page, window.calls
        window.sign_in(administrator)
        calls.clear()
        page.get_by_role("link", name="Administration").click()
        page.get_by_role("heading", level=1, name="Administration").wait_for()
        window.settle()
        assert calls == []

        # Roles, by address.
        page.get_by_label("E-mail address").fill("nobody@example.org")
        page.get_by_role("button", name="Find").click()
        page.get_by_text("Nobody has an account with nobody@example.org").wait_for()
        calls.clear()
        page.get_by_label("E-mail address").fill(student.email.upper())
        page.get_by_role("button", name="Find").click()
        page.get_by_role("heading", name="Ada").wait_for()
        assert calls == ["GET /users"]
        page.get_by_role("button", name="Grant role").first.click()
        page.get_by_role("status").filter(has_text="Ada now has the role “Teacher”").wait_for()
        page.get_by_role("button", name="Courses of this person").click()
        page.get_by_text("This person teaches no course").wait_for()
        calls.clear()
        page.get_by_role("button", name="Show the audit trail").click()
        granted = page.get_by_text("(you) granted Ada the role “Teacher”")
        granted.wait_for()
        assert calls == [f"GET /users/{student.user_id}/audit"]
        assert window.in_both_schemes() == []
        own = page.get_by_label("E-mail address")
        own.fill(administrator.email)
        page.get_by_role("button", name="Find").click()
        page.get_by_role("heading", name="Ada").wait_for(state="detached")
        page.get_by_role("button", name="Take role back").wait_for()

        # Courses whose owner was erased.
        calls.clear()
        page.get_by_role("button", name="Courses whose owner was erased").click()
        page.get_by_role("link", name="Orphaned course").first.wait_for()
        assert calls == ["GET /courses"]
        calls.clear()
        page.get_by_label("Address or id of a course").fill(f"{window.portal}/teach/courses/{orphan}#roster")
        page.get_by_role("button", name="Show the course").click()
        page.get_by_text("somebody who has no account any more").wait_for()
        assert sorted(calls) == [f"GET /courses/{orphan}", f"GET /courses/{orphan}/staff"]
        page.get_by_role("button", name="Show the audit trail").last.click()
        page.get_by_text("published course “Orphaned course”").wait_for()
        assert window.in_both_schemes() == []
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.get_by_role("link", name="Orphaned course").first.click()
        page.get_by_role("heading", level=1, name="Orphaned course").wait_for()


def test_an_address_typed_wrong_is_told_in_plain_words(
    deployed: Deployed, people: People, chromium: "Browser"
) -> None:
    """Nobody is asked to tell the school about a typing error. The words go with the error."""
    administrator = people.new(ADMINISTRATORS)
    with visit(chromium, deployed) as window:
        page = window.page
        window.sign_in(administrator, "/admin")
        field, alert = page.get_by_label("Address or id of a course"), page.get_by_role("alert")
        for typed, told in (
            ("The water cycle", "a title is not enough"),
            ("no-such-course", "There is no course with this address or id."),
        ):
            field.fill(typed)
            assert alert.count() == 0
            page.get_by_role("button", name="Show the course").click()
            alert.filter(has_text=told).wait_for()
            assert "tell your school" not in alert.inner_text()
            assert "pattern" not in page.get_by_role("main").inner_text()
        assert window.in_both_schemes() == []


def test_what_was_done_is_told_on_a_narrow_screen_too(
    deployed: Deployed, people: People, chromium: "Browser"
) -> None:
    """Of somebody with a name without a blank."""
    administrator, student = people.new(ADMINISTRATORS), people.new(STUDENTS)
    student.patch("/profile", {"displayName": "W" * 100})
    with visit(chromium, deployed, viewport=NARROW) as window:
        page = window.page
        window.enter(administrator, "/admin")
        page.get_by_label("E-mail address").fill(student.email)
        page.get_by_role("button", name="Find").click()
        page.get_by_role("button", name="Grant role").first.click()
        page.get_by_role("status").filter(has_text="now has the role “Teacher”").wait_for()
        assert window.overflow() == 0
        assert window.in_both_schemes() == []
