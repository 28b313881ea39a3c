"""The cost model counts what production has, whether anybody comes or not."""

from collections.abc import Mapping

import pytest

from tests.infrastructure.conftest import SynthesizedOf
from tests.infrastructure.synthesized import Synthesized
from tools.cost.model import load_model
from tools.cost.report import cost_model


@pytest.fixture(scope="module")
def stack(synthesized_of: SynthesizedOf) -> Synthesized:
    """The stack of production."""
    return synthesized_of("prod")


def test_the_cost_model_counts_what_is_always_there(stack: Synthesized) -> None:
    """Count again in tools/cost/model.toml after a change, and run `make cost-page`."""
    fixed = load_model().fixed
    firewalls = stack.resources("aws_wafv2_web_acl").values()
    counted: Mapping[str, int] = {
        "alarms": len(stack.resources("aws_cloudwatch_metric_alarm")),
        "dashboards": len(stack.resources("aws_cloudwatch_dashboard")),
        "keys": len(stack.resources("aws_kms_key")),
        "secrets": len(stack.resources("aws_secretsmanager_secret")),
        "firewalls": len(firewalls),
        "firewall_rules": sum(len(firewall["rule"]) for firewall in firewalls),
    }
    assert fixed.model_dump(include={*counted}) == counted


def test_the_cost_model_has_what_cloudfront_does_with_each_request(stack: Synthesized) -> None:
    """The portal's distribution leads to the API, with a function, a log and perhaps a firewall."""
    choices = cost_model().choices
    (portal,) = (
        each
        for each in stack.resources("aws_cloudfront_distribution").values()
        if any(behaviour["path_pattern"] == "v1/*" for behaviour in each.get("ordered_cache_behavior", ()))
    )
    (api,) = (each for each in portal["ordered_cache_behavior"] if each["path_pattern"] == "v1/*")
    assert portal["default_cache_behavior"]["function_association"]
    assert choices.edge_function == bool(api.get("function_association"))
    assert choices.edge_firewall == bool(portal.get("web_acl_id"))
    sources = stack.resources("aws_cloudwatch_log_delivery_source").values()
    assert choices.edge_logs == any(each["name"].startswith("education-portal") for each in sources)


def test_the_cost_model_has_the_price_of_the_keys_that_sign_links(stack: Synthesized) -> None:
    """KMS takes five times as much for a signature with an elliptic curve as for one with RSA 2048."""
    specs = {
        each["customer_master_key_spec"]
        for each in stack.resources("aws_kms_key").values()
        if each.get("key_usage") == "SIGN_VERIFY"
    }
    prices = {"ECC_NIST_P256": "signatures", "RSA_2048": "rsa_signatures"}
    assert {prices[spec] for spec in specs} == {cost_model().choices.link_keys}
