"""A film that is longer than its link: the link ends while the film plays, and the film goes on."""

from typing import TYPE_CHECKING

import pytest

from tests.integration.portal.conftest import FILM
from tests.integration.portal.portal_visit import visit
from tests.integration.samples.part_uploads import PartUpload
from tests.integration.support.course_helpers import enroll, eventually, has_content, lesson, new_course
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, SharedUsers
from tests.integration.support.signed_url import ended
from tests.mp4_files import stretched

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Response, Route

pytestmark = pytest.mark.intrusive

# More than Chromium reads ahead.
EMPTY = 64 * 1024**2
FIRST_BEHIND = 15  # seconds
PICTURES_PER_SECOND = 12
LINK_SECONDS = 8


@pytest.fixture(scope="module")
def long_film(deployed: Deployed, users: SharedUsers) -> str:
    """The path of a premium lesson with a film of 64 MiB."""
    course_id = new_course(users.owner, lessons={"film": lesson("video", premium=True, title="The film")})
    path = f"/courses/{course_id}/lessons/film"
    film = stretched(FILM.read_bytes(), FIRST_BEHIND * PICTURES_PER_SECOND, EMPTY)
    sent = PartUpload(deployed, users.owner, path, film, mediaType="video/mp4", fileName="Long film.mp4")
    sent.send(sent.numbers)
    sent.complete()
    eventually(lambda: has_content(users.owner, path))
    return path


def test_a_link_that_ends_in_the_middle_of_a_film_is_renewed(
    deployed: Deployed, people: People, chromium: "Browser", long_film: str
) -> None:
    """The content function's key has signed the link. The browser asks for the second half after the link's end."""
    student = people.new("students")
    enroll(student, long_film.split("/")[2])
    short: dict[str, str] = {}
    refused: list[str] = []

    def short_first(route: "Route") -> None:
        if short:
            route.continue_()
            return
        shown = student.get(f"{long_film}/content")
        short["url"] = ended(deployed, shown["url"], -LINK_SECONDS)
        route.fulfill(status=200, json={**shown, "url": short["url"]})

    def note(answer: "Response") -> None:
        if answer.status == 403:
            refused.append(answer.url)

    with visit(chromium, deployed) as window:
        window.page.on("response", note)
        window.page.route("**/film/content", short_first)
        window.enter(student, long_film)
        window.until("document.querySelector('video')?.readyState > 0")
        window.page.evaluate("document.querySelector('video').play()")
        window.until("document.querySelector('video').currentTime > 1")
        window.page.wait_for_timeout(LINK_SECONDS * 1000)
        window.page.evaluate(f"document.querySelector('video').currentTime = {FIRST_BEHIND + 2}")
        window.until(
            "(() => { const film = document.querySelector('video');"
            f" return film.currentTime > {FIRST_BEHIND + 3} && !film.paused && !film.error; }})()"
        )
    assert set(refused) == {short["url"]}
