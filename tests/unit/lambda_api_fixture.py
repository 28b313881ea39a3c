"""Calls a function's handler as API Gateway does, with the event of a REST API's proxy integration."""

import importlib
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from education.functions.bundling import deployed_name
from education.openapi.description import load_api_description
from toolkit import clients, openapi

ORIGIN = "https://portal.example.org"
# Environment variables of every function, and of those that write to the audit trail.
COMMON = {
    "ENVIRONMENT_SUFFIX": "test",
    "LOG_LEVEL": "INFO",
    "AUDIT_RETENTION_DAYS": "90",
    "ADMINISTRATORS_NEED_MFA": "false",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@dataclass(frozen=True)
class Person:
    """A caller of the API."""

    user_id: str
    groups: tuple[str, ...] = ()
    address: str = ""
    verified: bool = True

    @property
    def email(self) -> str:
        """An e-mail address that does not exist."""
        return self.address or f"{self.user_id}@example.org"


STUDENT = Person("student-1", ("students",))
NEWCOMER = Person("newcomer-1")
OWNER = Person("owner-1", ("instructors",))
OTHER_INSTRUCTOR = Person("other-1", ("instructors",))
ADMINISTRATOR = Person("admin-1", ("administrators",))


@dataclass(frozen=True)
class Answer:
    """The answer of a handler. `body` is parsed if it is JSON."""

    status: int
    headers: dict[str, str]
    body: Any

    def problem(self) -> tuple[int, str]:
        """The status and the kind of the problem document. Fails if the answer is not a problem document."""
        assert self.headers["Content-Type"] == "application/problem+json"
        assert self.body["status"] == self.status
        assert self.body["requestId"]
        return self.status, self.body["type"].rpartition(":")[2]

    def faulty_fields(self) -> list[str]:
        """The faulty fields that the problem document names."""
        return [error["field"] for error in self.body.get("errors", [])]


@dataclass
class Context:
    """The parts of Lambda's context object that the functions use."""

    aws_request_id: str = "invocation-1"
    remaining: int = 29_000

    def get_remaining_time_in_millis(self) -> int:
        """The time in milliseconds that the function may still run."""
        return self.remaining


@dataclass
class LambdaApi:
    """One function behind the API."""

    handler: Callable[[dict[str, Any], Any], dict[str, Any]]
    context: Context = field(default_factory=Context)

    def call(
        self,
        method: str,
        resource: str,
        path: Mapping[str, str] | None = None,
        *,
        caller: Person | None = STUDENT,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        text: str | None = None,
        **changes: Any,
    ) -> Answer:
        """Send one request with `body` as JSON, or with `text` as it is. `changes` replace parts of the event."""
        claims: dict[str, str] = {}
        if caller is not None:
            claims = {"sub": caller.user_id, "email": caller.email, "token_use": "id"}
            claims["email_verified"] = str(caller.verified).lower()
            if caller.groups:
                claims["cognito:groups"] = ",".join(caller.groups)
        event: dict[str, Any] = {
            "httpMethod": method,
            "resource": resource,
            "pathParameters": dict(path or {}) or None,
            "queryStringParameters": dict(query or {}) or None,
            "multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()}
            or None,
            "headers": {"Origin": ORIGIN, "Content-Type": "application/json"},
            "body": text if body is None else json.dumps(body),
            "isBase64Encoded": False,
            "requestContext": {"requestId": "request-1", "authorizer": {"claims": claims}},
            **changes,
        }
        answer = self.handler(event, self.context)
        is_json = answer["headers"].get("Content-Type", "").endswith("json")
        return Answer(
            answer["statusCode"], answer["headers"], json.loads(answer["body"]) if is_json else answer["body"]
        )


LambdaApis = Callable[..., LambdaApi]


@pytest.fixture
def lambda_api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> LambdaApis:
    """A function that creates the API of one Lambda function: `lambda_api("catalog", COURSES_TABLE=…)`."""

    def make(function_name: str, **environment: str) -> LambdaApi:
        handler = fresh_handler(monkeypatch, function_name, PORTAL_ORIGINS=ORIGIN, **environment)
        described = tmp_path / f"{function_name}.json"
        described.write_text(json.dumps(load_api_description().function_slice(deployed_name(function_name))))
        monkeypatch.setattr(openapi, "DESCRIPTION_FILE", described)
        return LambdaApi(handler)

    return make


def fresh_handler(monkeypatch: pytest.MonkeyPatch, function_name: str, **environment: str) -> Any:
    """Import a function's handler again with these environment variables, as a new Lambda instance does."""
    for name, value in {**COMMON, **environment}.items():
        monkeypatch.setenv(name, value)
    for limit in (
        "CONNECT_SECONDS",
        "READ_SECONDS",
        "RESERVE_SECONDS",
    ):  # a function may lower its own limits
        monkeypatch.setattr(clients, limit, getattr(clients, limit))
    for module in [name for name in sys.modules if name.split(".")[0] == function_name]:
        monkeypatch.delitem(sys.modules, module)
    return importlib.import_module(f"{function_name}.handler").handler


@pytest.fixture(scope="session")
def without_cached_clients(emulator: str) -> str:
    """Remove cached clients once per session. To create a client is the slowest part of a test."""
    clients._session.cache_clear()
    clients._client.cache_clear()
    return emulator


@pytest.fixture
def aws(without_cached_clients: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make the clients of the functions use the emulator. Returns its endpoint."""
    settings = {
        "AWS_ENDPOINT_URL": without_cached_clients,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return without_cached_clients
