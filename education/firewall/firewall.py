"""A firewall (AWS WAF): a web ACL with its rules and logs, in front of one resource.

The settings `api.waf`, `identity.waf` and `portal.waf` switch the three on. They block floods and known attacks; the
functions check permissions. The AWS emulator evaluates no rule.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cdktf import TerraformProvider
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
from education.firewall.addresses import AllowedAddresses, Scope
from education.firewall.logs import SECRET_HEADERS, FirewallLogs
from education.firewall.rules import api_rules, portal_rules, sign_in_rules


@dataclass(frozen=True)
class Guard:
    """What a firewall guards: its short name, which is its name in metrics too, what it is for, and where it is."""

    what: str
    description: str
    scope: Scope = "REGIONAL"


API = Guard("api", "Known attacks and floods")
SIGN_IN = Guard("users", "Whoever uses up the mails of sign-in")
# Behind CloudFront the API sees CloudFront's addresses, so the rules about addresses are here and those about tokens
# at the API.
PORTAL = Guard("portal", "Floods from one address, and addresses with a bad name", scope="CLOUDFRONT")


def guards(env: Environment) -> list[Guard]:
    """The firewalls that an environment has in its own region."""
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
        resource_arn: str | None,
        log_key_arn: str | None,
        provider: TerraformProvider | None = None,
    ) -> None:
        """`rules` makes the rules, given the addresses that are exempt; `log_key_arn` encrypts the log.

        `resource_arn` is None for a distribution, which names its web ACL itself. `provider` is one for us-east-1,
        where the firewalls of distributions are.
        """
        super().__init__(scope, id)
        name = env.names.of(guard.what)
        allowed = AllowedAddresses(
            self, "allowed", env=env, what=guard.what, scope=guard.scope, provider=provider
        )
        acl = Wafv2WebAcl(
            self,
            "acl",
            name=name,
            description=guard.description,
            scope=guard.scope,
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
            provider=provider,
        )
        FirewallLogs(
            self, "logs", env=env, what=guard.what, acl_arn=acl.arn, key_arn=log_key_arn, provider=provider
        )
        if resource_arn is not None:
            Wafv2WebAclAssociation(self, "association", resource_arn=resource_arn, web_acl_arn=acl.arn)
        self.acl_arn: str = acl.arn


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


def portal_firewall(
    scope: Construct, *, env: Environment, log_key_arn: str, provider: TerraformProvider | None
) -> str | None:
    """The firewall in front of the portal and its API, where the settings want one; returns its ARN.

    `provider` is one for us-east-1, or None where the stack itself is there. The key encrypts no log of another region.
    """
    if not env.settings.portal.waf:
        return None
    return Firewall(
        scope,
        "firewall",
        env=env,
        guard=PORTAL,
        rules=portal_rules,
        resource_arn=None,
        log_key_arn=log_key_arn if provider is None else None,
        provider=provider,
    ).acl_arn
