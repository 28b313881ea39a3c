"""Distributions of the strict AWS emulator reach APIs."""

import pytest

from local_platform.strict import cloudfront as strict


@pytest.mark.parametrize(
    ("domain", "asked"),
    [
        (
            "abc123.execute-api.eu-central-1.amazonaws.com",
            ("localhost", 7443, "/_aws/execute-api/abc123/v1/courses"),
        ),
        ("school.example.org", ("school.example.org", 443, "/v1/courses")),
    ],
)
def test_an_api_behind_a_distribution_is_found_at_the_emulator(
    domain: str, asked: tuple[str, int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAY_PORT", "7443")
    monkeypatch.setattr(
        strict, "_forward", lambda origin, _, uri: (origin["domain_name"], origin["https_port"], uri)
    )
    assert strict.forward({"domain_name": domain, "https_port": 443}, "GET", "/v1/courses") == asked
