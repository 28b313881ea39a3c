"""The web application firewall in front of the API: AWS's managed rules and a limit per address.

It guards against known attacks and floods; who may do what is decided by the functions. The embedded AWS does not
enforce it, so what it does can only be read from its definition.
"""

from typing import Any

from cdktf_cdktf_provider_aws.wafv2_web_acl import Wafv2WebAcl
from cdktf_cdktf_provider_aws.wafv2_web_acl_association import Wafv2WebAclAssociation
from constructs import Construct

from education.naming import Names

# A school's pupils share one address, so the limit is set against floods, not against classes.
REQUESTS_PER_ADDRESS = 20_000
WINDOW_SECONDS = 300

# Rules of the groups that only count. A roster of 500 e-mails is longer than the 8 KiB that the size rule allows; the
# functions have limits of their own for each route.
MANAGED_GROUPS: dict[str, tuple[str, ...]] = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesKnownBadInputsRuleSet": (),
    "AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",),
}


class Firewall(Construct):
    """A web ACL on one API stage."""

    def __init__(self, scope: Construct, id: str, *, names: Names, resource_arn: str) -> None:
        super().__init__(scope, id)
        acl = Wafv2WebAcl(
            self,
            "acl",
            name=names.of("api"),
            description="Known attacks and floods",
            scope="REGIONAL",
            default_action={"allow": {}},
            rule=[
                _flood_rule(priority=0),
                *(
                    _managed_rule(group, counting, priority)
                    for priority, (group, counting) in enumerate(MANAGED_GROUPS.items(), start=1)
                ),
            ],
            visibility_config=_visibility(names.of("api")),
        )
        Wafv2WebAclAssociation(self, "association", resource_arn=resource_arn, web_acl_arn=acl.arn)


def _flood_rule(priority: int) -> dict[str, Any]:
    return {
        "name": "TooManyRequests",
        "priority": priority,
        "action": {"block": {}},
        "statement": {
            "rateBasedStatement": {
                "limit": REQUESTS_PER_ADDRESS,
                "evaluationWindowSec": WINDOW_SECONDS,
                "aggregateKeyType": "IP",
            }
        },
        "visibilityConfig": _visibility("TooManyRequests"),
    }


def _managed_rule(group: str, counting: tuple[str, ...], priority: int) -> dict[str, Any]:
    statement: dict[str, Any] = {"vendorName": "AWS", "name": group}
    if counting:
        statement["ruleActionOverride"] = [{"name": rule, "actionToUse": {"count": {}}} for rule in counting]
    return {
        "name": group,
        "priority": priority,
        "overrideAction": {"none": {}},
        "statement": {"managedRuleGroupStatement": statement},
        "visibilityConfig": _visibility(group),
    }


def _visibility(metric: str) -> dict[str, Any]:
    # Sampled requests would show headers, and with them tokens, to whoever may open the console.
    return {"cloudwatchMetricsEnabled": True, "sampledRequestsEnabled": False, "metricName": metric}
