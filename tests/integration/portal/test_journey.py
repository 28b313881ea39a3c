"""A student finds a course in the portal, enrols, learns, and goes on where the course was left."""

from typing import TYPE_CHECKING

import pytest

from tests.integration.portal.conftest import COURSE_TITLE
from tests.integration.portal.portal_visit import Visit, visit
from tests.integration.support.course_helpers import enroll
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.intrusive


def test_a_visitor_sees_what_the_school_offers_and_calls_no_api(
    deployed: Deployed, chromium: "Browser"
) -> None:
    with visit(chromium, deployed) as window:
        window.open("/")
        window.page.get_by_role("heading", level=1, name=deployed.settings.school.name).wait_for()
        assert window.page.get_by_role("button", name="Sign in").count() == 1
        window.open("/learning")
        window.page.get_by_role("heading", level=1, name="Sign in to go on").wait_for()
        assert window.calls == []


def test_a_student_finds_a_course_and_takes_it(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    """The number of calls of each page is part of the promise: catalogue and course 2 at most, a lesson 3."""
    student = people.new("students")
    course, base = f"/courses/{course_id}", f"/progress/{course_id}"
    with visit(chromium, deployed) as window:
        page = window.page
        window.sign_in(student)
        window.calls.clear()
        page.get_by_label("Search courses").fill("rivers")
        page.keyboard.press("Enter")
        link = page.locator(f'a[href="{course}"]')
        link.wait_for()
        assert window.calls == ["GET /courses"]
        window.calls.clear()
        link.click()
        page.get_by_role("button", name="Enrol").wait_for()
        assert sorted(window.calls) == [f"GET {course}", f"GET {base}"]
        assert page.get_by_role("heading", level=1).inner_text() == COURSE_TITLE, "a title is text only"
        page.get_by_role("button", name="Enrol").click()
        page.get_by_role("button", name="Start").wait_for()
        window.calls.clear()
        page.get_by_role("button", name="Start").click()
        _takes_the_film(window, course_id)
        page.get_by_role("button", name="Next lesson").click()
        page.locator(".textLayer", has_text="First page").wait_for()
        assert len([each for each in window.calls if each.startswith("GET")]) == 3
        page.get_by_role("button", name="Next lesson").click()
        page.get_by_role("heading", level=2, name="Rising water").wait_for()
        assert page.get_by_role("heading", name="Words to know").count() == 1, "the title stands once"
        assert page.get_by_role("link", name="a bad link").count() == 0
        assert "taken over" not in page.title()
        page.get_by_role("button", name="Mark as done").click()
        page.get_by_role("status").filter(has_text="Saved").wait_for()
        page.get_by_role("link", name="My learning").click()
        bar = page.get_by_role("progressbar")
        bar.wait_for()
    progress = student.get(base)
    assert progress["completedLessons"] == ["words"]
    assert progress["positions"]["film"] >= 2


def _takes_the_film(window: Visit, course_id: str) -> None:
    page = window.page
    page.locator("video").wait_for()
    window.until("document.querySelector('video').readyState > 0")
    assert len(window.calls) == 3
    page.evaluate("document.querySelector('video').play()")
    window.until("document.querySelector('video').currentTime > 2")
    with page.expect_response(lambda answer: answer.url.endswith("/film/position")) as told:
        page.evaluate("document.querySelector('video').pause()")
    assert told.value.status == 204
    window.calls.clear()


def test_the_words_of_a_search_follow_the_browsers_own_back(
    deployed: Deployed, people: People, chromium: "Browser"
) -> None:
    """The field says what the list below it shows."""
    with visit(chromium, deployed) as window:
        page = window.page
        window.enter(people.new("students"))
        field = page.get_by_label("Search courses")
        field.fill("nosuchcourseword")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="No course has these words").wait_for()
        page.go_back()
        page.locator(".cards .card-link, .empty").first.wait_for()
        window.until("document.querySelector('input[name=q]').value === ''")
        page.go_forward()
        window.until("document.querySelector('input[name=q]').value === 'nosuchcourseword'")


@pytest.mark.parametrize(("lesson_id", "title"), [("words", "Words to know"), ("sheet", "The worksheet")])
def test_continue_leads_back_to_what_was_only_read(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str, lesson_id: str, title: str
) -> None:
    """A text and the first page of a document have no position that changes. They are not the first lesson."""
    student = people.new("students")
    enroll(student, course_id)
    with visit(chromium, deployed) as window:
        page = window.page
        window.enter(student, "/learning")
        page.get_by_role("button", name="Start").wait_for()
        with page.expect_response(f"**/{lesson_id}/position") as told:
            window.show(f"/courses/{course_id}/lessons/{lesson_id}")
        assert told.value.status == 204
        page.get_by_role("link", name="My learning").click()
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("heading", level=1, name=title).wait_for()
        assert page.locator("p.badge-good").count() == 0
