"""CORS at the gateway: preflights of every route work without a token, and every kind of error has the headers."""

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
    """The preflight request of a browser for each method of each path, and the headers of the answer."""
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
    """The answer allows only the portal: neither the other origin nor a wildcard."""
    answer = deployed.http.options(
        deployed.outputs["api_endpoint"] + "/courses",
        headers={"Origin": FOREIGN_ORIGIN, "Access-Control-Request-Method": "GET"},
        timeout=30,
    )
    assert answer.headers["Access-Control-Allow-Origin"] == deployed.origin


def test_an_answer_to_another_origin_allows_only_the_portal(users: SharedUsers) -> None:
    """A function allows only the portal too. tests/integration/contract/contract.py checks the header."""
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
    """Errors of the gateway and of functions are problem documents that the portal may read."""
    caller = users.anonymous if "Authorization" in headers else users.owner
    caller.call(method, path, raw=raw, headers=headers, expect=status)


def test_a_body_of_another_type_is_refused(users: SharedUsers) -> None:
    """The function answers 415. If the body is not JSON, the gateway may answer 400 first."""
    kind = {"Content-Type": "application/xml"}
    users.owner.call("POST", "/courses", raw=b"<a/>", headers=kind, expect=(400, 415))
    users.owner.call("POST", "/courses", raw=b'{"title": "x"}', headers=kind, expect=415)
