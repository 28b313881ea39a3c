"""Test users who sign in and call the API over HTTP, as the portal does.

Every answer that they get is checked against the API description (tests/integration/contract/contract.py).
"""

import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pycognito.aws_srp import AWSSRP
from pycognito.exceptions import SoftwareTokenMFAChallengeException
from requests.structures import CaseInsensitiveDict

from local_platform.accounts import random_password
from tests.integration.contract import contract
from tests.integration.support.deployed import Deployed
from tests.integration.support.second_factor import Authenticator, set_up

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

TIMEOUT_SECONDS = 60  # many function processes may start at once on a small machine

STUDENTS, INSTRUCTORS, ADMINISTRATORS = "students", "instructors", "administrators"


@dataclass(frozen=True)
class Answer:
    """An answer of the API.

    `body` is parsed JSON, or text if it is not JSON, or None if there is none. `length` is the body's length in bytes.
    """

    status: int
    headers: "CaseInsensitiveDict[str]"
    body: Any
    length: int

    @property
    def wrong_fields(self) -> set[str]:
        """The names of the faulty fields of a 400."""
        return {fault["field"] for fault in self.body.get("errors", ())}


@dataclass(frozen=True)
class Caller:
    """A caller of the API, with or without a token."""

    deployed: Deployed
    token: str | None = field(default=None, repr=False)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        expect: int | tuple[int, ...],
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Answer:
        """Send a request. Fails if the status is not an expected one or the answer breaks the API description."""
        sent = {"Origin": self.deployed.origin, **(headers or {})}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        response = self.deployed.http.request(
            method,
            self.deployed.outputs["api_endpoint"] + path,
            json=body,
            data=raw,
            params=query,
            headers=sent,
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )
        expected = (expect,) if isinstance(expect, int) else expect
        assert response.status_code in expected, f"{method} {path}: {response.status_code} {response.text}"
        contract.check(self.deployed, method, path, response)
        is_json = "json" in response.headers.get("Content-Type", "")
        parsed: Any = response.json() if is_json and response.content else response.text or None
        if (method, path, response.status_code) == ("POST", "/courses", 201):
            self.deployed.courses.append(parsed["courseId"])
        return Answer(response.status_code, response.headers, parsed, len(response.content))

    def get(self, path: str, *, expect: int = 200, **query: Any) -> Any:
        """GET and return the body of the answer."""
        return self.call("GET", path, query=query, expect=expect).body

    def get_all(self, path: str, limit: int = 100, **query: Any) -> list[dict[str, Any]]:
        """Return all items of a list, read page by page. Fails if a page has more than `limit` items."""
        items: list[dict[str, Any]] = []
        query["limit"] = limit
        while True:
            page = self.get(path, **query)
            assert len(page["items"]) <= limit
            items += page["items"]
            if "nextCursor" not in page:
                return items
            query["cursor"] = page["nextCursor"]

    def post(self, path: str, body: Any, *, expect: int = 201) -> Any:
        """POST and return the body of the answer."""
        return self.call("POST", path, body, expect=expect).body

    def put(self, path: str, body: Any, *, expect: int = 200) -> Any:
        """PUT and return the body of the answer."""
        return self.call("PUT", path, body, expect=expect).body

    def patch(self, path: str, body: Any, *, expect: int = 200) -> Any:
        """PATCH and return the body of the answer."""
        return self.call("PATCH", path, body, expect=expect).body

    def delete(self, path: str, *, expect: int = 204) -> Any:
        """DELETE and return the body of the answer, which is None after a success."""
        return self.call("DELETE", path, expect=expect).body


@dataclass(frozen=True)
class Person(Caller):
    """A signed-in user."""

    email: str = ""
    user_id: str = ""
    access_token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)

    def path(self, template: str) -> str:
        """A path template filled in with the id of this user."""
        return template.replace("{userId}", quote(self.user_id))


class People:
    """Creates users and signs them in. It remembers all of them for the clean-up (cleanup.py)."""

    def __init__(self, deployed: Deployed) -> None:
        self._deployed = deployed
        self._cognito: CognitoIdentityProviderClient = deployed.client("cognito-idp")
        self._pool = deployed.outputs["user_pool_id"]
        self._authenticators: dict[str, Authenticator] = {}
        self.administrators: list[Person] = []
        self.user_ids: list[str] = []
        self.created: list[Person] = []

    def new(self, *groups: str, email: str | None = None, verified: bool = True) -> Person:
        """Create a user in these groups and sign in. A user in no group is a student."""
        email = email or f"somebody-{secrets.token_hex(8)}@example.org"
        password = random_password()
        created = self._cognito.admin_create_user(
            UserPoolId=self._pool,
            Username=email,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": email},
                {"Name": "email_verified", "Value": str(verified).lower()},
            ],
        )
        user_id = next(
            attribute["Value"] for attribute in created["User"]["Attributes"] if attribute["Name"] == "sub"
        )
        self.user_ids.append(user_id)
        self._cognito.admin_set_user_password(
            UserPoolId=self._pool, Username=email, Password=password, Permanent=True
        )
        for group in groups:
            self._cognito.admin_add_user_to_group(UserPoolId=self._pool, Username=email, GroupName=group)
        tokens = self._sign_in(email, password, user_id)
        if ADMINISTRATORS in groups and self._deployed.settings.identity.administrators_need_mfa:
            self._authenticators[user_id] = set_up(self._deployed, tokens["AccessToken"])
            tokens = self._sign_in(email, password, user_id)
        person = Person(
            self._deployed,
            tokens["IdToken"],
            email=email,
            user_id=user_id,
            access_token=tokens["AccessToken"],
            refresh_token=tokens["RefreshToken"],
        )
        self.created.append(person)
        if ADMINISTRATORS in groups:
            self.administrators.append(person)
        return person

    def sign_in_again(self, person: Person) -> Person:
        """Sign a user in again. Returns the user with the new token."""
        password = random_password()
        self._cognito.admin_set_user_password(
            UserPoolId=self._pool, Username=person.email, Password=password, Permanent=True
        )
        tokens = self._sign_in(person.email, password, person.user_id)
        return replace(
            person,
            token=tokens["IdToken"],
            access_token=tokens["AccessToken"],
            refresh_token=tokens["RefreshToken"],
        )

    def change_email(self, person: Person, email: str) -> Person:
        """Change the address of a user to another verified one and sign in with it. Returns the changed user."""
        self._cognito.admin_update_user_attributes(
            UserPoolId=self._pool,
            Username=person.email,
            UserAttributes=[
                {"Name": "email", "Value": email},
                {"Name": "email_verified", "Value": "true"},
            ],
        )
        return self.sign_in_again(replace(person, email=email))

    def many(self, count: int, *groups: str) -> list[Person]:
        """Create several users at the same time."""
        with ThreadPoolExecutor(8) as threads:
            return list(threads.map(lambda _: self.new(*groups), range(count)))

    def caller(self, token: str | None = None) -> Caller:
        """A caller with this token, which may be invalid, or without a token."""
        return Caller(self._deployed, token)

    def _sign_in(self, email: str, password: str, user_id: str) -> Mapping[str, str]:
        """Sign in with SRP, which never sends the password. Returns the tokens."""
        srp = AWSSRP(
            username=email,
            password=password,
            pool_id=self._pool,
            client_id=self._deployed.outputs["user_pool_client_id"],
            client=self._cognito,
        )
        try:
            tokens: Mapping[str, str] = srp.authenticate_user()["AuthenticationResult"]
        except SoftwareTokenMFAChallengeException as challenge:
            tokens = self._second_factor(challenge.get_tokens(), self._authenticators[user_id])
        return tokens

    def _second_factor(self, challenge: Mapping[str, Any], authenticator: Authenticator) -> Mapping[str, str]:
        answer: Any = self._cognito.respond_to_auth_challenge(
            ClientId=self._deployed.outputs["user_pool_client_id"],
            ChallengeName="SOFTWARE_TOKEN_MFA",
            Session=challenge["Session"],
            ChallengeResponses={
                "USERNAME": challenge["ChallengeParameters"]["USER_ID_FOR_SRP"],
                "SOFTWARE_TOKEN_MFA_CODE": authenticator.code(),
            },
        )
        return dict(answer["AuthenticationResult"])


@dataclass(frozen=True)
class SharedUsers:
    """One user of each kind. `other_student` is in no group and not enrolled in any course. `co_teacher` is an
    instructor, whom a test makes a co-teacher of its courses."""

    owner: Person
    co_teacher: Person
    other_instructor: Person
    administrator: Person
    student: Person
    other_student: Person
    anonymous: Caller

    @classmethod
    def of(cls, people: People) -> "SharedUsers":
        """Create one of each."""
        return cls(
            owner=people.new(INSTRUCTORS),
            co_teacher=people.new(INSTRUCTORS),
            other_instructor=people.new(INSTRUCTORS),
            administrator=people.new(ADMINISTRATORS),
            student=people.new(STUDENTS),
            other_student=people.new(),
            anonymous=people.caller(),
        )
