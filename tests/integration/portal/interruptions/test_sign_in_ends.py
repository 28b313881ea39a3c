"""A sign-in that ends while a lesson is open costs nothing: it is renewed, or the film goes on after a new sign-in."""

from typing import TYPE_CHECKING

import pytest

from tests.integration.portal.portal_visit import KEPT, Visit, visit
from tests.integration.support.course_helpers import enroll, eventually
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, Person

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Request, Response

pytestmark = pytest.mark.intrusive

AFTER_ITS_END = "01:01:00"  # an ID token lasts an hour


def _film_by_its_own_clock(window: Visit, student: Person, course_id: str) -> None:
    """Play the film to its third second, with a clock of the page that can be turned forward."""
    enroll(student, course_id)
    window.page.clock.install()
    window.enter(student, f"/courses/{course_id}/lessons/film")
    window.until("document.querySelector('video')?.readyState > 0")
    window.page.evaluate("document.querySelector('video').play()")
    window.until("document.querySelector('video').currentTime > 3")


def _position(student: Person, course_id: str) -> int:
    return int(student.get(f"/progress/{course_id}")["positions"].get("film", -1))


def _is_told(answer: "Response") -> bool:
    return str(answer.url).endswith("/film/position")


def test_a_token_that_ends_by_the_clock_is_renewed_before_it_is_used(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    """Cognito's clock is another one: the page goes by what it is given, so a wrong clock keeps nobody out."""
    student = people.new("students")
    with visit(chromium, deployed) as window:
        page = window.page
        renewed: list[str] = []
        used: set[str] = set()

        def note(request: "Request") -> None:
            if request.url.endswith("/oauth2/token"):
                renewed.append(request.url)
            if "/v1/" in request.url:
                used.add(request.headers["authorization"])

        page.on("request", note)
        _film_by_its_own_clock(window, student, course_id)
        [old] = used
        renewed.clear()
        used.clear()
        with page.expect_response(_is_told) as told:
            page.clock.fast_forward(AFTER_ITS_END)
        assert told.value.status == 204
        assert len(renewed) == 1
        assert len(used) == 1
        assert old not in used
        assert page.evaluate("document.querySelector('video').paused") is False
    assert not [refusal for refusal in window.refused if refusal.startswith("401")]
    assert _position(student, course_id) >= 3


def test_a_sign_in_that_was_revoked_ends_with_a_way_back_and_nothing_is_lost(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    student = people.new("students")
    with visit(chromium, deployed) as window:
        page = window.page
        _film_by_its_own_clock(window, student, course_id)
        deployed.client("cognito-idp").revoke_token(
            Token=student.refresh_token, ClientId=deployed.outputs["user_pool_client_id"]
        )
        page.clock.fast_forward(AFTER_ITS_END)
        page.get_by_role("heading", level=1, name="Your sign-in has ended").wait_for()
        assert page.evaluate("document.activeElement.tagName") == "H1"
        assert window.faults() == []
        [waiting] = page.evaluate(f"({KEPT})()")
        assert waiting["lessonId"] == "film"
        assert waiting["change"]["positionSeconds"] >= 3
        assert _position(student, course_id) == -1
        window.sign_in(student, None)
        window.until("document.querySelector('video')?.currentTime >= 3")
        eventually(lambda: _position(student, course_id) >= 3)
        window.until(f"({KEPT})().then((all) => all.length === 0)")


def test_what_is_refused_later_is_told_on_the_page_that_is_open(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    """The student has left the course on another device meanwhile. The reason is told once, with a way on."""
    student = people.new("students")
    enroll(student, course_id)
    with visit(chromium, deployed) as window:
        page = window.page
        window.enter(student, f"/courses/{course_id}/lessons/words")
        page.get_by_role("button", name="Mark as done").wait_for()
        page.context.set_offline(True)
        page.get_by_role("button", name="Mark as done").click()
        page.get_by_role("status").filter(has_text="Not sent yet").wait_for()
        window.show("/no-such-page")
        page.get_by_role("heading", level=1, name="This page does not exist").wait_for()
        student.delete(f"/enrollments/{course_id}")
        page.context.set_offline(False)
        alert = page.get_by_role("alert").filter(has_text="could not be saved")
        alert.wait_for()
        assert "You are not enrolled in this course." in alert.inner_text()
        assert "tell your school this number" in alert.inner_text()
        assert window.faults() == []
        window.go("/learning", "main h1")
        alert.wait_for()
        alert.get_by_role("button", name="Close").click()
        alert.wait_for(state="detached")
        assert page.evaluate("document.activeElement.tagName") == "H1"
        assert page.evaluate(f"({KEPT})()") == []
