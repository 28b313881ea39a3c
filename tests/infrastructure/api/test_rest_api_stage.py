"""Rules for the API's stage: what is deployed is never stale, limited, logged without personal data, and ours alone."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from education.api import cors
from education.api.gateway_responses import PROBLEMS
from education.openapi.description import load_api_description
from education.openapi.operations import FUNCTIONS
from education.settings.load import load_settings
from tests.infrastructure.synthesized import Synthesized, reference


def test_a_deployment_waits_for_everything_it_contains(stack: Synthesized) -> None:
    deployment = stack.one("aws_api_gateway_deployment")
    for type in (
        "aws_api_gateway_integration_response",
        "aws_api_gateway_gateway_response",
    ):
        for name in stack.resources(type):
            assert f"{type}.{name}" in deployment["depends_on"]
    for name, integration in stack.resources("aws_api_gateway_integration").items():
        if integration["type"] != "MOCK":  # their answers, which come after them, are waited for
            assert f"aws_api_gateway_integration.{name}" in deployment["depends_on"]


def test_a_change_of_the_description_is_deployed(stack: Synthesized) -> None:
    deployment = stack.one("aws_api_gateway_deployment")
    assert deployment["triggers"]["description"] == load_api_description().digest
    assert deployment["lifecycle"]["create_before_destroy"] is True
    assert "stage_name" not in deployment
    assert reference(stack.one("aws_api_gateway_stage")["deployment_id"]).startswith(
        "aws_api_gateway_deployment."
    )


def test_the_access_log_is_encrypted_kept_and_impersonal(stack: Synthesized) -> None:
    log = stack.one("aws_api_gateway_stage")["access_log_settings"]
    fields = log["format"].split()
    assert set(fields) == {"$context.requestId", "$context.status", "$context.error.responseType"}
    # The id has 36 characters, and an answer without an error a hyphen. A function's line has at most 105 bytes.
    assert len(log["format"].replace("$context.requestId", "i" * 36).replace(fields[1], "204")) < 36 + 45
    group = stack.resources("aws_cloudwatch_log_group")[reference(log["destination_arn"]).partition(".")[2]]
    assert reference(group["kms_key_id"]).startswith("aws_kms_key.")
    assert group["retention_in_days"] == stack.settings.functions.log_retention_days


def test_requests_are_throttled_and_bodies_never_logged(stack: Synthesized) -> None:
    settings = stack.one("aws_api_gateway_method_settings")
    assert settings["method_path"] == "*/*"
    (limits,) = settings["settings"] if isinstance(settings["settings"], list) else (settings["settings"],)
    assert limits["throttling_rate_limit"] == stack.settings.api.throttling_rate
    assert limits["throttling_burst_limit"] == stack.settings.api.throttling_burst
    assert limits["logging_level"] == "OFF"
    assert limits["data_trace_enabled"] is False
    assert limits["metrics_enabled"] is False, "metrics of each method cost, and nothing looks at them"


def test_only_this_api_may_call_the_functions(stack: Synthesized) -> None:
    permissions = [
        each
        for each in stack.resources("aws_lambda_permission").values()
        if each["principal"] == "apigateway.amazonaws.com"
    ]
    assert len(permissions) == len({operation.function for operation in load_api_description().operations})
    for permission in permissions:
        assert reference(permission["source_arn"]).startswith("aws_api_gateway_rest_api.")
        assert permission["source_arn"].endswith(".execution_arn}/v1/*/*")


def test_no_environment_owns_what_belongs_to_the_account(stack: Synthesized) -> None:
    assert not stack.resources("aws_api_gateway_account"), "the bootstrap makes it"


def test_the_endpoint_is_the_stage(stack: Synthesized) -> None:
    endpoint = stack.outputs["api_endpoint"]
    if stack.settings.local_endpoint:
        assert endpoint.startswith(
            f"{stack.settings.local_endpoint}/_aws/execute-api/${{aws_api_gateway_rest_api."
        )
        assert endpoint.endswith(".id}/v1")
    else:
        assert reference(endpoint).startswith("aws_api_gateway_stage.")
        assert endpoint.endswith(".invoke_url}")


def triggers(folder: Path, *origins: str) -> dict[str, str]:
    """What would make the API be deployed anew, of an API with these portals."""
    from cdktf import App, TerraformStack, Testing

    from education.api.rest_api import RestApi
    from education.aws_context import AwsContext
    from education.environment import Environment

    settings = load_settings("local")
    content = settings.content.model_copy(update={"portal_origins": origins})
    function: Any = SimpleNamespace(invoke_arn="invoke", function_name="function")
    stack = TerraformStack(App(outdir=str(folder)), "api")
    settings = settings.model_copy(update={"content": content})
    api = RestApi(
        stack,
        "rest-api",
        env=Environment(settings, AwsContext(stack, "aws", region="us-east-1")),
        description=load_api_description(),
    )
    api.serve(dict.fromkeys(FUNCTIONS, function), user_pool_arn="pool", log_key_arn="key")
    (deployment,) = json.loads(Testing.synth(stack))["resource"]["aws_api_gateway_deployment"].values()
    return dict(deployment["triggers"])


def test_changes_outside_of_the_description_are_deployed_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = [triggers(tmp_path, "https://a.example")]
    assert triggers(tmp_path, "https://a.example") == seen[0]
    seen.append(triggers(tmp_path, "https://b.example"))
    seen.append(triggers(tmp_path, "https://a.example", "https://b.example"))
    monkeypatch.setattr(cors, "MAX_AGE_SECONDS", 60)
    seen.append(triggers(tmp_path, "https://a.example"))
    monkeypatch.setitem(PROBLEMS, "THROTTLED", PROBLEMS["WAF_FILTERED"])
    seen.append(triggers(tmp_path, "https://a.example"))
    assert len({each["gateway"] for each in seen}) == len(seen)
    assert len({each["description"] for each in seen}) == 1
