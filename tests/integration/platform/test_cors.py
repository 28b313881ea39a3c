"""CORS at the gateway: preflights of every described route without a token, and headers on every kind of error."""

import pytest

from education.openapi.description import load_api_description
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import SharedUsers

DESCRIPTION = load_api_description()
FOREIGN_ORIGIN = "https://portal.example.net"
ROUTES = [
    (method, path, header)
    for path in DESCRIPTION.paths
    for method in DESCRIPTION.methods_of(path)
    for header in ("authorization", "authorization,content-type")
]


def _address(path: str) -> str:
    return (
        path.replace("{courseId}", "c")
        .replace("{lessonId}", "l")
        .replace("{userId}", "u")
        .replace("{group}", "students")
    )


@pytest.mark.parametrize(("method", "path", "headers"), ROUTES, ids=str)
def test_a_preflight_needs_no_token(deployed: Deployed, method: str, path: str, headers: str) -> None:
    """What a browser asks before each method of each path, and what it must hear."""
    answer = deployed.http.options(
        deployed.outputs["api_endpoint"] + _address(path),
        headers={
            "Origin": deployed.origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": headers,
        },
        timeout=30,
    )
    assert answer.ok
    assert answer.headers["Access-Control-Allow-Origin"] == deployed.origin
    assert method in answer.headers["Access-Control-Allow-Methods"].replace(" ", "").split(",")
    allowed = answer.headers["Access-Control-Allow-Headers"].lower().replace(" ", "").split(",")
    assert set(headers.split(",")) <= set(allowed)
    assert "Origin" in answer.headers["Vary"]


def test_a_preflight_from_another_origin_is_not_allowed(deployed: Deployed) -> None:
    """Another origin is never repeated, and there is no wildcard."""
    answer = deployed.http.options(
        deployed.outputs["api_endpoint"] + "/courses",
        headers={"Origin": FOREIGN_ORIGIN, "Access-Control-Request-Method": "GET"},
        timeout=30,
    )
    assert answer.headers["Access-Control-Allow-Origin"] == deployed.origin


def test_an_answer_to_another_origin_allows_only_the_portal(users: SharedUsers) -> None:
    """A function repeats no other origin either (checked in tests.integration.contract.contract)."""
    users.other_student.call("GET", "/courses", headers={"Origin": FOREIGN_ORIGIN}, expect=200)
    users.other_student.call("GET", "/courses/none", headers={"Origin": FOREIGN_ORIGIN}, expect=404)


@pytest.mark.parametrize(
    ("method", "path", "raw", "headers", "status"),
    [
        ("GET", "/courses", None, {"Authorization": ""}, 401),
        ("GET", "/courses", None, {"Authorization": "Bearer x"}, 401),
        ("GET", "/nowhere", None, {}, 404),
        ("GET", "/courses/c/nowhere", None, {}, 404),
        ("DELETE", "/courses", None, {}, 404),
        ("GET", "/courses?limit=0", None, {}, 400),
        ("POST", "/courses", b"{", {"Content-Type": "application/json"}, 400),
        ("POST", "/courses", b"[]", {"Content-Type": "application/json"}, 400),
        (
            "POST",
            "/courses",
            b'{"title":"' + b"x" * 70_000 + b'"}',
            {"Content-Type": "application/json"},
            413,
        ),
    ],
)
def test_error_answers_have_cors_headers(
    users: SharedUsers, method: str, path: str, raw: bytes | None, headers: dict[str, str], status: int
) -> None:
    """Whoever answers, gateway or function: a problem document that the portal may read."""
    caller = users.anonymous if "Authorization" in headers else users.owner
    caller.call(method, path, raw=raw, headers=headers, expect=status)


def test_a_body_of_another_type_is_refused(users: SharedUsers) -> None:
    """415 from the function, where the gateway has not refused it as no JSON before."""
    kind = {"Content-Type": "application/xml"}
    users.owner.call("POST", "/courses", raw=b"<a/>", headers=kind, expect=(400, 415))
    users.owner.call("POST", "/courses", raw=b'{"title": "x"}', headers=kind, expect=415)
