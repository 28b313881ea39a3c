"""An instructor makes a course in the portal and fills it; an administrator grants a role and reads what was done."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.portal.portal_visit import Visit, visit
from tests.integration.support.course_helpers import new_course
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, SharedUsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.intrusive

TEXT = "# Rivers\n\nThey carry the water back.\n"


def _new_course(window: Visit, title: str) -> str:
    """Make a course in the portal; returns its id."""
    page = window.page
    page.get_by_role("button", name="New course").click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Summary").fill("Where rain goes.")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/teach/courses/*")
    page.get_by_role("heading", level=1, name=title).wait_for()
    return str(page.url).rsplit("/", 1)[1].split("#")[0]


def _add_lesson(window: Visit, title: str, kind: str) -> None:
    page = window.page
    page.get_by_role("button", name="Add lesson").click()
    form = page.get_by_role("form", name="Add lesson")
    form.get_by_label("Title").fill(title)
    form.get_by_label("Kind").select_option(kind)
    form.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name=title).wait_for()


def test_an_instructor_makes_fills_orders_and_publishes_a_course(
    deployed: Deployed, people: People, chromium: "Browser", tmp_path: Path
) -> None:
    file = tmp_path / "Flüsse & Meer 🌊.md"
    file.write_text(TEXT, encoding="utf-8")
    instructor = people.new("instructors")
    with visit(chromium, deployed) as window:
        page = window.page
        window.sign_in(instructor, "/teach")
        course_id = _new_course(window, "Rivers")
        _add_lesson(window, "First", "article")
        _add_lesson(window, "Second", "article")
        with page.expect_file_chooser() as chosen:
            page.get_by_role("button", name="Upload file").first.click()
        chosen.value.set_files(file)
        page.get_by_role("status").filter(has_text="The file is there").wait_for()
        assert page.get_by_text(file.name).count() == 1
        page.get_by_role("button", name="Move up").nth(1).click()
        page.get_by_role("status").filter(has_text="number 1 of 2").wait_for()
        page.get_by_role("button", name="Publish", exact=True).click()
        page.get_by_role("status").filter(has_text="Published").wait_for()
        assert window.faults() == []
    course = instructor.get(f"/courses/{course_id}")
    assert course["status"] == "published"
    assert [lesson["title"] for lesson in course["lessons"]] == ["Second", "First"]
    assert [lesson["hasContent"] for lesson in course["lessons"]] == [False, True]


def test_two_who_edit_the_same_course_see_both_versions(
    deployed: Deployed, people: People, chromium: "Browser"
) -> None:
    """What the other changed elsewhere is kept; what is typed survives a reload."""
    instructor = people.new("instructors")
    course_id = new_course(instructor, title="Before", summary="s")
    with visit(chromium, deployed) as window:
        page = window.page
        window.sign_in(instructor, f"/teach/courses/{course_id}#settings")
        page.goto(f"{window.portal}/teach/courses/{course_id}#settings")
        page.get_by_label("Title").fill("Mine")
        version = instructor.get(f"/courses/{course_id}")["version"]
        instructor.patch(
            f"/courses/{course_id}", {"title": "Theirs", "summary": "Their summary", "version": version}
        )
        page.get_by_role("form", name="About the course").get_by_role("button", name="Save").click()
        page.get_by_role("heading", name="Somebody else has changed this course").wait_for()
        assert page.get_by_role("cell", name="Theirs").count() == 1
        assert window.faults() == []
        page.get_by_role("button", name="Take mine").click()
        page.get_by_role("status").filter(has_text="saved").wait_for()
    course = instructor.get(f"/courses/{course_id}")
    assert (course["title"], course["summary"]) == ("Mine", "Their summary")


def test_a_class_list_is_checked_and_then_imported(
    deployed: Deployed, people: People, users: SharedUsers, chromium: "Browser"
) -> None:
    instructor, student = people.new("instructors"), people.new("students")
    student.get("/profile")
    course_id = new_course(instructor, title="A class")
    with visit(chromium, deployed) as window:
        page = window.page
        window.sign_in(instructor, f"/teach/courses/{course_id}")
        window.calls.clear()
        page.get_by_role("link", name="Roster").click()
        page.get_by_role("heading", name="Nobody is enrolled yet").wait_for()
        assert window.calls == [f"GET /courses/{course_id}/roster"]
        page.get_by_label("E-mail addresses").fill(f"Name;E-mail\nA;{student.email}\nB;not an address\n")
        page.get_by_role("button", name="Check").click()
        page.get_by_role("heading", name="What would happen").wait_for()
        page.get_by_text("The addresses were taken from column 2").wait_for()
        assert page.get_by_text("Not possible: 1").count() == 1
        assert window.faults() == []
        assert instructor.get(f"/courses/{course_id}/roster")["items"] == []
        page.get_by_role("button", name="Import roster").click()
        page.get_by_role("button", name="Remove from course").wait_for()
        page.get_by_role("button", name="Remove from course").click()
        page.get_by_role("dialog").get_by_role("button", name="Remove from course").click()
        page.get_by_role("status").filter(has_text="is removed").wait_for()
    assert instructor.get(f"/courses/{course_id}/roster")["items"] == []


def test_an_administrator_grants_a_role_and_reads_the_trail(
    deployed: Deployed, people: People, chromium: "Browser"
) -> None:
    administrator, student = people.new("administrators"), people.new("students")
    with visit(chromium, deployed) as window:
        page = window.page
        window.sign_in(administrator, "/admin")
        page.get_by_label("E-mail address").fill(student.email)
        page.get_by_role("button", name="Find").click()
        page.get_by_role("button", name="Grant role").first.click()
        page.get_by_role("status").filter(has_text="Instructor").wait_for()
        page.get_by_role("button", name="Show the audit trail").click()
        page.get_by_text("the role “instructors”").wait_for()
        assert window.faults() == []
        page.get_by_label("E-mail address").fill("nobody@example.org")
        page.get_by_role("button", name="Find").click()
        page.get_by_text("Nobody has signed in with nobody@example.org").wait_for()
