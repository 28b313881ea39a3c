"""The resource that the strict AWS emulator checks, for requests for which the emulator takes another one."""

import json
from typing import Any
from urllib.parse import quote

from local_platform.strict.resources import Request, resource

ACCOUNT = "000000000000"


def checked(
    service: str, found: str, *, path: str = "/", target: str = "", body: dict[str, Any] | None = None
) -> str:
    """The ARN to check for a request, for which the emulator took `found`."""
    document = json.dumps(body or {}).encode()
    return resource(
        Request(service, "POST", path, target, document, {}, "us-east-1", ACCOUNT), found
    ).removeprefix("arn:aws:")


def test_a_new_secret_has_the_end_that_aws_gives_to_its_arn() -> None:
    """A policy that ends with the name alone would be refused there."""
    place = f"secretsmanager:us-east-1:{ACCOUNT}:secret"
    made = checked("secretsmanager", f"arn:aws:{place}:keys", target="secretsmanager.CreateSecret")
    assert made == f"{place}:keys-AbCdEf"
    read = checked("secretsmanager", f"arn:aws:{place}:keys-9d4461", target="secretsmanager.GetSecretValue")
    assert read == f"{place}:keys-9d4461"


def test_a_key_value_store_is_checked_by_itself() -> None:
    store = f"cloudfront::{ACCOUNT}:key-value-store"
    assert checked("cloudfront", "*", path="/2020-05-31/key-value-store/keys") == f"{store}/keys"
    for path in (f"arn:aws:{store}/keys", quote(f"arn:aws:{store}/keys", safe="")):
        of_data = checked(
            "cloudfront-keyvaluestore", f"arn:aws:{store}", path=f"/key-value-stores/{path}/keys"
        )
        assert of_data == f"{store}/keys"
