"""The portal as it is deployed: pages, settings and the API on one origin, and sign-in on Cognito's own pages."""

import base64
import hashlib
import json
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from local_platform.accounts import random_password
from tests.integration.support.browser import chromium_or_skip
from tests.integration.support.course_helpers import new_course
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, SharedUsers

VERIFIER = "v" * 43
# What the app does with the code in its address: it asks for tokens, renews them, and calls the API with the new one.
SIGNED_IN = """async ([sign_in, form]) => {
  const ask = async (body) => await (await fetch(`${sign_in}/oauth2/token`,
    {method: "POST", body: new URLSearchParams(body)})).json();
  const first = await ask(form);
  const renewed = await ask(
    {grant_type: "refresh_token", client_id: form.client_id, refresh_token: first.refresh_token});
  const answer = await fetch("/v1/enrollments", {headers: {Authorization: `Bearer ${renewed.id_token}`}});
  return {status: answer.status, body: await answer.json(), claims: JSON.parse(atob(
    renewed.id_token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")))};
}"""


def test_every_address_of_the_app_is_its_page(deployed: Deployed) -> None:
    portal = deployed.outputs["portal_url"]
    page = deployed.fetch(f"{portal}/")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Cache-Control"] == "no-cache"
    assert deployed.outputs["content_base_url"] in page.text
    for path in (
        "/learning",
        "/courses/some-course/lessons/one",
        "/teach/courses/some-course",
        "/signed-in?code=x",
    ):
        answer = deployed.fetch(f"{portal}{path}")
        assert (answer.status_code, answer.text) == (200, page.text), path
    assert deployed.fetch(f"{portal}/no-such-file.js").status_code == 403


def test_the_page_lets_nothing_in(deployed: Deployed) -> None:
    headers = deployed.fetch(deployed.outputs["portal_url"] + "/").headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert not [
        name for name in headers if name.lower().startswith(("x-amz-server", "x-amz-version", "x-amz-tag"))
    ]


def test_the_settings_are_those_of_the_stack(deployed: Deployed) -> None:
    settings = deployed.fetch(deployed.outputs["portal_url"] + "/config.json").json()
    outputs = deployed.outputs
    assert settings["userPoolId"] == outputs["user_pool_id"]
    assert settings["clientId"] == outputs["user_pool_client_id"]
    assert settings["signInBaseUrl"] == outputs["sign_in_base_url"]
    assert settings["contentBaseUrl"] == outputs["content_base_url"]
    assert settings["school"]["name"] == deployed.settings.school.name


def test_the_api_is_on_the_portals_own_origin(deployed: Deployed, users: SharedUsers) -> None:
    portal, course_id = deployed.outputs["portal_url"], new_course(users.owner, "one")
    token = {"Authorization": f"Bearer {users.student.token}"}
    course = deployed.fetch(f"{portal}/v1/courses/{course_id}", **token)
    assert course.json()["courseId"] == course_id
    listed = deployed.fetch(f"{portal}/v1/courses?limit=1", **token)
    assert len(listed.json()["items"]) == 1, "the query reaches the API"
    missing = deployed.fetch(f"{portal}/v1/courses/no-such-course", **token)
    assert (missing.status_code, missing.json()["status"]) == (404, 404), "an error is not turned into a page"
    assert deployed.fetch(f"{portal}/v1/courses").status_code == 401


@pytest.mark.intrusive
def test_a_person_signs_in_on_cognitos_page_and_goes_on_with_a_renewed_token(
    deployed: Deployed, people: People
) -> None:
    if not deployed.is_local:
        pytest.skip("the pages on AWS look different")
    teacher, password = people.new("instructors"), random_password()
    deployed.client("cognito-idp").admin_set_user_password(
        UserPoolId=deployed.outputs["user_pool_id"],
        Username=teacher.email,
        Password=password,
        Permanent=True,
    )
    portal, sign_in = deployed.outputs["portal_url"], deployed.outputs["sign_in_base_url"]
    asked = {
        "client_id": deployed.outputs["user_pool_client_id"],
        "redirect_uri": f"{portal}/signed-in",
        "response_type": "code",
        "scope": "openid email aws.cognito.signin.user.admin",
        "state": "s",
        "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
        .decode()
        .rstrip("="),
        "code_challenge_method": "S256",
    }
    preflights: list[str] = []
    with chromium_or_skip() as chromium:
        page = chromium.new_page()
        page.on(
            "request",
            lambda request: preflights.append(request.url) if request.method == "OPTIONS" else None,
        )
        # The app itself is not part of this test: the address that it is led back to shows an empty page.
        page.route(f"{portal}/assets/**", lambda route: route.abort())
        page.goto(f"{sign_in}/oauth2/authorize?{urlencode(asked)}")
        page.fill("#username", teacher.email)
        page.fill("#password", password)
        page.click("button")
        page.wait_for_url(f"{portal}/signed-in?*")
        code = parse_qs(urlsplit(page.url).query)["code"][0]
        form = {
            "grant_type": "authorization_code",
            "client_id": asked["client_id"],
            "redirect_uri": asked["redirect_uri"],
            "code": code,
            "code_verifier": VERIFIER,
        }
        found = page.evaluate(SIGNED_IN, [sign_in, form])
    assert (found["status"], found["body"]) == (200, {"items": []}), json.dumps(found)
    assert found["claims"]["cognito:groups"] == ["instructors"]
    assert not [url for url in preflights if "/v1/" in url]
