"""What the portal lets nobody do: run other scripts, frame it, share its session with a popup, or keep a token."""

from typing import TYPE_CHECKING

import pytest
import requests

from tests.integration.portal.portal_visit import Visit, visit
from tests.integration.support.course_helpers import new_course
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import TIMEOUT_SECONDS, People

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.intrusive

# Why a statement is refused; an empty text if it is not.
REFUSAL = (
    "(code) => { try { code(); return ''; } catch (error) { return error.name + ': ' + error.message; } }"
)
SINKS = {
    "markup": "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
    "another policy": "trustedTypes.createPolicy('other', {createHTML: (text) => text})",
    "code as text": "setTimeout('1')",
}


def _refused(window: Visit, statement: str) -> str:
    return str(window.page.evaluate(f"({REFUSAL})(() => {{ {statement} }})"))


def test_only_the_policies_on_the_list_make_trusted_values(deployed: Deployed, chromium: "Browser") -> None:
    with visit(chromium, deployed) as window:
        window.open("/")
        window.page.get_by_role("button", name="Sign in").wait_for()
        answers = {name: _refused(window, statement) for name, statement in SINKS.items()}
        window.complaints.clear()  # the browser writes each refusal into the console
    assert all(answer.startswith(("TypeError", "EvalError")) for answer in answers.values()), answers
    headers = deployed.fetch(f"{window.portal}/").headers
    policy = headers["Content-Security-Policy"].split("; ")
    assert {"trusted-types portal", "require-trusted-types-for 'script'", "frame-ancestors 'none'"} <= set(
        policy
    )
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_another_site_can_neither_frame_the_portal_nor_share_its_session_with_a_popup(
    deployed: Deployed, people: People, chromium: "Browser"
) -> None:
    with visit(chromium, deployed) as window:
        window.enter(people.new("students"))
        stranger = window.page.context.new_page()
        stranger.route(
            "https://stranger.example/**",
            lambda route: route.fulfill(content_type="text/html", body="<h1>A stranger</h1>"),
        )
        stranger.goto("https://stranger.example/")
        stranger.evaluate(
            "(portal) => document.body.append(Object.assign(document.createElement('iframe'), {src: portal}))",
            window.portal,
        )
        stranger.wait_for_timeout(500)
        assert [frame for frame in stranger.frames if frame.url.startswith(window.portal)] == []
        with stranger.expect_popup() as opened:
            stranger.evaluate("(portal) => { window.popup = open(portal); }", window.portal)
        popup = opened.value
        popup.get_by_role("heading", level=1).wait_for()
        assert popup.evaluate("opener") is None
        assert stranger.evaluate("popup.closed") is True


def test_signing_out_revokes_the_sign_in_and_leaves_no_token(
    deployed: Deployed, people: People, chromium: "Browser"
) -> None:
    with visit(chromium, deployed) as window:
        addresses: list[str] = []
        window.page.on("request", lambda request: addresses.append(request.url))
        window.sign_in(people.new("students"))
        refresh = window.page.evaluate("sessionStorage.getItem('education.refresh')")
        assert _renewal(deployed, refresh).ok
        window.page.reload()
        window.page.get_by_role("button", name="Sign out").click()
        window.page.get_by_role("button", name="Sign in").wait_for()
        assert window.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])") == "[{},{}]"
        assert [address for address in addresses if refresh in address or "eyJ" in address] == []
    answer = _renewal(deployed, refresh)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_signing_out_forgets_what_was_typed_and_not_saved(
    deployed: Deployed, people: People, chromium: "Browser"
) -> None:
    """It may be a list of students, and the next person at this computer is somebody else. So do the other tabs."""
    teacher = people.new("instructors")
    course_id = new_course(teacher)
    with visit(chromium, deployed) as window:
        page = window.page
        window.sign_in(teacher, f"/teach/courses/{course_id}#roster")
        page.get_by_label("E-mail addresses").fill("student@example.org")
        page.once("dialog", lambda dialog: dialog.accept())
        window.open("/learning")
        page.get_by_role("heading", level=1, name="My learning").wait_for()
        other = Visit(page.context.new_page(), deployed)
        other.open(f"/teach/courses/{course_id}#roster")
        other.page.get_by_label("E-mail addresses").fill("student@example.org")
        for each in (page, other.page):
            assert "student@example.org" in each.evaluate("JSON.stringify(sessionStorage)"), "it waits"
        page.get_by_role("button", name="Sign out").click()
        for each in (page, other.page):
            each.get_by_role("button", name="Sign in").first.wait_for()
            assert each.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])") == "[{},{}]"


def _renewal(deployed: Deployed, refresh: str) -> requests.Response:
    return deployed.http.post(
        f"{deployed.outputs['sign_in_base_url']}/oauth2/token",
        data={
            "grant_type": "refresh_token",
            "client_id": deployed.outputs["user_pool_client_id"],
            "refresh_token": refresh,
        },
        timeout=TIMEOUT_SECONDS,
    )
