"""The check of signed addresses, which the strict AWS emulator adds to the emulator's CloudFront."""

import base64
import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from local_platform.strict.cloudfront import is_signed

ADDRESS = "https://d1.cloudfront.net/premium/course/film/v1/video.mp4"
KEY = rsa.generate_private_key(65537, 2048)
OTHER = rsa.generate_private_key(65537, 2048)
TRUSTED = {"K1": KEY.public_key()}


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
    signature = key.sign(policy, padding.PKCS1v15(), hashes.SHA1())
    parts = {"Policy": encoded(policy), "Signature": encoded(signature), "Key-Pair-Id": "K1"}
    return urlencode({**parts, **change})


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode().translate(str.maketrans("+=/", "-_~"))


def test_an_address_below_the_signed_one_is_served() -> None:
    assert is_signed(ADDRESS, signed(), TRUSTED)


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
