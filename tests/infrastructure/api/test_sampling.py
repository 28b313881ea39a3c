"""Traces in AWS X-Ray: none where the rate is 0, and the chosen part of the API's requests where it is not."""

from pathlib import Path
from typing import Any

import pytest

from education.settings.load import load_settings
from education.settings.model import EnvironmentSettings
from tests.infrastructure.synthesized import Synthesized, synthesize

RATE = 0.01


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """Production with traces of one request in a hundred."""

    def with_traces(environment: str, **arguments: Any) -> EnvironmentSettings:
        settings = load_settings(environment, **arguments)
        functions = settings.functions.model_copy(update={"trace_rate": RATE})
        return settings.model_copy(update={"functions": functions})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("education.tap_stack.load_settings", with_traces)
        return synthesize("prod", Path(tmp_path_factory.mktemp("traced")))


def test_no_environment_pays_for_traces(stack: Synthesized) -> None:
    assert not stack.settings.functions.traces
    assert not stack.resources("aws_xray_sampling_rule")
    assert stack.one("aws_api_gateway_stage")["xray_tracing_enabled"] is False


def test_the_gateway_traces_at_the_rate_of_the_settings(traced: Synthesized) -> None:
    rule = traced.one("aws_xray_sampling_rule")
    assert (rule["fixed_rate"], rule["reservoir_size"]) == (RATE, 0)
    assert rule["service_type"] == "AWS::ApiGateway::Stage"
    assert rule["service_name"].startswith("education-api-prod/")
    assert rule["priority"] < 10_000, "X-Ray's own default rule would come first"
    assert traced.one("aws_api_gateway_stage")["xray_tracing_enabled"] is True


def test_a_rule_has_a_name_that_xray_takes(traced: Synthesized) -> None:
    longest_suffix = "a" * 20
    name = traced.one("aws_xray_sampling_rule")["rule_name"].replace("prod", longest_suffix)
    assert len(name) <= 32


def test_only_functions_behind_the_api_follow_it(traced: Synthesized) -> None:
    """For others Lambda would trace at a rate of its own, which cannot be changed."""
    modes: dict[str, set[str]] = {"Active": set(), "PassThrough": set()}
    for function in traced.resources("aws_lambda_function").values():
        name = function["function_name"].removeprefix("education-").removesuffix("-prod")
        modes[function["tracing_config"]["mode"]].add(name)
    assert modes["Active"] == {"catalog", "content", "enrollment", "profile", "progress"}
    assert "events" in modes["PassThrough"]
