"""Checks that every answer of the API in the integration tests keeps the API contract.

An answer must match api/openapi.yaml, have the CORS headers, and be a problem document if it is an error.
"""

import re
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import requests
import yaml
from jsonschema import Draft202012Validator, FormatChecker

from education.openapi.description import DESCRIPTION_FILE

if TYPE_CHECKING:
    from tests.integration.support.deployed import Deployed

PROBLEM_TYPE = "application/problem+json"
REQUEST_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Internal details that an answer must not show: names of resources, services and exceptions.
LEAKS = re.compile(
    r"arn:aws|amazonaws|Traceback|botocore|boto3|dynamodb|secretsmanager|cognito|lambda|\.py\b"
    r"|Exception\b|ClientError|ConditionalCheck|education-[a-z]",
    re.IGNORECASE,
)

_FORMATS = FormatChecker(formats=())


def _is_moment(value: object) -> bool:
    """Whether a value is an ISO 8601 time in UTC, which all times of answers are."""
    return not isinstance(value, str) or datetime.fromisoformat(value).utcoffset() == timedelta(0)


_FORMATS.checks("date-time", raises=ValueError)(_is_moment)


def check(deployed: "Deployed", method: str, path: str, response: requests.Response) -> None:
    """Fail if the contract does not allow this answer to this request."""
    context = f"{method} {path} answered {response.status_code} {response.text[:500]!r}: "
    assert response.headers.get("Access-Control-Allow-Origin") == deployed.origin, (
        context + "no CORS header for the portal"
    )
    assert response.headers.get("Cache-Control") == "no-store", (
        context + "a cache may store it, although it depends on the caller"
    )
    operation = _operation(method, path)
    if response.status_code >= 400:
        _check_problem(response, context)
    elif operation is not None:
        _check_success(operation, response, context)
    if operation is not None and response.status_code != 501:
        assert str(response.status_code) in operation["responses"], (
            context + "the API description has no such answer"
        )


def _check_problem(response: requests.Response, context: str) -> None:
    assert response.headers["Content-Type"] == PROBLEM_TYPE, context + "not a problem document"
    problem = response.json()
    _validate({"$ref": "#/components/schemas/Problem"}, problem, context)
    assert problem["status"] == response.status_code, context + "the problem document has another status"
    assert REQUEST_ID.fullmatch(problem["requestId"]), context + "no request id"
    assert problem["type"].startswith("urn:education:problem:"), context
    assert not LEAKS.search(response.text.replace(problem["type"], "")), context + "shows internal details"
    if response.status_code in (429, 503):
        assert int(response.headers["Retry-After"]) >= 0, context


def _check_success(operation: dict[str, Any], response: requests.Response, context: str) -> None:
    described = _resolved(operation["responses"].get(str(response.status_code), {}))
    for name, header in described.get("headers", {}).items():
        if _resolved(header).get("required"):
            assert response.headers.get(name), context + f"no {name}"
    if "content" not in described:
        assert not response.content, context + "has a body"
        return
    content_type = response.headers["Content-Type"].partition(";")[0]
    assert content_type in described["content"], context + "is not of a described type"
    if content_type == "application/json":
        _validate(described["content"][content_type]["schema"], response.json(), context)


def _validate(schema: dict[str, Any], value: Any, context: str) -> None:
    validator = Draft202012Validator(
        {**schema, "components": _description()["components"]}, format_checker=_FORMATS
    )
    faults = [f"{fault.json_path} {fault.message}" for fault in validator.iter_errors(value)]
    assert not faults, context + "; ".join(faults)


@cache
def _description() -> dict[str, Any]:
    text = DESCRIPTION_FILE.read_text(encoding="utf-8")
    described: dict[str, Any] = _nullable(yaml.safe_load(text))
    return described


def _nullable(part: Any) -> Any:
    """Translate `nullable` of OpenAPI 3.0 to JSON Schema."""
    if isinstance(part, list):
        return [_nullable(item) for item in part]
    if not isinstance(part, dict):
        return part
    translated = {name: _nullable(value) for name, value in part.items()}
    if translated.pop("nullable", False):
        translated["type"] = [translated["type"], "null"]
    return translated


def _operation(method: str, path: str) -> dict[str, Any] | None:
    """The described operation of a request; None if the description has no such route."""
    for template, item in _description()["paths"].items():
        pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]*", re.escape(template))
        if re.fullmatch(pattern, path.partition("?")[0]):
            return dict(item[method.lower()]) if method.lower() in item else None
    return None


def _resolved(part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    found: Any = _description()
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)
