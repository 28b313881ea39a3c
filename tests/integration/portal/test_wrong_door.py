"""Who opens a page that is for others is told why, and has a way on: an address may come from somebody else."""

from typing import TYPE_CHECKING

import pytest

from tests.integration.portal.page_rules import WIDE, lost_text
from tests.integration.portal.portal_visit import visit
from tests.integration.support.course_helpers import enroll, new_course
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import INSTRUCTORS, STUDENTS, People, SharedUsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.intrusive


def test_a_lesson_leads_those_who_are_not_enrolled_to_the_course(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    with visit(chromium, deployed, viewport=WIDE) as window:
        page = window.page
        window.enter(people.new(STUDENTS), f"/courses/{course_id}/lessons/film")
        page.get_by_text("Enrol in the course. Then you can open its lessons.").wait_for()
        assert page.get_by_role("alert").count() == 0, "nothing has gone wrong"
        assert len(window.calls) == 3
        assert window.in_both_schemes() + lost_text(window) == []
        page.get_by_role("link", name="Go to the course").click()
        page.get_by_role("button", name="Enrol").wait_for()


def test_a_lesson_tells_those_on_the_waitlist_that_they_have_no_seat_yet(
    deployed: Deployed, people: People, users: SharedUsers, chromium: "Browser"
) -> None:
    course_id = new_course(users.owner, "one", capacity=1)
    first, second = people.new(STUDENTS), people.new(STUDENTS)
    for each in (first, second):
        enroll(each, course_id)
    with visit(chromium, deployed) as window:
        window.enter(second, f"/courses/{course_id}/lessons/one")
        window.page.get_by_text("You have no seat in the course yet.").wait_for()


def test_pages_for_a_role_tell_others_for_whom_they_are(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    """No form is offered that the API would refuse."""
    with visit(chromium, deployed, viewport=WIDE) as window:
        page = window.page
        window.enter(people.new(STUDENTS))
        window.calls.clear()
        for path, title in {
            "/teach": "This page is for teachers",
            f"/teach/courses/{course_id}": "This page is for teachers",
            "/admin": "This page is for administrators",
        }.items():
            window.open(path)
            page.get_by_role("heading", level=1, name=title).wait_for()
            assert page.get_by_role("main").get_by_role("button").count() == 0
            assert window.in_both_schemes() + lost_text(window) == []
        assert window.calls == []
    with visit(chromium, deployed, viewport=WIDE) as window:
        page = window.page
        window.enter(people.new(INSTRUCTORS), f"/teach/courses/{course_id}")
        page.get_by_role("heading", name="You do not teach this course").wait_for()
        assert page.get_by_role("main").get_by_role("button").count() == 0
        assert window.in_both_schemes() + lost_text(window) == []
        page.get_by_role("link", name="Go to the course").click()
        page.get_by_role("button", name="Enrol").wait_for()
