"""Links to premium files: what KMS signs, how long a link stays the same, and what happens without KMS."""

import json
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from domain import content_paths
from tests.unit.content_fixture import BASE, Files, unescaped, verify
from toolkit import clients


class Kms:
    """The KMS client, with the calls counted; `failure` is raised instead of a call."""

    def __init__(self) -> None:
        self._client = clients.kms()
        self.calls = 0
        self.failure: Exception | None = None

    def sign(self, **request: Any) -> Any:
        self.calls += 1
        if self.failure is not None:
            raise self.failure
        return self._client.sign(**request)

    def get_public_key(self, **request: Any) -> Any:
        return self._client.get_public_key(**request)


@pytest.fixture
def kms(files: Files, monkeypatch: pytest.MonkeyPatch) -> Kms:
    counted = Kms()
    monkeypatch.setattr(clients, "kms", lambda: counted)
    return counted


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that the signer sees, at the beginning of a window."""
    now = [1_800_000_000.0]
    monkeypatch.setattr("content.signing_store.time.time", lambda: now[0])
    return now


def policy_of(url: str) -> dict[str, Any]:
    """The policy of a signed URL."""
    return dict(json.loads(unescaped(parse_qs(urlsplit(url).query)["Policy"][0])))


def test_a_premium_url_is_signed_for_this_lesson_only_and_for_an_hour_at_most(files: Files) -> None:
    key = files.upload().body["key"]
    files.arrive(key)
    body = files.content().body
    assert body["premium"]
    assert body["url"].startswith(f"{BASE}/{key}?")
    verify(body["url"], files.key_arn)
    (statement,) = policy_of(body["url"])["Statement"]
    assert statement["Resource"] == f"{BASE}/{content_paths.lesson_folder_of(key)}/*"
    expires = statement["Condition"]["DateLessThan"]["AWS:EpochTime"]
    assert 45 * 60 - 10 < expires - time.time() <= 3600
    assert body["expiresAt"] == datetime.fromtimestamp(expires, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert parse_qs(urlsplit(body["url"]).query)["Key-Pair-Id"] == ["KEYA"]


def test_a_link_stays_the_same_within_a_window_and_costs_one_call_of_kms(
    files: Files, kms: Kms, clock: list[float]
) -> None:
    """So browsers find the parts of a film in their cache, and KMS is asked once for each lesson."""
    files.arrive(files.upload().body["key"])
    first = files.content().body
    clock[0] += 15 * 60 - 1
    assert files.content().body == first
    assert kms.calls == 1
    clock[0] += 1
    later = files.content().body
    assert kms.calls == 2
    assert later["url"] != first["url"]
    gained = datetime.fromisoformat(later["expiresAt"]) - datetime.fromisoformat(first["expiresAt"])
    assert gained.total_seconds() == 15 * 60
    verify(later["url"], files.key_arn)


def test_a_replaced_file_has_another_link_at_once(files: Files, kms: Kms, clock: list[float]) -> None:
    addresses = set()
    for _ in range(2):
        files.arrive(files.upload().body["key"])
        addresses.add(files.content().body["url"])
    assert len(addresses) == 2
    assert kms.calls == 1, "the signature is for all files of the lesson"


@pytest.mark.parametrize(
    "failure",
    [
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
        ClientError({"Error": {"Code": "ThrottlingException"}}, "Sign"),
        ClientError(
            {"Error": {"Code": "KMSInternalException"}, "ResponseMetadata": {"HTTPStatusCode": 500}},  # type: ignore[typeddict-item]
            "Sign",
        ),
    ],
    ids=["silent", "throttled", "failing"],
)
def test_while_kms_does_not_answer_links_are_unavailable(
    files: Files, kms: Kms, clock: list[float], failure: Exception
) -> None:
    files.arrive(files.upload().body["key"])
    kms.failure = failure
    assert files.content().problem() == (503, "unavailable")
    kms.failure = None
    link = files.content().body["url"]
    kms.failure = failure
    assert files.content().body["url"] == link, "what was signed in this window needs no call"
