"""Time limits that fit into each other: a call to AWS, the function that makes it, the gateway that waits for both.

Computed from the clients' own configuration, not from the numbers in the source.
"""

import time
from pathlib import Path
from typing import Any

import pytest

from education.settings.load import load_settings
from education.settings.model import EnvironmentSettings, FunctionSettings
from toolkit import clients, retries
from toolkit.errors import Unavailable

GATEWAY_SECONDS = 29.0
# Standard mode's pause before the n-th retry: a random part of 2**n seconds, at most 20 (botocore, "Retries").
LONGEST_PAUSE_SECONDS = 20
ENVIRONMENTS = sorted(path.stem for path in Path("environments").glob("*.toml"))
MAKERS = ("dynamodb", "s3", "kms", "cognito", "sqs", "event_bridge")


def longest_call(config: Any) -> float:
    """How long one call of a client can take, with all of its attempts and pauses."""
    attempts: int = config.retries["total_max_attempts"]
    pauses = sum(min(2**number, LONGEST_PAUSE_SECONDS) for number in range(attempts - 1))
    return float(attempts * (config.connect_timeout + config.read_timeout) + pauses)


@pytest.fixture(params=ENVIRONMENTS)
def settings(request: pytest.FixtureRequest) -> EnvironmentSettings:
    """Every environment's settings."""
    return load_settings(request.param)


@pytest.mark.parametrize("maker", MAKERS)
def test_a_call_fits_into_the_function_and_under_the_gateway(
    aws: str, settings: EnvironmentSettings, maker: str
) -> None:
    """Even when every attempt of it runs into its limit."""
    config = getattr(clients, maker)().meta.config
    assert config.retries["mode"] == "standard"
    assert longest_call(config) < settings.functions.timeout_seconds < GATEWAY_SECONDS


def test_no_setting_allows_less_time_than_a_call_takes(aws: str) -> None:
    (least,) = (
        bound.ge
        for bound in FunctionSettings.model_fields["timeout_seconds"].metadata
        if hasattr(bound, "ge")
    )
    assert longest_call(clients.dynamodb().meta.config) + clients.RESERVE_SECONDS <= least


def test_races_are_given_up_in_time(aws: str, settings: EnvironmentSettings) -> None:
    """The last attempt of a contended write may itself take as long as a call can."""
    longest = retries.BUDGET_SECONDS + longest_call(clients.dynamodb().meta.config)
    assert longest < GATEWAY_SECONDS
    assert settings.functions.timeout_seconds > retries.BUDGET_SECONDS


def test_no_attempt_starts_that_would_not_end_in_time(aws: str) -> None:
    """Whatever a request has spent before, there is time for its answer."""
    left = clients.CONNECT_SECONDS + clients.READ_SECONDS + clients.RESERVE_SECONDS - 0.1
    started = time.monotonic()
    clients.set_deadline(left * 1000)
    try:
        with pytest.raises(Unavailable):
            clients.dynamodb().list_tables()
    finally:
        clients.set_deadline(None)
    assert time.monotonic() - started < 1
