"""The client of CloudFront's key value stores: what AWS gets, and what an emulator gets."""

from typing import Any

import pytest

from tools.deploy.key_store import key_store_client

STORE = "arn:aws:cloudfront::111122223333:key-value-store/store"


class SentError(Exception):
    """Raised in place of sending a request."""


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


def sent(client: Any) -> Any:
    """The request that would be sent."""
    requests = []

    def stop(request: Any, **_: Any) -> None:
        requests.append(request)
        raise SentError

    client.meta.events.register("before-send", stop)
    with pytest.raises(SentError):
        client.list_keys(KvsARN=STORE)
    return requests[0]


def authorization(request: Any) -> str:
    value = request.headers["Authorization"]
    return value.decode() if isinstance(value, bytes) else str(value)


def test_aws_gets_a_signature_of_version_4a() -> None:
    """It takes no other: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions-kvp.html"""
    request = sent(key_store_client())
    assert request.url.startswith("https://111122223333.cloudfront-kvs.global.api.aws/key-value-stores/")
    assert authorization(request).startswith("AWS4-ECDSA-P256-SHA256 ")
    assert request.headers["X-Amz-Region-Set"] in ("*", b"*")


@pytest.mark.parametrize("named", [True, False])
def test_an_emulator_is_asked_at_its_own_address(monkeypatch: pytest.MonkeyPatch, named: bool) -> None:
    address = "http://127.0.0.1:4999"
    if not named:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    request = sent(key_store_client(address if named else ""))
    assert request.url.startswith(f"{address}/key-value-stores/")
    assert authorization(request).startswith("AWS4-HMAC-SHA256 ")
