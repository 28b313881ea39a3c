"""A cut network, a killed page, an ended token and an ended link cost a student nothing."""

from typing import TYPE_CHECKING

import pytest

from tests.integration.portal.portal_visit import KEPT, Visit, visit
from tests.integration.support.course_helpers import enroll, eventually
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, Person
from tests.integration.support.signed_url import ended

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Response, Route

pytestmark = pytest.mark.intrusive

UNSENT = "Not sent yet"
NOTHING_WAITS = f"({KEPT})().then((all) => all.length === 0)"
SOMETHING_WAITS = f"({KEPT})().then((all) => all.length > 0)"


def _film(window: Visit, student: Person, course_id: str) -> None:
    """Play the film to its third second."""
    enroll(student, course_id)
    window.enter(student, f"/courses/{course_id}/lessons/film")
    _play_to(window, 3)


def _play_to(window: Visit, seconds: int) -> None:
    window.until("document.querySelector('video')?.readyState > 0")
    window.page.evaluate("document.querySelector('video').play()")
    window.until(f"document.querySelector('video').currentTime > {seconds}")


def _position(student: Person, course_id: str) -> int:
    return int(student.get(f"/progress/{course_id}")["positions"].get("film", -1))


def test_what_happened_without_a_network_is_sent_later(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    """The page says that something waits as long as it does, and no longer."""
    student = people.new("students")
    with visit(chromium, deployed) as window:
        status = window.page.get_by_role("status")
        _film(window, student, course_id)
        assert status.filter(has_text=UNSENT).count() == 0
        window.page.context.set_offline(True)
        window.page.evaluate("document.querySelector('video').pause()")
        status.filter(has_text=UNSENT).wait_for()
        assert _position(student, course_id) == -1
        window.page.context.set_offline(False)
        status.filter(has_text="Saved").wait_for()
        assert status.filter(has_text=UNSENT).count() == 0
        assert _position(student, course_id) >= 3
        assert window.page.evaluate(NOTHING_WAITS)


def test_a_killed_page_goes_on_where_it_was(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    """The API cannot be reached, and the page is killed: it gets no moment to say goodbye."""
    student = people.new("students")
    with visit(chromium, deployed) as window:
        _film(window, student, course_id)
        context = window.page.context
        window.page.route("**/v1/**", lambda route: route.abort())
        _play_to(window, 7)
        window.until(SOMETHING_WAITS)
        session = window.page.evaluate("sessionStorage.getItem('education.refresh')")
        address = window.page.url
        window.kill()
        assert _position(student, course_id) == -1
        again = Visit(context.new_page(), deployed)
        again.page.add_init_script(f"sessionStorage.setItem('education.refresh', {session!r})")
        again.page.goto(address)
        again.until("document.querySelector('video')?.currentTime >= 5")
    assert _position(student, course_id) >= 5


def test_a_token_that_ends_is_renewed_and_the_film_goes_on(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    student = people.new("students")
    refused: list[str] = []

    def refuse_once(route: "Route") -> None:
        token = route.request.headers.get("authorization", "")
        if not refused or refused[0] == token:
            refused.append(token)
            route.fulfill(status=401, content_type="application/problem+json", body="{}")
        else:
            route.continue_()

    with visit(chromium, deployed) as window:
        _film(window, student, course_id)
        window.page.route("**/position", refuse_once)
        # Playwright answers in the API's place only while the test waits for the page.
        with window.page.expect_response(
            lambda answer: answer.url.endswith("/position") and answer.status == 204
        ):
            window.page.evaluate("document.querySelector('video').pause()")
    assert len(refused) == 1
    assert _position(student, course_id) >= 3


def test_a_link_that_has_ended_is_refused_and_the_film_goes_on_where_it_was(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    """The content function's key has signed the link, and the distribution refuses it, as it does after an hour."""
    student = people.new("students")
    enroll(student, course_id)
    path = f"/courses/{course_id}/lessons/film"
    student.call("PUT", f"/progress/{course_id}/lessons/film/position", {"positionSeconds": 5}, expect=204)
    shown = student.get(f"{path}/content")
    old = {**shown, "url": ended(deployed, shown["url"])}
    asked: list[str] = []
    refused: list[str] = []

    def old_first(route: "Route") -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(status=200, json=old)
        else:
            route.continue_()

    def note(answer: "Response") -> None:
        if answer.status == 403:
            refused.append(answer.url)

    with visit(chromium, deployed) as window:
        window.page.on("response", note)
        window.page.route("**/film/content", old_first)
        window.enter(student, path)
        window.until(
            "(() => { const film = document.querySelector('video');"
            " return film?.readyState > 0 && film.currentTime >= 5 && !film.error; })()"
        )
    assert old["url"] in refused
    assert len(asked) > 1


def test_two_tabs_agree(deployed: Deployed, people: People, chromium: "Browser", course_id: str) -> None:
    """One sign-in, one position; what one tab could not send, the other one sends; signing out ends both."""
    student = people.new("students")
    with visit(chromium, deployed) as window:
        _film(window, student, course_id)
        window.page.evaluate("document.querySelector('video').pause()")
        eventually(lambda: _position(student, course_id) >= 3)
        other = Visit(window.page.context.new_page(), deployed)
        other.page.goto(window.page.url)
        other.until("document.querySelector('video')?.currentTime >= 3")
        window.page.route("**/v1/**", lambda route: route.abort())
        window.page.evaluate("document.querySelector('video').currentTime = 20")
        window.page.get_by_role("status").filter(has_text=UNSENT).wait_for()
        other.page.evaluate("dispatchEvent(new Event('online'))")
        window.page.get_by_role("status").filter(has_text="Saved").wait_for()
        assert _position(student, course_id) == 20
        window.page.unroute_all()
        other.page.reload()
        other.until("document.querySelector('video')?.currentTime >= 20")
        other.page.get_by_role("button", name="Sign out").click()
        window.page.get_by_role("heading", level=1, name="Sign in to go on").wait_for()


def test_two_devices_agree(deployed: Deployed, people: People, chromium: "Browser", course_id: str) -> None:
    """What a device without a network did earlier does not undo what another one did since."""
    student = people.new("students")
    with visit(chromium, deployed) as first, visit(chromium, deployed) as second:
        _film(first, student, course_id)
        first.page.context.set_offline(True)
        first.page.evaluate("document.querySelector('video').pause()")
        first.page.get_by_role("status").filter(has_text=UNSENT).wait_for()
        second.enter(student, f"/courses/{course_id}/lessons/film")
        second.until("document.querySelector('video')?.readyState > 0")
        second.page.evaluate("document.querySelector('video').currentTime = 15")
        eventually(lambda: _position(student, course_id) == 15)
        first.page.context.set_offline(False)
        first.page.get_by_role("status").filter(has_text="Saved").wait_for()
        assert _position(student, course_id) == 15
        first.page.reload()
        first.until("document.querySelector('video')?.currentTime >= 15")
        _marks(second, f"{course_id}/lessons/words")
        first.open(f"/courses/{course_id}")
        first.page.locator(".outline .badge-good", has_text="Done").wait_for()


def _marks(window: Visit, lesson: str) -> None:
    window.open(f"/courses/{lesson}")
    window.page.get_by_role("button", name="Mark as done").click()
    window.page.get_by_role("status").filter(has_text="Saved").wait_for()


def test_a_refused_completion_is_told_and_not_shown_as_done(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    """With the reason, a way on and the number of the request."""
    student = people.new("students")
    enroll(student, course_id)
    with visit(chromium, deployed) as window:
        page = window.page
        window.enter(student, f"/courses/{course_id}/lessons/words")
        page.get_by_role("button", name="Mark as done").wait_for()
        student.delete(f"/enrollments/{course_id}")
        page.get_by_role("button", name="Mark as done").click()
        alert = page.get_by_role("alert")
        alert.filter(has_text="could not be saved").wait_for()
        assert "You are not enrolled in this course." in alert.inner_text()
        assert "tell your school this number" in alert.inner_text()
        assert page.get_by_role("status").filter(has_text="Saved").count() == 0
        assert page.locator("p.badge-good").count() == 0
        assert window.faults() == []
        alert.get_by_role("link", name="Go to the course").click()
        page.get_by_role("button", name="Enrol").wait_for()
