"""The cost model counts what production has, whether anybody comes or not."""

from collections.abc import Mapping

from tests.infrastructure.conftest import SynthesizedOf
from tools.cost.model import load_model


def test_the_cost_model_counts_what_is_always_there(synthesized_of: SynthesizedOf) -> None:
    """Count again in tools/cost/model.toml after a change, and run `make cost-page`."""
    stack, fixed = synthesized_of("prod"), load_model().fixed
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
