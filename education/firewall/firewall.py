"""A firewall (AWS WAF): a web ACL with its rules and logs, in front of one resource.

The settings `api.waf` and `identity.waf` switch the two on. They block floods and known attacks; the functions check
permissions. The AWS emulator evaluates no rule.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAcl,
    Wafv2WebAclDataProtectionConfig,
    Wafv2WebAclDataProtectionConfigDataProtection,
    Wafv2WebAclDataProtectionConfigDataProtectionField,
    Wafv2WebAclDefaultAction,
    Wafv2WebAclDefaultActionAllow,
    Wafv2WebAclRule,
    Wafv2WebAclVisibilityConfig,
)
from cdktf_cdktf_provider_aws.wafv2_web_acl_association import Wafv2WebAclAssociation
from constructs import Construct

from education.environment import Environment
from education.firewall.addresses import AllowedAddresses
from education.firewall.logs import SECRET_HEADERS, FirewallLogs
from education.firewall.rules import api_rules, sign_in_rules


@dataclass(frozen=True)
class Guard:
    """What a firewall guards: its short name, which is its name in metrics too, and what it is for."""

    what: str
    description: str


API = Guard("api", "Known attacks and floods")
SIGN_IN = Guard("users", "Whoever uses up the mails of sign-in")


def guards(env: Environment) -> list[Guard]:
    """The firewalls that an environment has."""
    settings = env.settings
    return [*([API] if settings.api.waf else []), *([SIGN_IN] if settings.identity.waf else [])]


class Firewall(Construct):
    """The web ACL `education-<what>-<suffix>` on one resource."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        guard: Guard,
        rules: Callable[[AllowedAddresses], Sequence[Wafv2WebAclRule]],
        resource_arn: str,
        log_key_arn: str,
    ) -> None:
        """`rules` makes the rules, given the addresses that are exempt; `log_key_arn` encrypts the log."""
        super().__init__(scope, id)
        name = env.names.of(guard.what)
        allowed = AllowedAddresses(self, "allowed", env=env, what=guard.what)
        acl = Wafv2WebAcl(
            self,
            "acl",
            name=name,
            description=guard.description,
            scope="REGIONAL",
            default_action=Wafv2WebAclDefaultAction(allow=Wafv2WebAclDefaultActionAllow()),
            rule=list(rules(allowed)),
            # Nobody sees tokens in sampled requests, in logs or in what a rate is counted by:
            # https://docs.aws.amazon.com/waf/latest/developerguide/data-protection-masking.html
            data_protection_config=Wafv2WebAclDataProtectionConfig(
                data_protection=[
                    Wafv2WebAclDataProtectionConfigDataProtection(
                        action="SUBSTITUTION",
                        field=Wafv2WebAclDataProtectionConfigDataProtectionField(
                            field_type="SINGLE_HEADER", field_keys=list(SECRET_HEADERS)
                        ),
                    )
                ]
            ),
            visibility_config=Wafv2WebAclVisibilityConfig(
                cloudwatch_metrics_enabled=True, sampled_requests_enabled=True, metric_name=name
            ),
        )
        FirewallLogs(self, "logs", env=env, what=guard.what, acl_arn=acl.arn, key_arn=log_key_arn)
        Wafv2WebAclAssociation(self, "association", resource_arn=resource_arn, web_acl_arn=acl.arn)


def api_firewall(scope: Construct, *, env: Environment, stage_arn: str, log_key_arn: str) -> None:
    """The firewall in front of the API's stage, where the settings want one."""
    if env.settings.api.waf:
        Firewall(
            scope,
            "firewall",
            env=env,
            guard=API,
            rules=lambda allowed: api_rules(allowed, env.settings.api.waf_text_rules),
            resource_arn=stage_arn,
            log_key_arn=log_key_arn,
        )


def sign_in_firewall(scope: Construct, *, env: Environment, user_pool_arn: str, log_key_arn: str) -> None:
    """The firewall in front of the user pool, where the settings want one."""
    identity = env.settings.identity
    if identity.waf:
        Firewall(
            scope,
            "firewall",
            env=env,
            guard=SIGN_IN,
            rules=lambda allowed: sign_in_rules(allowed, sends_by_ses=identity.ses_identity_arn is not None),
            resource_arn=user_pool_arn,
            log_key_arn=log_key_arn,
        )
