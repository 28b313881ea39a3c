"""The check of signed addresses, which the gate adds to the emulator's CloudFront."""

import base64
import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from local_platform.gate.edge.signed_links import PublicKey, is_signed

ADDRESS = "https://d1.cloudfront.net/premium/course/film/v1/video.mp4"
KEY = rsa.generate_private_key(65537, 2048)
OTHER = rsa.generate_private_key(65537, 2048)
CURVE = ec.generate_private_key(ec.SECP256R1())
TRUSTED: dict[str, PublicKey] = {"K1": KEY.public_key(), "K3": CURVE.public_key()}
SHA256 = {"Hash-Algorithm": "SHA256"}


def signed(
    key: Any = KEY, resource: str = "https://d1.cloudfront.net/premium/course/film/*", **change: Any
) -> str:
    """The query of a signed address; `change` replaces parts of it."""
    policy = json.dumps(
        {
            "Statement": [
                {
                    "Resource": resource,
                    "Condition": {"DateLessThan": {"AWS:EpochTime": change.pop("ends", time.time() + 60)}},
                }
            ]
        }
    ).encode()
    hashed = hashes.SHA256() if change.pop("signed_with", "SHA1") == "SHA256" else hashes.SHA1()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        signature, key_id = key.sign(policy, ec.ECDSA(hashed)), "K3"
    else:
        signature, key_id = key.sign(policy, padding.PKCS1v15(), hashed), "K1"
    parts = {"Policy": encoded(policy), "Signature": encoded(signature), "Key-Pair-Id": key_id}
    return urlencode({**parts, **change})


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode().translate(str.maketrans("+=/", "-_~"))


def test_an_address_below_the_signed_one_is_served() -> None:
    assert is_signed(ADDRESS, signed(), TRUSTED)


@pytest.mark.parametrize("key", [KEY, CURVE], ids=["rsa", "p256"])
@pytest.mark.parametrize(("signed_with", "said"), [("SHA1", {}), ("SHA256", SHA256)])
def test_both_kinds_of_keys_sign_with_both_hashes(key: Any, signed_with: str, said: dict[str, str]) -> None:
    assert is_signed(ADDRESS, signed(key, signed_with=signed_with, **said), TRUSTED)


@pytest.mark.parametrize("key", [KEY, CURVE], ids=["rsa", "p256"])
@pytest.mark.parametrize(
    ("signed_with", "said"), [("SHA256", {}), ("SHA1", SHA256), ("SHA1", {"Hash-Algorithm": "MD5"})]
)
def test_the_address_says_with_which_hash(key: Any, signed_with: str, said: dict[str, str]) -> None:
    assert not is_signed(ADDRESS, signed(key, signed_with=signed_with, **said), TRUSTED)


@pytest.mark.parametrize(
    "query",
    [
        "",
        signed(OTHER),
        signed(resource="https://d1.cloudfront.net/premium/course/game/*"),
        signed(ends=time.time() - 1),
        signed(**{"Key-Pair-Id": "K2"}),
        signed(Policy=encoded(b"{}")),
        signed(Signature="x"),
        signed().partition("&Signature")[0] + "&Key-Pair-Id=K1",
    ],
    ids=[
        "none",
        "other-key",
        "other-lesson",
        "ended",
        "unknown-key",
        "other-policy",
        "no-base64",
        "unsigned",
    ],
)
def test_any_other_is_not(query: str) -> None:
    assert not is_signed(ADDRESS, query, TRUSTED)
