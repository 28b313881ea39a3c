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


def _film(window: Visit, student: Person, course_id: str) -> None:
    """Sign in and play the film to its third second."""
    enroll(student, course_id)
    window.sign_in(student, f"/courses/{course_id}/lessons/film")
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
    student = people.new("students")
    with visit(chromium, deployed) as window:
        _film(window, student, course_id)
        window.page.context.set_offline(True)
        window.page.evaluate("document.querySelector('video').pause()")
        window.until(f"({KEPT})().then((all) => all.length > 0)")
        assert _position(student, course_id) == -1
        window.page.context.set_offline(False)
        eventually(lambda: _position(student, course_id) >= 3)
        window.until(f"({KEPT})().then((all) => all.length === 0)")


def test_a_killed_page_goes_on_where_it_was(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    """Nothing can be sent: the API is cut off before, and the page gets no moment to say goodbye."""
    student = people.new("students")
    with visit(chromium, deployed) as window:
        _film(window, student, course_id)
        context = window.page.context
        context.route("**/v1/**", lambda route: route.abort())
        _play_to(window, 7)
        window.until(f"({KEPT})().then((all) => all.length > 0)")
        session = window.page.evaluate("sessionStorage.getItem('education.refresh')")
        context.unroute_all()
        address = window.page.url
        window.page.goto("about:blank")
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


def test_a_link_that_ends_in_the_middle_of_the_film_is_renewed(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    student = people.new("students")
    with visit(chromium, deployed) as window:
        _film(window, student, course_id)
        # What the browser tells a page whose film was refused.
        with window.page.expect_response(lambda answer: answer.url.endswith("/film/content")):
            window.page.evaluate("document.querySelector('video').dispatchEvent(new Event('error'))")
        window.until(
            "(() => { const film = document.querySelector('video');"
            " return film.currentTime > 4 && !film.paused && !film.error; })()"
        )


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
        window.sign_in(student, path)
        window.until(
            "(() => { const film = document.querySelector('video');"
            " return film?.readyState > 0 && film.currentTime >= 5 && !film.error; })()"
        )
    assert old["url"] in refused
    assert len(asked) > 1
