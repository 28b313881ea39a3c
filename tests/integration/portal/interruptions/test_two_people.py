"""Two people at one browser: a page that one of them left open never becomes the other one's."""

from typing import TYPE_CHECKING

import pytest

from tests import playable_packages
from tests.integration.player.player_page import LESSON, Packaged
from tests.integration.portal.portal_visit import Visit, visit
from tests.integration.support.course_helpers import enroll, eventually
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, Person, SharedUsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.intrusive

GIVEN_WAY = "window.isTheFirstPage === undefined"


def _somebody_else_signs_in(window: Visit, person: Person, path: str = "/") -> None:
    """In a new tab, which has heard nothing of the first one: its page was busy, or asleep."""
    page = window.page
    page.evaluate("window.isTheFirstPage = true; localStorage.removeItem('education.signed-in')")
    page.context.clear_cookies()  # the session of Cognito's own pages has ended
    Visit(page.context.new_page(), window.deployed).sign_in(person, path)
    window.until(GIVEN_WAY)


def test_a_package_of_one_student_is_not_saved_as_another_ones(
    deployed: Deployed, people: People, users: SharedUsers, chromium: "Browser"
) -> None:
    """What each of them did is their own, to the last moment."""
    ada, bo = people.new("students"), people.new("students")
    package = Packaged.of(deployed, users.owner, ada, playable_packages.scorm_12())
    enroll(bo, package.course_id)
    launch = bo.get(f"{package.path}/runtime")["launch"]
    own = {"launch": launch, "sequence": 1, "model": {"cmi": {"core": {"lesson_location": "bo's own"}}}}
    bo.call("PUT", f"{package.path}/runtime", own, expect=204)
    with visit(chromium, deployed) as window:
        window.sign_in(ada, f"/courses/{package.course_id}/lessons/{LESSON}")
        frame = window.package()
        frame.evaluate("set('cmi.core.lesson_location', 'of ada'); commit()")
        _somebody_else_signs_in(window, bo)
        frame = window.package()
        assert frame.evaluate("get('cmi.core.lesson_location')") == "bo's own"
        assert frame.evaluate("get('cmi.core.student_id')") == bo.user_id
        frame.evaluate("set('cmi.core.lesson_location', 'more of bo'); commit()")

        def place(person: Person) -> str:
            kept = person.get("/profile/export")["runtimeData"][0]
            return str(kept["model"]["cmi"]["core"]["lesson_location"])

        eventually(lambda: place(bo) == "more of bo")
        # Her package has said this when its page was unloaded.
        assert place(ada) == "left at the end"


def test_a_roster_does_not_stay_on_the_screen(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str, users: SharedUsers
) -> None:
    """Though there is unsaved typing, about which the page asks before it is left otherwise."""
    ada = people.new("students")
    enroll(ada, course_id)
    with visit(chromium, deployed) as window:
        page = window.page
        window.sign_in(users.owner, f"/teach/courses/{course_id}#settings")
        page.get_by_label("Summary").fill("Half a sen")
        page.goto(f"{window.portal}/teach/courses/{course_id}#roster")
        page.get_by_text(ada.email).wait_for()
        _somebody_else_signs_in(window, ada)
        links = page.get_by_role("navigation").get_by_role("link")
        links.filter(has_text="My learning").wait_for()
        assert page.get_by_text(ada.email).count() == 0
        assert links.filter(has_text="Teach").count() == 0


def test_a_tab_that_renews_its_tokens_does_not_take_the_browser_back(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    """Somebody's old tab wakes up after somebody else has signed in."""
    ada, bo = people.new("students"), people.new("students")
    for each in (ada, bo):
        enroll(each, course_id)
    lesson = f"/courses/{course_id}/lessons/words"
    with visit(chromium, deployed) as window:
        window.sign_in(ada, lesson)
        old = window.page.evaluate("sessionStorage.getItem('education.refresh')")
        _somebody_else_signs_in(window, bo, lesson)
        new = Visit(window.page.context.pages[-1], deployed)
        new.page.evaluate("window.isTheFirstPage = true")
        window.page.evaluate("(refresh) => sessionStorage.setItem('education.refresh', refresh)", old)
        window.page.reload()  # it renews, and tells the other tabs
        window.settle()
        assert new.page.evaluate("window.isTheFirstPage")
        new.page.get_by_role("button", name="Mark as done").click()
        new.page.get_by_role("status").filter(has_text="Saved").wait_for()
    assert bo.get(f"/progress/{course_id}")["completedLessons"] == ["words"]
    assert ada.get(f"/progress/{course_id}")["completedLessons"] == []
