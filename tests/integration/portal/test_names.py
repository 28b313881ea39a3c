"""What the contract names is found once on each page: who looks for *Catalogue* by role and name meets one link."""

from typing import TYPE_CHECKING

import pytest

from tests.integration.portal.portal_visit import Visit, visit
from tests.integration.support.course_helpers import enroll, new_course
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import ADMINISTRATORS, STUDENTS, People, SharedUsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.intrusive

LANDMARKS = ("banner", "navigation", "main")
STUDENT_LINKS = ("Catalogue", "My learning", "Profile")
TEACHER_LINKS = (*STUDENT_LINKS, "Teach")


def _faults(window: Visit, links: tuple[str, ...]) -> list[str]:
    """Names look for words, as a person does: part of a name is enough, and capitals make no difference."""
    page = window.page
    counts = {each: page.get_by_role(each).count() for each in LANDMARKS}
    counts |= {f"link {each}": page.get_by_role("link", name=each).count() for each in links}
    return [f"{page.url}: {count} times {name}" for name, count in counts.items() if count != 1]


def test_each_landmark_and_link_of_a_student_is_there_once(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    student = people.new(STUDENTS)
    with visit(chromium, deployed) as window:
        window.enter(student)
        faults: list[str] = []
        for path, mark in {
            "/learning": ".empty",
            f"/courses/{course_id}": ".outline",
            "/teach": "main p",
            "/no-such-page": "main p",
            "/": ".card-link",
            "/profile": ".form",
        }.items():
            window.go(path, mark)
            faults += _faults(window, STUDENT_LINKS)
        enroll(student, course_id)
        window.go(f"/courses/{course_id}/lessons/words", ".prose h2")
        assert faults + _faults(window, STUDENT_LINKS) == []


def test_each_landmark_and_link_of_a_teacher_is_there_once(
    deployed: Deployed, chromium: "Browser", users: SharedUsers
) -> None:
    course_id = new_course(users.owner, "one")
    editor = f"/teach/courses/{course_id}"
    with visit(chromium, deployed) as window:
        window.enter(users.owner)
        faults: list[str] = []
        for path, mark in {
            "/teach": ".card-link",
            editor: ".lesson-card",
            f"{editor}#roster": "form textarea",
            f"{editor}#settings": "form textarea",
            f"/courses/{course_id}": ".outline",
        }.items():
            window.go(path, mark)
            faults += _faults(window, TEACHER_LINKS)
        assert faults == []


def test_an_archived_course_has_one_button_to_publish_it(
    deployed: Deployed, chromium: "Browser", users: SharedUsers
) -> None:
    course_id = new_course(users.owner, status="archived")
    with visit(chromium, deployed) as window:
        window.enter(users.owner, f"/teach/courses/{course_id}")
        window.page.get_by_role("button", name="Back to draft").wait_for()
        window.page.get_by_role("button", name="Publish").click()
        window.page.get_by_role("status").filter(has_text="published now").wait_for()


def test_what_was_done_is_the_one_status_of_a_page(
    deployed: Deployed, people: People, chromium: "Browser", users: SharedUsers
) -> None:
    student = people.new(STUDENTS)
    student.get("/profile")
    course_id = new_course(users.owner, "one")
    enroll(people.new(STUDENTS), course_id)
    with visit(chromium, deployed) as window:
        window.enter(users.owner, f"/teach/courses/{course_id}#roster")
        window.page.get_by_label("E-mail addresses").fill(student.email)
        window.page.get_by_role("button", name="Import roster").click()
        window.page.get_by_text("1 person is imported").wait_for()
        window.page.get_by_text("2 students").wait_for()
        assert window.page.get_by_role("status").count() == 1
        window.page.get_by_label("Search students").fill(student.email)
        window.page.get_by_role("status").filter(has_text="1 student").wait_for()
    with visit(chromium, deployed) as window:
        window.enter(people.new(ADMINISTRATORS), "/admin")
        window.page.get_by_label("E-mail address").fill(student.email)
        window.page.get_by_role("button", name="Find").click()
        window.page.get_by_role("button", name="Grant role").first.click()
        window.page.get_by_role("status").filter(has_text="now has the role").wait_for()
        assert window.page.get_by_role("status").count() == 1
