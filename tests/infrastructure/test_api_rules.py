"""Rules for the REST API: who gets in, that browsers get answers, and that a change of a route goes live.

How each operation of api/openapi.yaml becomes a method is tested in `test_rest_api.py`.
"""

import hashlib
from pathlib import Path

import pytest

import education.education_stack
from education.api_description import DESCRIPTION_FILE, load_api_description
from tests.infrastructure.conftest import SynthesizedOf
from tests.infrastructure.synthesized import Synthesized, reference, synthesize

ALLOW_ORIGIN = "gatewayresponse.header.Access-Control-Allow-Origin"


def test_every_method_but_options_asks_for_a_token(stack: Synthesized) -> None:
    methods = stack.resources("aws_api_gateway_method")
    asking = [body for body in methods.values() if body["http_method"] != "OPTIONS"]
    assert len(asking) == len(load_api_description().operations)
    for name, method in methods.items():
        if method["http_method"] != "OPTIONS":
            assert method["authorization"] == "COGNITO_USER_POOLS", (
                f"{name}: only OPTIONS may be called by anyone"
            )
            assert reference(method["authorizer_id"]).startswith("aws_api_gateway_authorizer."), name


def test_the_authorizer_asks_this_stacks_pool(stack: Synthesized) -> None:
    authorizer = stack.one("aws_api_gateway_authorizer")
    assert authorizer["type"] == "COGNITO_USER_POOLS"
    assert [reference(arn).partition(".")[0] for arn in authorizer["provider_arns"]] == [
        "aws_cognito_user_pool"
    ]


def test_every_path_answers_a_preflight_without_a_token(stack: Synthesized) -> None:
    methods = stack.resources("aws_api_gateway_method").values()
    paths = {reference(method["resource_id"]) for method in methods if method["http_method"] != "OPTIONS"}
    preflights = {
        reference(method["resource_id"]): method for method in methods if method["http_method"] == "OPTIONS"
    }
    assert set(preflights) == paths, "a browser asks OPTIONS first: see rest_api_preflight.py"
    assert {method["authorization"] for method in preflights.values()} == {"NONE"}, (
        "a preflight carries no token"
    )


def test_the_gateways_own_errors_carry_cors_headers(stack: Synthesized) -> None:
    responses = stack.resources("aws_api_gateway_gateway_response")
    kinds = {body["response_type"] for body in responses.values()}
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "UNAUTHORIZED", "THROTTLED"} <= kinds
    origins = {f"'{origin}'" for origin in stack.settings.content.portal_origins}
    for name, response in responses.items():
        assert response["response_parameters"][ALLOW_ORIGIN] in origins, (
            f"{name}: without the header a browser hides the answer; with * any site may read it"
        )


def test_the_deployment_hashes_the_literal_description(stack: Synthesized) -> None:
    deployment = stack.one("aws_api_gateway_deployment")
    digest = hashlib.sha256(DESCRIPTION_FILE.read_bytes()).hexdigest()
    assert digest in deployment["triggers"].values(), "the deployment's triggers must hash api/openapi.yaml"


@pytest.mark.parametrize("edit", ["a comment", "a route"])
def test_a_changed_description_makes_a_new_deployment(
    edit: str, synthesized_of: SynthesizedOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = DESCRIPTION_FILE.read_text()
    changed = tmp_path / DESCRIPTION_FILE.name
    changed.write_text(
        text + "# more\n" if edit == "a comment" else text.replace("  /courses:\n", "  /lectures:\n", 1)
    )
    description = load_api_description(changed)
    monkeypatch.setattr(education.education_stack, "load_api_description", lambda: description)
    before = synthesized_of("dev").one("aws_api_gateway_deployment")["triggers"]
    after = synthesize("dev", tmp_path / "out").one("aws_api_gateway_deployment")["triggers"]
    assert after != before, "a route that changes would not be live after the deploy (terraform #6613)"


def test_a_new_deployment_comes_before_the_old_one_goes(stack: Synthesized) -> None:
    deployment = stack.one("aws_api_gateway_deployment")
    assert deployment["lifecycle"]["create_before_destroy"] is True, "a deployment in use cannot be deleted"
    assert "stage_name" not in deployment, "the stage is a resource of its own"
    assert reference(stack.one("aws_api_gateway_stage")["deployment_id"]).startswith(
        "aws_api_gateway_deployment."
    )


def test_a_deployment_waits_for_the_whole_api(stack: Synthesized) -> None:
    awaited = stack.needs_of(
        f"aws_api_gateway_deployment.{next(iter(stack.resources('aws_api_gateway_deployment')))}"
    )
    missing = [
        f"{type}.{name}"
        for type in (
            "aws_api_gateway_method",
            "aws_api_gateway_integration",
            "aws_api_gateway_integration_response",
            "aws_api_gateway_gateway_response",
        )
        for name in stack.resources(type)
        if f"{type}.{name}" not in awaited
    ]
    assert not missing, f"{missing}: what comes after the deployment is not in it"


def test_the_stage_is_throttled_traced_and_logged(stack: Synthesized) -> None:
    limits = stack.one("aws_api_gateway_method_settings")
    assert limits["method_path"] == "*/*"
    assert limits["settings"]["throttling_rate_limit"] == stack.settings.api.throttling_rate
    assert limits["settings"]["throttling_burst_limit"] == stack.settings.api.throttling_burst
    assert limits["settings"]["data_trace_enabled"] is False, (
        "bodies must not be logged: they hold personal data"
    )
    stage = stack.one("aws_api_gateway_stage")
    assert reference(stage["access_log_settings"]["destination_arn"]).startswith("aws_cloudwatch_log_group.")
    assert not {"$context.identity", "$context.authorizer", "$context.path"} & {
        word.rpartition(".")[0] for word in stage["access_log_settings"]["format"].split('"')
    }, "the access log holds no personal data"
    assert stage["xray_tracing_enabled"] is stack.settings.functions.tracing


def test_production_has_a_firewall(synthesized_of: SynthesizedOf) -> None:
    for environment in ("dev", "staging", "prod", "local"):
        stack = synthesized_of(environment)
        associations = stack.resources("aws_wafv2_web_acl_association").values()
        assert bool(associations) == stack.settings.api.waf
        assert all(
            reference(each["resource_arn"]).startswith("aws_api_gateway_stage.") for each in associations
        )
    assert synthesized_of("prod").settings.api.waf, "the firewall is a setting, and on in production"
