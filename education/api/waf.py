"""The firewall (AWS WAF) in front of the API: AWS's managed rules, and a limit of requests per IP address.

The setting `api.waf` switches it on. It blocks known attacks and floods; the functions check
permissions. The AWS emulator does not enforce the firewall, so tests can only read its definition.
"""

from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAcl,
    Wafv2WebAclDefaultAction,
    Wafv2WebAclDefaultActionAllow,
    Wafv2WebAclRule,
    Wafv2WebAclRuleAction,
    Wafv2WebAclRuleActionBlock,
    Wafv2WebAclRuleOverrideAction,
    Wafv2WebAclRuleOverrideActionNone,
    Wafv2WebAclRuleVisibilityConfig,
    Wafv2WebAclVisibilityConfig,
)
from cdktf_cdktf_provider_aws.wafv2_web_acl_association import Wafv2WebAclAssociation
from constructs import Construct

from education.environment import Environment

# The students of a school often share one IP address, so the limit must stop floods and not classes.
REQUESTS_PER_ADDRESS = 20_000
WINDOW_SECONDS = 300

# The managed groups of rules, and for each the rules that only count. A roster of 500 e-mails is longer than the 8 KiB
# that the size rule allows; the functions have limits of their own for each route.
MANAGED_GROUPS: dict[str, tuple[str, ...]] = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesKnownBadInputsRuleSet": (),
    "AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",),
}


class Firewall(Construct):
    """A web ACL on one API stage."""

    def __init__(self, scope: Construct, id: str, *, env: Environment, resource_arn: str) -> None:
        super().__init__(scope, id)
        # checkov:skip=CKV2_AWS_31 aws_wafv2_web_acl: its logs would contain tokens; metrics count blocks
        acl = Wafv2WebAcl(
            self,
            "acl",
            name=env.names.of("api"),
            description="Known attacks and floods",
            scope="REGIONAL",
            default_action=Wafv2WebAclDefaultAction(allow=Wafv2WebAclDefaultActionAllow()),
            rule=[
                _flood_rule(priority=0),
                *(
                    _managed_rule(group, counting, priority)
                    for priority, (group, counting) in enumerate(MANAGED_GROUPS.items(), start=1)
                ),
            ],
            # Sampled requests would show headers, and so tokens, to everyone who may open the console.
            visibility_config=Wafv2WebAclVisibilityConfig(
                cloudwatch_metrics_enabled=True,
                sampled_requests_enabled=False,
                metric_name=env.names.of("api"),
            ),
        )
        Wafv2WebAclAssociation(self, "association", resource_arn=resource_arn, web_acl_arn=acl.arn)


def _flood_rule(priority: int) -> Wafv2WebAclRule:
    return Wafv2WebAclRule(
        name="TooManyRequests",
        priority=priority,
        action=Wafv2WebAclRuleAction(block=Wafv2WebAclRuleActionBlock()),
        statement={
            "rate_based_statement": {
                "limit": REQUESTS_PER_ADDRESS,
                "evaluation_window_sec": WINDOW_SECONDS,
                "aggregate_key_type": "IP",
            }
        },
        visibility_config=_visibility("TooManyRequests"),
    )


def _managed_rule(group: str, counting: tuple[str, ...], priority: int) -> Wafv2WebAclRule:
    overrides = [{"name": rule, "action_to_use": {"count": {}}} for rule in counting]
    return Wafv2WebAclRule(
        name=group,
        priority=priority,
        override_action=Wafv2WebAclRuleOverrideAction(none=Wafv2WebAclRuleOverrideActionNone()),
        statement={
            "managed_rule_group_statement": {
                "vendor_name": "AWS",
                "name": group,
                **({"rule_action_override": overrides} if overrides else {}),
            }
        },
        visibility_config=_visibility(group),
    )


def _visibility(metric: str) -> Wafv2WebAclRuleVisibilityConfig:
    return Wafv2WebAclRuleVisibilityConfig(
        cloudwatch_metrics_enabled=True, sampled_requests_enabled=False, metric_name=metric
    )
