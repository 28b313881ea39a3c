"""What the smoke test needs of a client: sign in with SRP, call the API, upload and download files."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import requests
from botocore import UNSIGNED
from botocore.config import Config
from pycognito.aws_srp import AWSSRP

from education.errors import UserError

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

TIMEOUT_SECONDS = 30


class Person:
    """A signed-in person. `outputs` is the content of `outputs/<environment>.json`."""

    def __init__(self, outputs: Mapping[str, Any], account: Mapping[str, str]) -> None:
        self.name = account["username"]
        self._outputs = outputs
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy, no netrc
        self.id_token = self._sign_in(account["password"])
        self._session.headers["Authorization"] = f"Bearer {self.id_token}"

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, *, allow: int = 0) -> Any:
        """Call the API; returns the answer's JSON, or None if the status is `allow`."""
        answer = self._session.request(
            method, f"{self._outputs['api_endpoint']}{path}", json=body, timeout=TIMEOUT_SECONDS
        )
        if answer.status_code == allow:
            return None
        if not answer.ok:
            raise UserError(
                f"{method} {path} as {self.name} answered {answer.status_code}: {answer.text[:500].strip()}"
            )
        return answer.json() if answer.content else {}

    def _sign_in(self, password: str) -> str:
        """Sign in with SRP, which never sends the password; returns the ID token."""
        cognito: CognitoIdentityProviderClient = boto3.client(
            "cognito-idp",
            region_name=self._outputs["aws_region"],
            endpoint_url=self._outputs["aws_endpoint_url"] or None,
            config=Config(signature_version=UNSIGNED, proxies={}),
        )
        srp = AWSSRP(
            username=self.name,
            password=password,
            pool_id=self._outputs["user_pool_id"],
            client_id=self._outputs["user_pool_client_id"],
            client=cognito,
        )
        return str(srp.authenticate_user()["AuthenticationResult"]["IdToken"])


def upload(target: Mapping[str, Any], content: bytes) -> None:
    """Send a file with the presigned POST that the API returned."""
    answer = plain_session().post(
        target["url"], data=dict(target["fields"]), files={"file": content}, timeout=TIMEOUT_SECONDS
    )
    if not answer.ok:
        raise UserError(
            f"the upload to {target['url']} answered {answer.status_code}: {answer.text[:500].strip()}"
        )


def fetch(url: str, id_token: str | None = None) -> bytes:
    """Download a file from a distribution. `*.localhost` is this machine, but Python cannot resolve it."""
    parts = urlsplit(url)
    headers = {"Authorization": f"Bearer {id_token}"} if id_token else {}
    if (parts.hostname or "").endswith(".localhost"):
        headers["Host"] = parts.netloc
        url = parts._replace(netloc=f"127.0.0.1:{parts.port}").geturl()
    answer = plain_session().get(url, headers=headers, timeout=TIMEOUT_SECONDS)
    if not answer.ok:
        raise UserError(f"GET {url} answered {answer.status_code}: {answer.text[:500].strip()}")
    return answer.content


def plain_session() -> requests.Session:
    """A session that uses nothing of the user's own: no proxy, no netrc."""
    session = requests.Session()
    session.trust_env = False
    return session
