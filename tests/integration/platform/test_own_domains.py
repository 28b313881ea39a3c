"""A deployed platform gets names beside each other: people sign in, and a hostile package still gets nothing.

A session that has this file deploys its platform with `school.toml`, so that all tests beside it run with these names.
It also lets only people of one mail domain sign up, and has a firewall in front of the portal.
"""

import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from local_platform.accounts import random_password
from local_platform.browser.chromium import FILMS_PLAY
from tests import package_zips, playable_packages
from tests.integration.player.player_page import LESSON, Packaged
from tests.integration.portal.portal_visit import Visit, visit
from tests.integration.support.browser import chromium_or_skip
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, SharedUsers
from tools.pipeline import own_domains
from tools.pipeline.own_domains import Answer, Record
from tools.support.account import Account

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame

pytestmark = pytest.mark.intrusive

PORTAL, CONTENT, SIGN_IN = "learn.school.localhost", "content.school.localhost", "sign-in.school.localhost"
SHARED, MAIL = "school.localhost", "school.example.org"
PAGE = b"<!doctype html><html lang=en><title>Hostile</title><h1>Hostile</h1></html>"
HOSTILE = {
    "scorm": package_zips.scorm_12(files={"start.html": PAGE}),
    "html": package_zips.zip_of({"index.html": PAGE}),
}
# Names that a portal, an API or sign-in pages might take for their own.
COOKIES = (
    "education.refresh",
    "education.sign-in",
    "education.signed-in",
    "state",
    "nonce",
    "cognito",
    "XSRF-TOKEN",
)
CODE = "123456"  # the emulator's, of every sign-up


@pytest.fixture(scope="module")
def school(deployed: Deployed) -> Deployed:
    """The environment, if it has these names."""
    if urlsplit(deployed.outputs["portal_url"]).hostname != PORTAL:
        pytest.skip("this environment was not deployed with tests/integration/platform/school.toml")
    return deployed


@pytest.fixture(scope="module")
def chromium(school: Deployed) -> Iterator["Browser"]:
    """The browser; without one these tests are left out."""
    with chromium_or_skip(FILMS_PLAY) as running:
        yield running


def urls(outputs: Any) -> dict[str, str]:
    return {name: str(outputs[name]) for name in ("portal_url", "content_base_url", "sign_in_base_url")}


def tries(frame: "Frame", script: str) -> Any:
    """What an expression gives in the package's page, or the name of the error."""
    return frame.evaluate(
        "async (tried) => { try { return await eval(tried); } catch (error) { return error.name; } }", script
    )


def cookies_of(window: Visit) -> set[str]:
    """The names of all cookies that a request for the portal or for the sign-in pages would have."""
    addresses = [f"{window.portal}/", f"{window.deployed.outputs['sign_in_base_url']}/login"]
    return {str(cookie.get("name")) for cookie in window.page.context.cookies(addresses)}


def test_what_clients_are_told_follows_the_names(school: Deployed) -> None:
    port = str(school.outputs["aws_endpoint_url"]).rpartition(":")[2]
    assert urls(school.outputs) == {
        "portal_url": f"http://{PORTAL}:{port}",
        "content_base_url": f"http://{CONTENT}:{port}",
        "sign_in_base_url": f"http://{SIGN_IN}:{port}",
    }


def test_other_names_of_the_portal_lead_to_its_address_and_the_api_answers_there(school: Deployed) -> None:
    """Who has the former address as a bookmark finds the portal, and a program goes on."""
    cloudfront, portal = school.client("cloudfront"), urls(school.outputs)["portal_url"]
    made = cloudfront.get_distribution(Id=school.outputs["portal_distribution_id"])["Distribution"]
    label, port = made["DomainName"].partition(".")[0], portal.rpartition(":")[2]
    for name in (f"{label}.cloudfront.localhost", f"www.{SHARED}"):
        led = school.fetch(f"http://{name}:{port}/courses/x")
        assert (led.status_code, led.headers["Location"]) == (302, f"{portal}/courses/x")
        assert school.fetch(f"http://{name}:{port}/v1/courses").status_code == 401
    assert school.fetch(f"{portal}/courses/x").status_code == 200


def test_a_student_signs_in_and_plays_a_package(
    school: Deployed, people: People, users: SharedUsers, chromium: "Browser"
) -> None:
    student = people.new("students")
    played = Packaged.of(school, users.owner, student, playable_packages.scorm_12())
    with visit(chromium, school) as window:
        window.sign_in(student, f"/courses/{played.course_id}/lessons/{LESSON}")
        frame = window.package()
        assert frame.url.startswith(f"{school.outputs['content_base_url']}/p/")
        frame.evaluate("set('cmi.core.score.raw', '85'); commit()")
        window.page.get_by_role("link", name="My learning").click()
        window.page.get_by_role("progressbar").wait_for()
        assert cookies_of(window) == set(), "nobody but the sign-in pages has a cookie, and they none yet"
    assert played.until_done()["results"][LESSON]["score"] == 85


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_package_beside_the_portal_gets_nothing_of_it(
    kind: str, school: Deployed, people: People, users: SharedUsers, chromium: "Browser"
) -> None:
    """Browsers count the two hosts as one site. Only the origin is left to keep them apart."""
    student = people.new("students")
    played = Packaged.of(school, users.owner, student, HOSTILE[kind])
    portal = urls(school.outputs)["portal_url"]
    with visit(chromium, school) as window:
        window.sign_in(student, f"/courses/{played.course_id}/lessons/{LESSON}")
        frame = window.package()
        assert window.page.evaluate("originAgentCluster") is frame.evaluate("originAgentCluster") is True
        tries(frame, f"document.domain = '{SHARED}'")
        seen = {
            script: tries(frame, script)
            for script in (
                "top.document.title",
                "top.location.href",
                "top.sessionStorage.length",
                "top.localStorage.length",
                "top.indexedDB.databases()",
            )
        }
        assert set(seen.values()) == {"SecurityError"}
        for path in ("/config.json", "/v1/courses"):
            assert tries(frame, f"fetch('{portal}{path}', {{credentials: 'include'}})") == "TypeError"
        assert tries(frame, f"fetch('{school.outputs['sign_in_base_url']}/login')") == "TypeError"
        assert tries(frame, f"top.location = '{portal}/profile'") == "SecurityError"
        assert window.page.url.endswith(f"/lessons/{LESSON}")
        window.complaints.clear()  # the policies have refused what the package tried


def test_cookies_of_a_package_reach_no_sign_in_of_the_portal(
    school: Deployed, people: People, users: SharedUsers, chromium: "Browser"
) -> None:
    """A SCORM package can set cookies for the school's whole domain. The portal takes nothing from a cookie."""
    victim, author = people.new("students"), people.new("students")
    played = Packaged.of(school, users.owner, victim, HOSTILE["scorm"])
    with visit(chromium, school) as window:
        window.sign_in(victim, f"/courses/{played.course_id}/lessons/{LESSON}")
        frame = window.package()
        for name in COOKIES:
            frame.evaluate(f"document.cookie = '{name}=of-the-author; domain={SHARED}; path=/'")
        assert cookies_of(window) == set(COOKIES), "the sites beside it get them: docs/operations.md says so"
        window.page.get_by_role("button", name="Sign out").click()
        window.page.get_by_role("button", name="Sign in").wait_for()
        window.sign_in(victim, "/profile")
        window.page.get_by_text(victim.email).first.wait_for()
        # The author's own answer of the sign-in pages, in the victim's browser: its state is of no sign-in here.
        window.page.context.clear_cookies()
        window.open(f"/signed-in?code=of-the-author&state=of-the-author&author={author.user_id}")
        window.page.get_by_role("alert").first.wait_for()
        assert window.page.evaluate("Object.keys(sessionStorage).includes('education.sign-in')") is False


def test_people_of_the_schools_mail_domain_sign_up_and_others_read_why_not(
    school: Deployed, chromium: "Browser"
) -> None:
    with visit(chromium, school) as window:
        page, chosen = window.page, random_password()
        window.open("/")
        page.get_by_text(f"You can create an account with an e-mail address of {MAIL}.").wait_for()
        page.get_by_role("button", name="Create an account").click()
        page.fill("#username", "ada@elsewhere.example.org")
        page.fill("#password", chosen)
        page.keyboard.press("Enter")
        page.get_by_text(f"accounts here need an e-mail address of {MAIL}").wait_for()
        page.fill("#username", f"ada-{secrets.token_hex(4)}@{MAIL}")
        page.fill("#password", chosen)
        page.keyboard.press("Enter")
        page.fill("#code", CODE)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Sign out").wait_for()
        window.settle()


def test_the_portals_firewall_is_in_front_of_it(school: Deployed) -> None:
    cloudfront = school.client("cloudfront")
    found = cloudfront.get_distribution_config(Id=school.outputs["portal_distribution_id"])[
        "DistributionConfig"
    ]
    acls = school.client("wafv2").list_web_acls(Scope="CLOUDFRONT")["WebACLs"]
    assert [acl["ARN"] for acl in acls] == [found["WebACLId"]]


def test_preflight_finds_where_each_name_must_lead(school: Deployed) -> None:
    """It asks CloudFront and Cognito; DNS knows none of these names."""
    account = Account("000000000000", "aws", "arn:aws:iam::000000000000:root")
    found = own_domains.look(
        school.settings, account, lambda service, _: school.client(service), lambda _: Answer(False)
    )
    cognito = school.client("cognito-idp").describe_user_pool_domain(Domain=SIGN_IN)["DomainDescription"]
    assert Record(CONTENT, "CNAME", school.outputs["cloudfront_domain_name"]) in found.records
    assert Record(SIGN_IN, "CNAME", cognito["CloudFrontDistribution"]) in found.records
    assert [record.name for record in found.records] == [CONTENT, PORTAL, SIGN_IN, f"www.{SHARED}"]
    assert any("names a certificate that is not there" in problem for problem in found.problems)
