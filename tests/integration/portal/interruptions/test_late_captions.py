"""Captions that are switched on when their link has ended, while the browser has the film itself."""

from typing import TYPE_CHECKING

import pytest

from tests.integration.portal.conftest import FILM
from tests.integration.portal.portal_visit import visit
from tests.integration.samples.part_uploads import upload_captions
from tests.integration.support.course_helpers import enroll, eventually, lesson, new_course, upload
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, SharedUsers
from tests.integration.support.signed_url import ended

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

pytestmark = pytest.mark.intrusive

LINK_SECONDS = 6
PLACE = 3
SHOWN = "document.querySelector('video').textTracks[0].cues?.length === 1"


def test_captions_are_shown_also_when_the_link_has_ended(
    deployed: Deployed, people: People, users: SharedUsers, chromium: "Browser"
) -> None:
    """The film is the same, at the same place."""
    course_id = new_course(users.owner, lessons={"film": lesson("video", premium=True, title="The film")})
    path = f"/courses/{course_id}/lessons/film"
    upload(deployed, users.owner, course_id, "film", FILM.read_bytes())
    upload_captions(deployed, users.owner, path, "de")
    student = people.new("students")
    enroll(student, course_id)
    eventually(lambda: student.get(f"{path}/content").get("captions"))  # a course may be five seconds old
    asked: list[str] = []

    def short_first(route: "Route") -> None:
        asked.append(route.request.url)
        if len(asked) > 1:
            route.continue_()
            return
        shown = student.get(f"{path}/content")
        links = [shown, *shown["captions"]]
        for each in links:
            each["url"] = ended(deployed, each["url"], -LINK_SECONDS)
        route.fulfill(status=200, json=shown)

    with visit(chromium, deployed) as window:
        window.page.route("**/film/content", short_first)
        window.enter(student, path)
        window.until("document.querySelector('video')?.readyState === 4")
        window.page.evaluate(f"document.querySelector('video').currentTime = {PLACE}")
        window.page.wait_for_timeout(LINK_SECONDS * 1000)
        window.page.get_by_label("Captions").select_option("de")
        window.until(SHOWN)
        window.until(f"document.querySelector('video').currentTime === {PLACE}")
        assert window.page.evaluate("document.querySelector('video').paused")
        window.complaints.clear()  # the browser writes the refusal into the console
    assert len(asked) == 2
