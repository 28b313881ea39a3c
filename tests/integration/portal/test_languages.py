"""The portal in four languages: which one a person gets, and pages from right to left."""

from typing import TYPE_CHECKING

import pytest

from tests.integration.portal.portal_visit import Visit, visit
from tests.integration.support.course_helpers import enroll
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.intrusive

NARROW = {"width": 320, "height": 640}
# The language of the browser, that of the page, its direction, and what the button to sign in says.
VISITORS = [
    ("en-GB", "en", "ltr", "Sign in"),
    ("de-AT", "de", "ltr", "Anmelden"),
    ("es-MX", "es", "ltr", "Iniciar sesión"),
    ("ar-EG", "ar", "rtl", "تسجيل الدخول"),
    ("fi-FI", "en", "ltr", "Sign in"),
]


@pytest.mark.parametrize(("locale", "language", "direction", "sign_in"), VISITORS)
def test_a_visitor_gets_the_language_of_the_browser(
    deployed: Deployed, chromium: "Browser", locale: str, language: str, direction: str, sign_in: str
) -> None:
    with visit(chromium, deployed, locale=locale, viewport=NARROW) as window:
        window.open("/")
        window.page.get_by_role("button", name=sign_in, exact=True).wait_for()
        assert _language(window) == [language, direction]
        assert window.faults() == []
        assert window.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        assert window.calls == []


def test_a_visitor_can_choose_another_language(deployed: Deployed, chromium: "Browser") -> None:
    with visit(chromium, deployed, locale="en-GB") as window:
        window.open("/")
        window.page.get_by_role("button", name="العربية").click()
        window.page.get_by_role("button", name="تسجيل الدخول").wait_for()
        window.page.reload()
        window.page.get_by_role("button", name="تسجيل الدخول").wait_for()
        assert _language(window) == ["ar", "rtl"]


def test_the_language_of_the_profile_wins(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    """It is chosen on one device, holds at once and after a reload without a further call, and on another device."""
    person = people.new("students", "instructors")
    enroll(person, course_id)
    with visit(chromium, deployed, locale="en-GB", viewport=NARROW) as window:
        window.enter(person, "/profile")
        window.page.get_by_label("Language").select_option("ar")
        window.page.get_by_role("button", name="Save").click()
        window.page.get_by_role("status").filter(has_text="تم الحفظ").wait_for()
        assert _language(window) == ["ar", "rtl"]
        window.calls.clear()
        window.open("/")
        window.page.locator(".card-link").first.wait_for()
        window.settle()
        assert _language(window) == ["ar", "rtl"]
        assert window.calls == ["GET /courses"]
        found = _walk(window, course_id)
    assert found == {}
    assert person.get("/profile")["locale"] == "ar"
    with visit(chromium, deployed, locale="en-GB") as window:
        window.sign_in(person)
        assert _language(window) == ["ar", "rtl"]


def _walk(window: Visit, course_id: str) -> dict[str, list[str]]:
    """What is wrong on the pages of a student and of a teacher: by axe, or as they are too wide."""
    course = f"/courses/{course_id}"
    pages = {
        "/learning": ".card-link",
        course: ".outline",
        f"{course}/lessons/film": "video",
        "/profile": ".form",
        "/teach": "main .card-link, main .empty",
    }
    wrong: dict[str, list[str]] = {}
    for path, mark in pages.items():
        window.open(path)
        window.page.locator(mark).first.wait_for()
        window.settle()
        faults = window.faults()
        if window.page.evaluate("document.documentElement.scrollWidth") > NARROW["width"]:
            faults.append("wider than the screen")
        if faults:
            wrong[path] = faults
    return wrong


def _language(window: Visit) -> list[str]:
    found: list[str] = window.page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
    return found
