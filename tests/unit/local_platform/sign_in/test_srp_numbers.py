"""A sign-in with SRP at the emulator, with the short secret numbers of the local platform."""

import base64
import secrets
from typing import Any

import pytest
from ministack.services import cognito  # type: ignore[import-untyped]
from pycognito.aws_srp import AWSSRP

from local_platform.gate.sign_in import srp_numbers

POOL, USER_ID, PASSWORD = "eu-west-1_school", "a-user-id", "a pass phrase"
USER = {"Username": USER_ID, "Attributes": [{"Name": "sub", "Value": USER_ID}], "_password": PASSWORD}


def proof_of(password: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the emulator remembers of a sign-in, and what a client with this password answers."""
    client = AWSSRP(username=USER_ID, password=password, pool_id=POOL, client_id="portal", client=object())
    block = base64.b64encode(secrets.token_bytes(32)).decode()
    challenge, state = cognito._srp_challenge(POOL, USER, USER_ID, f"{client.large_a_value:x}", block)
    return state, client.process_challenge(challenge, {"USERNAME": USER_ID})


@pytest.fixture
def sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cognito, "secrets", secrets)  # which is put back after the test
    srp_numbers.take_short_numbers()


@pytest.mark.usefixtures("sign_in")
def test_the_right_password_is_proved_with_a_short_number() -> None:
    state, answer = proof_of(PASSWORD)
    assert cognito._srp_proof_valid(POOL, USER, state, answer)
    assert 128 < int(state["b"], 16).bit_length() <= srp_numbers.BITS


@pytest.mark.usefixtures("sign_in")
def test_another_password_is_not() -> None:
    state, answer = proof_of("another pass phrase")
    assert not cognito._srp_proof_valid(POOL, USER, state, answer)


@pytest.mark.usefixtures("sign_in")
def test_the_rest_of_the_module_stays() -> None:
    """Tokens and codes are as random as before."""
    assert cognito.secrets.token_bytes is secrets.token_bytes
