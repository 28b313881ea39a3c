"""A package in the portal: it saves while it is used and when it is left, and goes on where it was."""

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests import playable_packages
from tests.integration.player.player_page import LESSON, Packaged
from tests.integration.portal.portal_visit import KEPT, Visit, visit
from tests.integration.support.course_helpers import enroll
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, SharedUsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

pytestmark = pytest.mark.intrusive

A_LOOK = "00:06"  # the portal looks every five seconds whether the addresses of a package have ended


@pytest.fixture(scope="module")
def first(deployed: Deployed, people: People, users: SharedUsers) -> Packaged:
    """The package in a course, which all tests share."""
    return Packaged.of(deployed, users.owner, people.new("students"), playable_packages.scorm_12())


@pytest.fixture
def package(deployed: Deployed, people: People, first: Packaged) -> Packaged:
    """The package, for a student of its own."""
    student = people.new("students")
    enroll(student, first.course_id)
    return Packaged(deployed, student, first.course_id)


def test_a_package_is_left_in_one_browser_and_goes_on_in_another(
    deployed: Deployed, package: Packaged, chromium: "Browser"
) -> None:
    """Four calls open it, and in a new tab one more, for the name that it asks for. What it does in its last moment,
    when its page is unloaded, is saved, too."""
    student = package.student
    course = f"/courses/{package.course_id}"
    with visit(chromium, deployed) as window:
        window.enter(student, course)
        window.calls.clear()
        window.page.get_by_role("button", name="Start").click()
        frame = window.package()
        assert frame.locator("#seen").text_content() == "the beginning"
        assert sorted(window.calls) == [
            f"GET {course}",
            f"GET {package.path}/content",
            f"GET {package.path}/runtime",
            "GET /profile",
            f"GET /progress/{package.course_id}",
        ]
        frame.evaluate("set('cmi.core.score.raw', '85'); set('cmi.core.session_time', '00:01:30')")
        window.page.get_by_role("link", name="My learning").click()
        window.page.get_by_role("progressbar").wait_for()
    assert package.until_done()["results"][LESSON] == {"score": 85, "seconds": 90}
    with visit(chromium, deployed) as window:
        window.enter(student, f"{course}/lessons/{LESSON}")
        assert window.package().locator("#seen").text_content() == "left at the end"
        window.page.locator("p.badge-good", has_text="Done").wait_for()


def test_each_result_is_shown_when_it_is_saved(
    deployed: Deployed, package: Packaged, chromium: "Browser"
) -> None:
    """A score of who has failed, the end without a new score, and a better score after it."""
    with visit(chromium, deployed) as window:
        window.enter(package.student, f"/courses/{package.course_id}/lessons/{LESSON}")
        frame, page = window.package(), window.page
        done = page.locator("p.badge-good", has_text="Done")
        frame.evaluate("set('cmi.core.score.raw', '30'); set('cmi.core.lesson_status', 'failed'); commit()")
        page.get_by_text("Score: 30%", exact=True).wait_for()
        assert done.count() == 0
        frame.evaluate("set('cmi.core.score.raw', '85'); set('cmi.core.lesson_status', 'passed'); commit()")
        page.get_by_text("Score: 85%", exact=True).wait_for()
        done.wait_for()
        frame.evaluate("set('cmi.core.score.raw', '95'); commit()")
        page.get_by_text("Score: 95%", exact=True).wait_for()


def test_a_scorm_package_gets_the_name_of_the_profile_and_never_the_address(
    deployed: Deployed, people: People, users: SharedUsers, chromium: "Browser"
) -> None:
    """A new profile has the beginning of the address as its name. That is no name to pass on either. It is read
    once in a tab, so that a package takes four calls after a reload, too."""
    student = people.new("students")
    package = Packaged.of(deployed, users.owner, student, playable_packages.scorm_12())
    with visit(chromium, deployed) as window:
        window.sign_in(student, f"/courses/{package.course_id}/lessons/{LESSON}")
        assert window.package().evaluate("get('cmi.core.student_name')") == ""
        window.calls.clear()
        window.page.reload()
        assert window.package().evaluate("get('cmi.core.student_name')") == ""
        assert len([each for each in window.calls if each.startswith("GET")]) == 4, "the tab knows the name"
        student.patch("/profile", {"displayName": "Ada Lovelace"})
        window.open("/profile")
        window.page.get_by_label("Name").wait_for()
        window.open(f"/courses/{package.course_id}/lessons/{LESSON}")
        assert window.package().evaluate("get('cmi.core.student_name')") == "Ada Lovelace"


def test_a_package_is_sent_every_ten_seconds_and_when_the_tab_is_hidden(
    deployed: Deployed, package: Packaged, chromium: "Browser"
) -> None:
    """The player reports each second; only the first report and the last one before the end become calls."""
    student = package.student
    with visit(chromium, deployed) as window:
        window.enter(student, f"/courses/{package.course_id}/lessons/{LESSON}")
        frame = window.package()
        saves = f"PUT {package.path}/runtime"
        with window.page.expect_response(lambda answer: answer.request.method == "PUT"):
            frame.evaluate("set('cmi.core.lesson_location', 'first'); commit()")
        for place in ("second", "third"):
            frame.evaluate(f"set('cmi.core.lesson_location', '{place}'); commit()")
        window.until(f"({KEPT})().then((all) => JSON.stringify(all).includes('third'))")
        assert window.calls.count(saves) == 1
        with window.page.expect_response(lambda answer: answer.request.method == "PUT"):
            window.page.evaluate(
                "Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true});"
                "document.dispatchEvent(new Event('visibilitychange'))"
            )
        assert window.calls.count(saves) == 2
    with visit(chromium, deployed) as window:
        window.enter(student, f"/courses/{package.course_id}/lessons/{LESSON}")
        assert window.package().evaluate("get('cmi.core.lesson_location')") == "third"


# More than the 64 KiB that a page can send while it ends.
LARGE = "set('cmi.suspend_data', 'ä'.repeat(60000)); set('cmi.location', 'large'); commit()"
LARGE_BYTES = 120_000


def test_a_large_state_is_kept_when_the_tab_is_closed_and_sent_first_the_next_time(
    deployed: Deployed, people: People, users: SharedUsers, chromium: "Browser"
) -> None:
    student = people.new("students")
    package = Packaged.of(deployed, users.owner, student, playable_packages.scorm_2004())
    address = f"/courses/{package.course_id}/lessons/{LESSON}"

    def only_small(route: "Route") -> None:
        """The page ends before any other request has got through."""
        if len(route.request.post_data_buffer or b"") > LARGE_BYTES:
            route.abort()
        else:
            route.continue_()

    with visit(chromium, deployed) as window:
        window.sign_in(student, address)
        frame = window.package()
        with window.page.expect_response(lambda answer: answer.request.method == "PUT") as saved:
            frame.evaluate("set('cmi.location', 'small'); commit()")
        assert saved.value.status == 204
        window.page.route("**/runtime", only_small)
        frame.evaluate(LARGE)
        window.until(f"({KEPT})().then((all) => JSON.stringify(all).includes('large'))")
        session = window.page.evaluate("sessionStorage.getItem('education.refresh')")
        context = window.page.context
        with window.page.expect_event("close"):
            window.page.close(run_before_unload=True)

        again = Visit(context.new_page(), deployed)
        again.page.add_init_script(f"sessionStorage.setItem('education.refresh', {session!r})")
        again.open(address)
        frame = again.package()
        assert frame.locator("#seen").text_content() == "large"
        assert frame.evaluate("get('cmi.suspend_data').length") == 60_000
        calls = [each for each in again.calls if each.endswith("/runtime")]
        assert calls[:2] == [f"PUT {package.path}/runtime", f"GET {package.path}/runtime"]
        again.until(f"({KEPT})().then((all) => all.length === 0)")


def test_a_large_state_is_sent_when_the_tab_is_only_hidden(
    deployed: Deployed, people: People, users: SharedUsers, chromium: "Browser"
) -> None:
    student = people.new("students")
    package = Packaged.of(deployed, users.owner, student, playable_packages.scorm_2004())
    with visit(chromium, deployed) as window:
        window.sign_in(student, f"/courses/{package.course_id}/lessons/{LESSON}")
        frame = window.package()
        with window.page.expect_response(lambda answer: answer.request.method == "PUT"):
            frame.evaluate("set('cmi.location', 'small'); commit()")
        frame.evaluate(LARGE)
        window.until(f"({KEPT})().then((all) => JSON.stringify(all).includes('large'))")
        with window.page.expect_response(lambda answer: answer.request.method == "PUT") as saved:
            window.page.evaluate(
                "Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true});"
                "document.dispatchEvent(new Event('visibilitychange'))"
            )
        assert saved.value.status == 204
        assert len(saved.value.request.post_data_buffer or b"") > LARGE_BYTES
        window.until(f"({KEPT})().then((all) => all.length === 0)")


def test_a_package_that_was_opened_elsewhere_says_so_and_goes_on_here(
    deployed: Deployed, package: Packaged, chromium: "Browser"
) -> None:
    student = package.student
    with visit(chromium, deployed) as window:
        window.enter(student, f"/courses/{package.course_id}/lessons/{LESSON}")
        frame = window.package()
        student.get(f"{package.path}/runtime")  # another device opens it
        frame.evaluate("set('cmi.core.lesson_location', 'lost'); commit()")
        window.page.get_by_role("alert").filter(has_text="opened in another window").wait_for()
        window.page.get_by_role("button", name="Go on here").click()
        window.page.get_by_role("alert").wait_for(state="detached")
        frame = window.package()
        assert frame.evaluate("get('cmi.core.lesson_location')") == ""
        with window.page.expect_response(lambda answer: answer.request.method == "PUT") as saved:
            frame.evaluate("set('cmi.core.lesson_location', 'here'); commit()")
        assert saved.value.status == 204


def test_a_package_that_is_open_for_hours_gets_a_new_address(
    deployed: Deployed, people: People, users: SharedUsers, chromium: "Browser"
) -> None:
    """What was done last is kept. The device's clock is five hours ahead, which ends nothing earlier."""
    student = people.new("students")
    package = Packaged.of(deployed, users.owner, student, playable_packages.scorm_12())
    with visit(chromium, deployed) as window:
        page = window.page
        page.clock.install(time=datetime.now(UTC) + timedelta(hours=5))
        window.enter(student, f"/courses/{package.course_id}/lessons/{LESSON}")
        window.package()
        page.clock.fast_forward(A_LOOK)
        window.settle()
        assert page.get_by_role("alert").count() == 0
        page.clock.fast_forward("04:00:00")
        page.get_by_role("alert").filter(has_text="open for hours").wait_for()
        window.package().evaluate("set('cmi.suspend_data', 'the last word')")
        window.calls.clear()
        page.get_by_role("button", name="Open it again").click()
        page.get_by_role("alert").wait_for(state="detached")
        assert window.package().evaluate("get('cmi.suspend_data')") == "the last word"
        assert window.calls.count(f"GET {package.path}/content") == 1
        page.clock.fast_forward(A_LOOK)
        window.settle()
        assert page.get_by_role("alert").count() == 0


@pytest.mark.parametrize(
    ("status", "detail", "told"),
    [
        (403, "You are not enrolled in this course.", "You are not enrolled in this course."),
        (413, "The body is too large.", "the lesson has told too much at once"),
    ],
)
def test_a_state_that_is_refused_is_told_with_its_reason(
    deployed: Deployed,
    package: Packaged,
    chromium: "Browser",
    status: int,
    detail: str,
    told: str,
) -> None:
    """The API's answer is simulated: students hardly ever meet it. The page is not told again and again."""
    student = package.student
    problem = {"type": "urn:x:refused", "title": "T", "status": status, "detail": detail, "requestId": "r-1"}
    with visit(chromium, deployed) as window:
        page = window.page
        window.enter(student, f"/courses/{package.course_id}/lessons/{LESSON}")
        frame = window.package()
        page.route(
            "**/runtime",
            lambda route: route.fulfill(
                status=status, content_type="application/problem+json", body=json.dumps(problem)
            ),
        )
        frame.evaluate("set('cmi.core.lesson_location', 'here'); commit()")
        alert = page.get_by_role("alert")
        alert.filter(has_text=told).wait_for()
        assert "tell your school this number: r-1" in alert.inner_text()
        assert page.get_by_text("Not sent yet").count() == 0
        assert window.page.evaluate(f"({KEPT})().then((all) => all.length)") == 0
        assert alert.get_by_role("link", name="Go to the course").count() == 1
