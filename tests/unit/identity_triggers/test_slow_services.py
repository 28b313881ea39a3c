"""Cognito waits five seconds for its trigger, cold start included: slow services must not use them up."""

import socket
import threading
import time
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from tests.unit.lambda_api_fixture import Context, fresh_handler
from toolkit import clients

COGNITO_WAITS_SECONDS = 5.0
# What a new instance may take before it gets its first event.
COLD_START_SECONDS = 1.5
TABLES = {
    "USER_PROFILES_TABLE": "profiles",
    "COURSES_TABLE": "courses",
    "COURSE_PROGRESS_TABLE": "progress",
    "ROSTER_SHARDS": "4",
    "SIGN_UP_DOMAINS": "*",
}


@pytest.fixture
def silent_service() -> Iterator[str]:
    """The address of a service that takes every connection and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        held: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    held.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        for each in held:
            each.close()


@pytest.fixture
def slow_handler(silent_service: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The trigger of a new instance, whose services do not answer; with botocore's longest pauses between attempts."""
    for name, value in {
        "AWS_ENDPOINT_URL": silent_service,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(clients, "_client", cache(clients._client.__wrapped__))
    monkeypatch.setattr("botocore.retries.standard.random.random", lambda: 1.0)
    handler = fresh_handler(monkeypatch, "identity_triggers", ADMINISTRATORS_NEED_MFA="true", **TABLES)
    clients.cognito()
    yield handler
    clients.set_deadline(None)


def seconds_for_a_token(handler: Any, groups: list[str]) -> tuple[float, dict[str, Any]]:
    """How long the trigger takes for a person with a verified address, and its answer."""
    event = {
        "userPoolId": "pool-1",
        "userName": "ada",
        "request": {
            "userAttributes": {"sub": "ada", "email": "ada@example.org", "email_verified": "true"},
            "groupConfiguration": {"groupsToOverride": groups},
        },
        "response": {"claimsOverrideDetails": None},
    }
    started = time.monotonic()
    answer: dict[str, Any] = handler(event, Context())
    return time.monotonic() - started, answer


def test_a_token_is_answered_in_time_whatever_the_services_do(slow_handler: Any) -> None:
    """The first event of an instance has less time than later ones. What is optional is left to the next token."""
    first, answer = seconds_for_a_token(slow_handler, ["administrators", "instructors"])
    assert first < COGNITO_WAITS_SECONDS - COLD_START_SECONDS
    details = answer["response"]["claimsOverrideDetails"]["groupOverrideDetails"]
    assert details["groupsToOverride"] == ["instructors"], "nobody knows of a second factor"
    second, answer = seconds_for_a_token(slow_handler, ["administrators"])
    assert second < COGNITO_WAITS_SECONDS - 0.5
    assert answer["response"]["claimsOverrideDetails"]["groupOverrideDetails"]["groupsToOverride"] == []


def test_a_student_signs_in_although_nothing_can_be_noted(slow_handler: Any) -> None:
    taken, answer = seconds_for_a_token(slow_handler, ["students"])
    assert taken < COGNITO_WAITS_SECONDS - COLD_START_SECONDS
    assert answer["response"] == {"claimsOverrideDetails": None}
