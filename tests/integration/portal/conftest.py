"""What the tests of the portal in Chromium share: the browser, and one course that has a lesson of each kind."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from local_platform.browser.chromium import FILMS_PLAY
from tests.integration.portal.portal_visit import Visit, visit
from tests.integration.support.browser import chromium_or_skip
from tests.integration.support.course_helpers import lesson, new_course, upload
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, Person, SharedUsers
from tests.pdf_files import pdf_of
from tools.support.paths import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FILM = ROOT / "local_platform" / "demo" / "files" / "water-cycle.mp4"
ARTICLE = b"""# Words to know

## Rising water

Water that rises is called *vapour*. <img src=x onerror="document.title='taken over'">

- [a good link](https://example.org/)
- [a bad link](javascript:document.title='taken over')

![a picture of another server](https://stranger.example/p.gif)
"""
COURSE_TITLE = "Water <b>cycle</b> " + "東" * 150


@pytest.fixture(scope="module")
def chromium(deployed: Deployed) -> Iterator["Browser"]:
    """The browser. Without one, or without what drives it, these tests are left out.

    It ends with each file: Playwright can be started only once at a time, and other files of a session start it, too.
    """
    if not deployed.is_local:
        pytest.skip("the sign-in pages on AWS look different")
    with chromium_or_skip(FILMS_PLAY) as running:
        yield running


@dataclass(frozen=True)
class Desk:
    """An instructor who has signed in, and the window in which they work. The tests of a file share it."""

    teacher: Person
    window: Visit

    def open(self, course_id: str = "", tab: str = "") -> "Page":
        """Open the list of courses, or the editor of one, without anything typed before."""
        page = self.window.page
        if page.url.startswith(self.window.portal):
            page.evaluate(
                "Object.keys(sessionStorage).filter((each) => each.startsWith('education.draft'))"
                ".forEach((each) => sessionStorage.removeItem(each))"
            )
        page.goto("about:blank")  # else another tab of the same course is no new page
        self.window.open(f"/teach/courses/{course_id}{tab}" if course_id else "/teach")
        self.window.settle()
        return page


@pytest.fixture(scope="module")
def desk(deployed: Deployed, people: People, chromium: "Browser") -> Iterator[Desk]:
    """A new instructor at work."""
    teacher = people.new("instructors")
    with visit(chromium, deployed) as window:
        window.sign_in(teacher, "/teach")
        yield Desk(teacher, window)


@pytest.fixture(scope="session")
def course_id(deployed: Deployed, users: SharedUsers) -> str:
    """A published course: a film, a document of two pages, an article, and a lesson without content."""
    lessons = {
        "film": lesson("video", premium=True, position=0, title="The film"),
        "sheet": lesson("pdf", position=1, title="The worksheet"),
        "words": lesson("article", position=2, title="Words to know"),
        "later": lesson("article", position=3, title="Comes later"),
    }
    course_id = new_course(users.owner, lessons=lessons, title=COURSE_TITLE, summary="Rain and rivers.")
    files = {"film": FILM.read_bytes(), "sheet": pdf_of("First page", "Second page"), "words": ARTICLE}
    for lesson_id, content in files.items():
        upload(deployed, users.owner, course_id, lesson_id, content)
    return course_id
