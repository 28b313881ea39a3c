"""The keys that open packages: made once, stored in both places, and replaced only while nothing is open with them."""

import json
import time
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from education.errors import UserError
from education.settings.keys import PackageKeySettings
from education.settings.load import load_settings
from education.settings.model import EnvironmentSettings
from tools.deploy import package_keys
from tools.deploy.package_keys import OPEN_SECONDS, KeyClients, conflict, fill, renewed

NAME = "education-package-keys-dev"


def settings(**keys: Any) -> EnvironmentSettings:
    found = load_settings("dev")
    content = found.content.model_copy(update={"package_keys": PackageKeySettings(**keys)})
    return found.model_copy(update={"content": content})


class Aws:
    """A secret and a key value store, and what was written to them."""

    def __init__(self) -> None:
        self.secret: dict[str, Any] | None = None
        self.stored: dict[str, str] = {}
        self.version = 1
        self.written: list[str] = []

    @property
    def clients(self) -> KeyClients:
        return KeyClients(
            secrets=self,
            cloudfront=self,
            key_store=SimpleNamespace(
                list_keys=self.list_keys,
                describe_key_value_store=lambda KvsARN: {"ETag": str(self.version)},  # noqa: N803
                update_keys=self.update_keys,
            ),
        )

    def get_secret_value(self, *, SecretId: str) -> Any:  # noqa: N803
        assert SecretId == NAME
        if self.secret is None:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue")
        return {"SecretString": json.dumps(self.secret)}

    def put_secret_value(self, *, SecretId: str, SecretString: str) -> None:  # noqa: N803
        assert SecretId == NAME
        self.secret = json.loads(SecretString)
        self.written.append("secret")

    def describe_key_value_store(self, *, Name: str) -> Any:  # noqa: N803
        assert Name == NAME
        return {"KeyValueStore": {"ARN": "arn:store"}}

    def list_keys(self, *, KvsARN: str) -> Any:  # noqa: N803
        assert KvsARN == "arn:store"
        return {"Items": [{"Key": key, "Value": value} for key, value in self.stored.items()]}

    def update_keys(self, *, KvsARN: str, IfMatch: str, Puts: list[dict[str, str]]) -> None:  # noqa: N803
        assert (KvsARN, IfMatch) == ("arn:store", str(self.version))
        self.version += 1
        self.stored |= {put["Key"]: put["Value"] for put in Puts}
        self.written.append("store")


@pytest.fixture
def aws() -> Aws:
    return Aws()


def keys(aws: Aws) -> dict[str, str]:
    assert aws.secret is not None
    return {slot: aws.secret[slot]["key"] for slot in ("a", "b")}


def test_the_first_step_makes_two_keys_and_the_next_does_nothing(aws: Aws) -> None:
    assert fill(settings(), aws.clients) == "stored a and b"
    assert keys(aws) == aws.stored
    assert len(set(aws.stored.values())) == 2
    assert all(len(key) >= 43 for key in aws.stored.values()), "256 bits, as text"
    aws.written.clear()
    assert fill(settings(), aws.clients) == "nothing changed"
    assert aws.written == []


def test_what_was_interrupted_is_finished_with_the_same_keys(aws: Aws) -> None:
    fill(settings(), aws.clients)
    before = keys(aws)
    del aws.stored["b"]
    aws.stored["a"] = "another"
    assert fill(settings(), aws.clients) == "stored a and b"
    assert aws.stored == keys(aws) == before


def test_a_rotation_takes_two_deployments_and_the_next_one_breaks_no_open_package(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_800_000_000.0
    monkeypatch.setattr(time, "time", lambda: now)
    fill(settings(), aws.clients)
    first = dict(aws.stored)
    assert fill(settings(b=2), aws.clients) == "stored b"
    assert aws.stored["a"] == first["a"]
    assert aws.stored["b"] != first["b"]
    fresh = aws.stored["b"]
    assert fill(settings(active="b", b=2), aws.clients) == "nothing changed"
    assert aws.stored == {"a": first["a"], "b": fresh}, "what was opened with a stays open"
    now += OPEN_SECONDS - 1
    with pytest.raises(UserError, match=r"slot a, with which packages may be open until 20\d\d-.* UTC"):
        fill(settings(active="b", a=2, b=2), aws.clients)
    assert aws.stored == keys(aws) == {"a": first["a"], "b": fresh}
    now += 2
    assert fill(settings(active="b", a=2, b=2), aws.clients) == "stored a"
    assert aws.stored["b"] == fresh


@pytest.mark.parametrize(
    "wanted", [{"a": 2}, {"active": "b", "b": 2}, {"active": "b", "a": 2}], ids=["active", "next", "last"]
)
def test_a_key_in_use_is_not_replaced(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Any]
) -> None:
    fill(settings(), aws.clients)
    before = dict(aws.stored)
    with pytest.raises(UserError, match=r"with which packages are open.*the keys were not changed"):
        fill(settings(**wanted), aws.clients)
    assert aws.stored == keys(aws) == before
    monkeypatch.setattr(package_keys, "client", lambda *_: aws)
    with pytest.raises(UserError, match=r"nothing was changed\.$"):
        package_keys.refuse_in_one_step(settings(**wanted))
    package_keys.refuse_in_one_step(settings(b=2))


def test_a_switch_back_forgets_that_the_slot_was_left() -> None:
    first = renewed({}, PackageKeySettings(), 0)
    switched = renewed(first, PackageKeySettings(active="b"), 1000)
    assert switched["a"]["openUntil"] == 1000 + OPEN_SECONDS
    back = renewed(switched, PackageKeySettings(), 2000)
    assert "openUntil" not in back["a"]
    assert back["b"]["openUntil"] == 2000 + OPEN_SECONDS
    assert conflict(back, PackageKeySettings(b=2), 2000)


def test_a_role_that_may_not_read_the_keys_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue")

    monkeypatch.setattr(package_keys, "client", lambda *_: SimpleNamespace(get_secret_value=refuse))
    package_keys.refuse_in_one_step(settings(a=2))
    with pytest.raises(ClientError):
        fill(settings(), KeyClients(SimpleNamespace(get_secret_value=refuse), None, None))
