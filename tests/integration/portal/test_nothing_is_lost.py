"""A cut network and a killed page cost a student nothing."""

from typing import TYPE_CHECKING

import pytest

from tests.integration.portal.portal_visit import Visit, visit
from tests.integration.support.course_helpers import enroll, eventually
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, Person

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.intrusive

WAITING = """async () => {
  const db = await new Promise((done) => {
    const asked = indexedDB.open("education.progress");
    asked.onsuccess = () => done(asked.result);
  });
  const all = db.transaction("updates").objectStore("updates").getAll();
  return new Promise((done) => { all.onsuccess = () => { db.close(); done(all.result.length); }; });
}"""


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
        window.until(f"({WAITING})()")
        assert _position(student, course_id) == -1
        window.page.context.set_offline(False)
        eventually(lambda: _position(student, course_id) >= 3)
        window.until(f"({WAITING})().then((count) => count === 0)")


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
        window.until(f"({WAITING})()")
        session = window.page.evaluate("sessionStorage.getItem('education.refresh')")
        context.unroute_all()
        address = window.page.url
        window.page.goto("about:blank")
        again = Visit(context.new_page(), deployed)
        again.page.add_init_script(f"sessionStorage.setItem('education.refresh', {session!r})")
        again.page.goto(address)
        again.until("document.querySelector('video')?.currentTime >= 5")
    assert _position(student, course_id) >= 5
