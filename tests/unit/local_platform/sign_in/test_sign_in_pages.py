"""Cognito's own pages on the AWS emulator do what those of AWS do: second factor, sign-up, forgotten password, renewal.

Only the emulator is started here, once for all tests, with a user pool and a client as the stack makes them.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from local_platform import emulator
from local_platform.aws import client
from local_platform.platform import Platform
from tests.integration.support.second_factor import Authenticator
from tests.ports import free_port

BACK = "http://portal.localhost/signed-in"
SECRET = "A-long-0ne-to-keep"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@dataclass
class Pages:
    """The pages of one user pool, and the pool's own API."""

    cognito: Any
    endpoint: str
    pool: str
    client_id: str

    def open(self, path: str) -> str:
        """A page as a browser gets it from the portal."""
        asked = {
            "client_id": self.client_id,
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": "openid email aws.cognito.signin.user.admin",
            "state": "s",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        answer = self._send("GET", path, params=asked)
        assert answer.status_code == 200
        return answer.text

    def fill(self, page: str, **values: str) -> requests.Response:
        """Send the form of a page with these values."""
        (action,) = re.findall('<form method="POST" action="([^"]+)"', page)
        hidden = dict(re.findall('<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        return self._send("POST", action, data={**hidden, **values})

    def tokens(self, **grant: str) -> dict[str, Any]:
        """What `/oauth2/token` answers."""
        answer = self._send("POST", "/oauth2/token", data={"client_id": self.client_id, **grant})
        return {"status": answer.status_code, **answer.json()}

    def exchange(self, answer: requests.Response) -> dict[str, Any]:
        """The tokens for the code in the address that a page sends a person back to."""
        assert answer.status_code == 302, answer.text
        assert answer.headers["Location"].startswith(BACK)
        code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
        return self.tokens(
            grant_type="authorization_code", code=code, redirect_uri=BACK, code_verifier=VERIFIER
        )

    def person(self, name: str, *groups: str) -> str:
        """Make a person who can sign in; returns the address."""
        address = f"{name}@school.example"
        self.cognito.admin_create_user(
            UserPoolId=self.pool,
            Username=address,
            UserAttributes=[{"Name": "email", "Value": address}, {"Name": "email_verified", "Value": "true"}],
            MessageAction="SUPPRESS",
        )
        self.cognito.admin_set_user_password(
            UserPoolId=self.pool, Username=address, Password=SECRET, Permanent=True
        )
        for group in groups:
            self.cognito.admin_add_user_to_group(UserPoolId=self.pool, Username=address, GroupName=group)
        return address

    def revoke(self, token: str) -> int:
        """End a session."""
        return self._send(
            "POST", "/oauth2/revoke", data={"token": token, "client_id": self.client_id}
        ).status_code

    def _send(self, method: str, path: str, **more: Any) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.request(
                method, f"{self.endpoint}{path}", timeout=60, allow_redirects=False, **more
            )


def claims(token: str) -> Mapping[str, Any]:
    return dict(json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==")))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """The pages of a pool with an optional second factor."""
    home = tmp_path_factory.mktemp("pages") / "home"
    platform = Platform(home, free_port(), home / "outputs" / "local.json")
    emulator.start(platform)
    cognito = client(platform, "cognito-idp")
    pool = cognito.create_user_pool(
        PoolName="users", UsernameAttributes=["email"], AutoVerifiedAttributes=["email"]
    )["UserPool"]["Id"]
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="OPTIONAL"
    )
    cognito.create_group(UserPoolId=pool, GroupName="instructors")
    made = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="web",
        AllowedOAuthFlows=["code"],
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthScopes=["openid", "email", "aws.cognito.signin.user.admin"],
        CallbackURLs=[BACK],
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        PreventUserExistenceErrors="ENABLED",
    )["UserPoolClient"]["ClientId"]
    yield Pages(cognito, platform.endpoint, pool, made)
    emulator.stop(platform)


def test_a_renewed_token_has_the_groups_and_the_time_of_the_sign_in(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = pages.person("grace", "instructors")
    first = pages.exchange(pages.fill(pages.open("/oauth2/authorize"), username=address, password=SECRET))
    renewed = pages.tokens(grant_type="refresh_token", refresh_token=first["refresh_token"])
    before, after = claims(first["id_token"]), claims(renewed["id_token"])
    assert after["cognito:groups"] == before["cognito:groups"] == ["instructors"]
    assert after["auth_time"] == before["auth_time"]
    assert after["jti"] != before["jti"]


def test_a_session_that_was_revoked_renews_no_token(pages: Pages) -> None:
    address = pages.person("ada")
    tokens = pages.exchange(pages.fill(pages.open("/oauth2/authorize"), username=address, password=SECRET))
    assert pages.revoke(tokens["refresh_token"]) == 200
    assert pages.tokens(grant_type="refresh_token", refresh_token=tokens["refresh_token"])["status"] == 400


def test_the_page_asks_for_the_second_factor(pages: Pages) -> None:
    address = pages.person("mary")
    tokens = pages.exchange(pages.fill(pages.open("/oauth2/authorize"), username=address, password=SECRET))
    secret = pages.cognito.associate_software_token(AccessToken=tokens["access_token"])["SecretCode"]
    pages.cognito.verify_software_token(
        AccessToken=tokens["access_token"], UserCode=Authenticator(secret, takes_codes_again=True).code()
    )
    pages.cognito.set_user_mfa_preference(
        AccessToken=tokens["access_token"],
        SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True},
    )
    asked = pages.fill(pages.open("/oauth2/authorize"), username=address, password=SECRET)
    assert (asked.status_code, "one-time-code" in asked.text) == (200, True), "no code for the password alone"
    wrong = pages.fill(asked.text, code="abcdef")
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (200, True)
    assert "id_token" in pages.exchange(
        pages.fill(wrong.text, code=Authenticator(secret, takes_codes_again=True).code())
    )


def test_a_person_signs_up_and_is_led_back_signed_in(pages: Pages) -> None:
    assert "/signup?" in pages.open("/oauth2/authorize")
    page = pages.open("/signup")
    weak = pages.fill(page, username="new@school.example", password="short")
    assert 'role="alert"' in weak.text
    code = pages.fill(weak.text, username="new@school.example", password=SECRET)
    wrong = pages.fill(code.text, code="000000")
    assert 'role="alert"' in wrong.text
    tokens = pages.exchange(pages.fill(wrong.text, code="123456"))
    assert claims(tokens["id_token"])["email"] == "new@school.example"
    known = pages.cognito.admin_get_user(UserPoolId=pages.pool, Username="new@school.example")
    assert {"Name": "email_verified", "Value": "true"} in known["UserAttributes"]


def test_nobody_signs_up_where_people_are_invited(pages: Pages) -> None:
    pages.cognito.update_user_pool(
        UserPoolId=pages.pool,
        MfaConfiguration="OPTIONAL",
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
    )
    try:
        assert "/signup?" not in pages.open("/oauth2/authorize")
        refused = pages.fill(pages.open("/signup"), username="late@school.example", password=SECRET)
        assert "not permitted" in refused.text
    finally:
        pages.cognito.update_user_pool(
            UserPoolId=pages.pool,
            MfaConfiguration="OPTIONAL",
            AdminCreateUserConfig={"AllowAdminCreateUserOnly": False},
        )


def test_a_forgotten_password_is_replaced_by_a_code_from_a_mail(pages: Pages) -> None:
    address = pages.person("edith")
    page = pages.fill(pages.open("/forgotPassword"), username=address).text
    other = SECRET + "2"
    signed_in = pages.fill(page, code="654321", password=other)
    assert (signed_in.status_code, "/oauth2/authorize" in signed_in.headers["Location"]) == (302, True)
    assert pages.fill(pages.open("/oauth2/authorize"), username=address, password=other).status_code == 302


def test_a_page_shows_what_was_typed_as_text(pages: Pages) -> None:
    answer = pages.fill(pages.open("/forgotPassword"), username='"><script>alert(1)</script>')
    assert "<script>" not in answer.text


@pytest.mark.parametrize("path", ["/oauth2/authorize", "/signup", "/forgotPassword"])
def test_a_page_lets_no_browser_ask_for_a_picture_that_is_not_there(pages: Pages, path: str) -> None:
    """Else its console has an error at each sign-in: the emulator takes /favicon.ico for a bucket."""
    assert '<link rel="icon" href="data:,">' in pages.open(path)
