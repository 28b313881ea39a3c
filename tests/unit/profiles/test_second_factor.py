"""The authenticator app of the integration tests' administrators."""

import base64

import pytest

from tests.integration.support import second_factor
from tests.integration.support.second_factor import Authenticator


class Clock:
    """A clock that sleeping moves on."""

    def __init__(self, now: float) -> None:
        self.now = now

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_codes_are_those_of_the_standard_and_never_used_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 6238, appendix B: the last six digits of the values for SHA-1."""
    monkeypatch.setattr(second_factor, "time", clock := Clock(59))
    app = Authenticator(base64.b32encode(b"12345678901234567890").decode())
    assert app.code() == "287082"
    assert app.code() != "287082"
    assert clock.now >= 60
    clock.now = 1111111109
    assert app.code() == "081804"
