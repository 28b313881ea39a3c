"""Rules for the portal's distribution: one origin for files and API, security headers, no circle with the content."""

import re
from collections.abc import Iterator

import pytest

from education.content.static_files import content_type, without_references
from education.errors import UserError
from education.portal.files import page
from tests.infrastructure.synthesized import Body, Synthesized, reference


def distribution(stack: Synthesized) -> Body:
    """The portal's distribution."""
    (body,) = (
        body for name, body in stack.resources("aws_cloudfront_distribution").items() if "_portal_" in name
    )
    return body


def behaviours(stack: Synthesized) -> Iterator[Body]:
    yield distribution(stack)["default_cache_behavior"]
    yield from distribution(stack)["ordered_cache_behavior"]


def named(stack: Synthesized, type: str, value: object) -> Body:
    """The resource that a value refers to."""
    return stack.resources(type)[reference(value).partition(".")[2]]


def objects(stack: Synthesized) -> dict[str, Body]:
    """The files in the portal's bucket, by key."""
    return {
        body["key"]: body
        for body in stack.resources("aws_s3_object").values()
        if "_portal_" in reference(body["bucket"])
    }


def test_every_behaviour_refuses_viewers_below_tls_1_2(stack: Synthesized) -> None:
    """The function sees the version only where a policy of the behaviour lists the header."""
    for behaviour in behaviours(stack):
        (association,) = behaviour["function_association"]
        function = named(stack, "aws_cloudfront_function", association["function_arn"])
        assert association["event_type"] == "viewer-request"
        assert "TLSv1" in function["code"]
        listed = str(
            [
                stack.resources("aws_cloudfront_cache_policy").get(
                    reference(behaviour["cache_policy_id"]).partition(".")[2]
                ),
                stack.resources("aws_cloudfront_origin_request_policy").get(
                    reference(behaviour["origin_request_policy_id"]).partition(".")[2]
                ),
            ]
        )
        assert "CloudFront-Viewer-TLS" in listed, behaviour.get("path_pattern", "default")


def test_the_api_is_on_the_same_origin_and_no_answer_is_kept(stack: Synthesized) -> None:
    (behaviour,) = distribution(stack)["ordered_cache_behavior"]
    assert behaviour["path_pattern"] == "v1/*"
    assert {"PUT", "PATCH", "DELETE", "POST"} <= set(behaviour["allowed_methods"])
    assert "response_headers_policy_id" not in behaviour, "the API has headers of its own"
    policy = named(stack, "aws_cloudfront_cache_policy", behaviour["cache_policy_id"])
    assert (policy["min_ttl"], policy["default_ttl"]) == (0, 0)
    key = policy["parameters_in_cache_key_and_forwarded_to_origin"]
    assert "Authorization" in key["headers_config"]["headers"]["items"], "nobody gets another's answer"
    assert key["query_strings_config"] == {"query_string_behavior": "all"}
    kept = {
        error["error_code"]: error["error_caching_min_ttl"]
        for error in distribution(stack)["custom_error_response"]
    }
    assert {403, 404, 503} <= set(kept), "a student who enrols would be told for ten seconds that he has not"
    assert set(kept.values()) == {0}
    assert all("response_page_path" not in error for error in distribution(stack)["custom_error_response"]), (
        "an error page would turn the API's 404 into a page"
    )


def test_no_token_is_sent_in_the_clear(stack: Synthesized) -> None:
    (api,) = distribution(stack)["ordered_cache_behavior"]
    local = stack.settings.local_endpoint is not None
    assert api["viewer_protocol_policy"] == ("allow-all" if local else "https-only")
    (origin,) = (each for each in distribution(stack)["origin"] if "custom_origin_config" in each)
    assert origin["custom_origin_config"]["origin_protocol_policy"] == (
        "http-only" if local else "https-only"
    )


def test_the_headers_let_nothing_in(stack: Synthesized) -> None:
    policy = named(
        stack,
        "aws_cloudfront_response_headers_policy",
        distribution(stack)["default_cache_behavior"]["response_headers_policy_id"],
    )
    security = policy["security_headers_config"]
    said = security["content_security_policy"]["content_security_policy"]
    for directive in (
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types portal",
        "script-src 'self'",
    ):
        assert directive in said.split("; ")
    assert not re.search("unsafe|https?:|\\*", said), "the header is the same everywhere"
    assert {"strict_transport_security", "content_type_options", "referrer_policy"} <= set(security)
    custom = {item["header"]: item["value"] for item in policy["custom_headers_config"]["items"]}
    assert custom["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Permissions-Policy" in custom


def test_the_page_names_the_hosts_that_it_may_ask(stack: Synthesized) -> None:
    html = objects(stack)["index.html"]["content"]
    (said,) = re.findall(
        '<head><meta http-equiv="Content-Security-Policy" content="([^"]*(?:"[^"]*"[^"]*)*)">', html
    )
    assert "default-src 'none'" in said
    assert "unsafe" not in said
    assert "_content-delivery_distribution_" in said, "course files are on another host"
    assert html.index("Content-Security-Policy") < html.index("<script"), "it governs what comes after it"


def test_files_with_a_hash_in_their_name_are_kept_and_others_are_asked_for(stack: Synthesized) -> None:
    assert {"index.html", "config.json"} < set(objects(stack))
    for key, body in objects(stack).items():
        wanted = "immutable" if key.startswith("assets/") else "no-cache"
        assert wanted in body["cache_control"], key
    page_address = next(address for address, body in stack.all_resources() if body.get("key") == "index.html")
    assets = {
        address
        for address, body in stack.all_resources()
        if str(body.get("key", "")).startswith("assets/") and "_portal_" in address
    }
    assert assets <= stack.needs_of(page_address), "a page must not name a file that is not there yet"


def test_the_distributions_do_not_wait_for_each_other_in_a_circle(stack: Synthesized) -> None:
    (portal,) = (
        address
        for address, _ in stack.all_resources()
        if address.startswith("aws_cloudfront_distribution") and "_portal_" in address
    )
    needed = stack.needs_of(portal)
    assert not [address for address in needed if "content-delivery" in address]
    assert not [address for address in needed if address.startswith("aws_lambda_function")]


def test_sign_in_leads_back_to_the_portal_only(stack: Synthesized) -> None:
    client = stack.one("aws_cognito_user_pool_client")
    origins = [stack.outputs["portal_url"], *filter(None, [stack.settings.portal.development_origin])]
    assert client["callback_urls"] == [f"{origin}/signed-in" for origin in origins]
    assert client["logout_urls"] == [f"{origin}/" for origin in origins]
    assert client["allowed_oauth_flows"] == ["code"], "a token must never be in an address"
    domain = stack.one("aws_cognito_user_pool_domain")["domain"]
    assert "aws_caller_identity" in domain, "all accounts of a region share these names"


def test_text_of_a_build_cannot_refer_to_the_stack() -> None:
    made = page("<head></head>${aws_kms_key.x.arn}%{ if true }", "default-src 'none'")
    assert "$${aws_kms_key.x.arn}%%{ if true }" in made
    assert without_references("a $5 {b}") == "a $5 {b}"


def test_a_kind_of_file_that_is_not_known_is_refused_with_one_sentence() -> None:
    with pytest.raises(UserError, match=r"a file x\.exe, whose kind has no content type"):
        content_type("x.exe")
