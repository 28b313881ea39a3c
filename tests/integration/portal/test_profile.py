"""The profile in the portal: name, second factor, the person's data as a file, and the erasure of the account."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.portal.portal_visit import visit
from tests.integration.support.course_helpers import enroll
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People
from tests.integration.support.second_factor import Authenticator

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.intrusive

# How the modules of a QR code are read again: one square of the path each, around it a border of two.
SQUARES = "document.querySelector('svg.qr path').getAttribute('d').match(/M/g).length"


def test_a_second_factor_is_set_up_and_asked_for(
    deployed: Deployed, people: People, chromium: "Browser"
) -> None:
    """The code of an app is asked for at the page and at the next sign-in. A wrong one says so, and changes nothing.

    The page knows that it is on, and turns it off after a question.
    """
    student = people.new("students")
    with visit(chromium, deployed) as window:
        page = window.page
        window.enter(student, "/profile")
        page.get_by_role("button", name="Set up a second factor").click()
        page.get_by_role("img", name="Code to scan with an authenticator app").wait_for()
        assert page.evaluate(SQUARES) > 200
        app = Authenticator(page.locator(".key").inner_text(), takes_codes_again=True)
        code = page.get_by_label("Code of the app")
        code.fill("000000" if app.code() != "000000" else "000001")
        page.get_by_role("button", name="Turn it on").click()
        page.get_by_text("This code is not right").first.wait_for()
        assert code.get_attribute("aria-invalid") == "true"
        assert window.faults() == []
        code.fill(app.code())
        page.get_by_role("button", name="Turn it on").click()
        page.get_by_role("status").filter(has_text="The second factor is on").wait_for()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Sign in").wait_for()
        window.give_password(student.email, window.new_password(student), "/profile")
        page.fill("#code", app.code())
        page.keyboard.press("Enter")
        page.get_by_text("The second factor is on.").wait_for()
        page.get_by_role("button", name="Set up another app").wait_for()
        page.get_by_role("button", name="Turn it off").click()
        question = page.get_by_role("dialog", name="Turn off the second factor?")
        question.get_by_text("your password alone is enough").wait_for()
        assert window.faults() == []
        question.get_by_role("button", name="Turn it off").click()
        page.get_by_role("status").filter(has_text="The second factor is off").wait_for()
        page.reload()
        page.get_by_role("button", name="Set up a second factor").wait_for()


def test_the_name_is_changed_and_everything_comes_as_a_file(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str, tmp_path: Path
) -> None:
    student = people.new("students")
    enroll(student, course_id)
    with visit(chromium, deployed) as window:
        page = window.page
        window.enter(student, "/profile")
        page.get_by_label("Name").fill("Ada <b>Lovelace</b>")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("status").filter(has_text="Saved").wait_for()
        with page.expect_download() as saving:
            page.get_by_role("button", name="Download my data").click()
        saving.value.save_as(tmp_path / saving.value.suggested_filename)
        page.get_by_role("status").filter(has_text="downloaded").wait_for()
    [file] = tmp_path.iterdir()
    assert file.name == "my-learning-data.json"
    held = json.loads(file.read_text(encoding="utf-8"))
    assert held["profile"]["email"] == student.email
    assert held["profile"]["displayName"] == "Ada <b>Lovelace</b>"


def test_an_account_is_erased_after_a_warning(
    deployed: Deployed, people: People, chromium: "Browser", course_id: str
) -> None:
    """Only after the address was typed. Nothing of the person is left in the browser, and the sign-in is gone."""
    student = people.new("students")
    enroll(student, course_id)
    with visit(chromium, deployed) as window:
        page = window.page
        window.enter(student, "/profile")
        page.get_by_role("button", name="Erase my account").click()
        warning = page.get_by_role("dialog", name="You lose everything that you have learned here")
        warning.wait_for()
        assert "Nobody can bring them back" in warning.inner_text()
        erase = warning.get_by_role("button", name="Erase my account")
        assert erase.is_disabled()
        assert window.faults() == []
        page.keyboard.press("Escape")
        warning.wait_for(state="detached")
        assert student.get("/profile")["email"] == student.email
        page.get_by_role("button", name="Erase my account").click()
        warning.get_by_label("Your e-mail address").fill(student.email)
        erase.click()
        page.get_by_role("button", name="Sign in").wait_for()
        assert page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])") == "[{},{}]"
    assert student.call("GET", "/profile", expect=401).status == 401
