"""Which requests a firewall blocks and which it counts, as rules of AWS WAF.

The AWS emulator evaluates no rule, so tests can only read them. `firewall.py` makes the firewalls.
"""

from typing import Any, Literal

from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAclRule,
    Wafv2WebAclRuleAction,
    Wafv2WebAclRuleActionBlock,
    Wafv2WebAclRuleOverrideAction,
    Wafv2WebAclRuleOverrideActionNone,
    Wafv2WebAclRuleVisibilityConfig,
)

from education.firewall.addresses import AllowedAddresses, Statement

TextRules = Literal["COUNT", "BLOCK"]

# Ten minutes are the longest that WAF looks back, and ten requests the lowest limit:
# https://docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html
FIVE_MINUTES, TEN_MINUTES = 300, 600
# 20 requests a second. A player sends a position a minute, and a script that reads many rosters a few a second.
REQUESTS_PER_TOKEN = 6_000
# A thousand players of a campus share one address. Without a token come the preflights of their browsers, which each
# browser keeps for a while, and people who are not signed in.
REQUESTS_WITHOUT_TOKEN = 60_000
# Through the portal come pages, files and the API of everybody behind an address: 400 a second.
REQUESTS_OF_ONE_ADDRESS = 120_000
# Sign-ups, forgotten passwords and repeated codes of one address in ten minutes. Cognito's own sender stops after 50
# mails a day; a class signs up together. With a sender of its own in SES a lecture hall does.
MAILS_BY_COGNITO = 30
MAILS_BY_SES = 300

# A token is three parts in Base64, the first two JSON objects. Whoever sends something else counts as without token.
TOKEN = r"^([Bb]earer )?eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$"  # noqa: S105 (a pattern)
# What makes Cognito send a mail, by operation, and by path on its own pages. WAF sees the operation in a header, and
# neither names nor addresses: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-waf.html and
# https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa-totp.html#totp-waf
MAIL_OPERATIONS = (
    "SignUp",
    "ForgotPassword",
    "ResendConfirmationCode",
    "GetUserAttributeVerificationCode",
    "UpdateUserAttributes",
)
MAIL_PATHS = ("signup", "forgotpassword", "resendcode")
# A user who is deleted here would not be erased: what a person wants is `DELETE /profile`. Where there is no firewall,
# and for an operator's own deletions, the function `sweep` notices.
REFUSED_OPERATION = "DeleteUser"
OPERATION_HEADERS = ("x-amzn-cognito-operation-name", "x-amz-target")

IP_REPUTATION = "AWSManagedRulesAmazonIpReputationList"
KNOWN_BAD_INPUTS = "AWSManagedRulesKnownBadInputsRuleSet"
COMMON = "AWSManagedRulesCommonRuleSet"
# For each managed group, the rules that look where people's own words are: in bodies, and in what they search for. A
# teacher of web security writes `<script>` and `../../` into a lesson, and a student searches for them.
# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
TEXT_RULES: dict[str, tuple[str, ...]] = {
    IP_REPUTATION: (),
    KNOWN_BAD_INPUTS: (
        *("JavaDeserializationRCE_BODY", "JavaDeserializationRCE_QUERYSTRING"),
        *("Log4JRCE_BODY", "Log4JRCE_QUERYSTRING", "ReactJSRCE_BODY"),
    ),
    COMMON: (
        *("CrossSiteScripting_BODY", "CrossSiteScripting_QUERYARGUMENTS", "EC2MetaDataSSRF_BODY"),
        *(
            "EC2MetaDataSSRF_QUERYARGUMENTS",
            "GenericLFI_BODY",
            "GenericLFI_QUERYARGUMENTS",
            "GenericRFI_BODY",
        ),
        *("GenericRFI_QUERYARGUMENTS", "RestrictedExtensions_QUERYARGUMENTS", "SizeRestrictions_QUERYSTRING"),
    ),
}
# A roster of 500 e-mails is longer than the 8 KiB of this rule; the functions have limits of their own for each route.
# A course can be made by a program that names no user agent.
ALWAYS_COUNTED = ("SizeRestrictions_BODY", "NoUserAgent_HEADER")


def api_rules(allowed: AllowedAddresses, text_rules: TextRules) -> list[Wafv2WebAclRule]:
    """The rules in front of the API: floods, then AWS's managed groups.

    A campus shares an address, so a request with a token is counted by its token. WAF sees the token's MD5 only.
    """
    has_token = _header_matches("authorization", TOKEN)
    return [
        _rate_rule(
            "TooManyRequestsOfOneToken",
            priority=0,
            limit=REQUESTS_PER_TOKEN,
            seconds=FIVE_MINUTES,
            scope=has_token,
            # The logs show the value that is counted by. A token must not be there.
            key={
                "header": {"name": "authorization", "text_transformation": [{"priority": 0, "type": "MD5"}]}
            },
        ),
        _rate_rule(
            "TooManyRequestsWithoutToken",
            priority=1,
            limit=REQUESTS_WITHOUT_TOKEN,
            seconds=FIVE_MINUTES,
            scope=allowed.exempt({"not_statement": {"statement": has_token}}),
        ),
        *(
            _managed_rule(group, priority, text_rules, allowed)
            for priority, group in enumerate(TEXT_RULES, start=2)
        ),
    ]


def portal_rules(allowed: AllowedAddresses) -> list[Wafv2WebAclRule]:
    """The rules in front of the portal and the API behind it: addresses only, as the API counts tokens.

    A campus shares an address. A page and its files are 20 requests, which browsers then keep, so a thousand people
    who open it in five minutes pass.
    """
    return [
        _rate_rule(
            "TooManyRequestsOfOneAddress",
            priority=0,
            limit=REQUESTS_OF_ONE_ADDRESS,
            seconds=FIVE_MINUTES,
            scope=allowed.exempt(),
        ),
        _managed_rule(IP_REPUTATION, 1, "COUNT", allowed),
    ]


def sign_in_rules(allowed: AllowedAddresses, *, sends_by_ses: bool) -> list[Wafv2WebAclRule]:
    """The rules in front of the user pool: whoever makes it send mails or deletes a user, and what AWS knows as bad.

    Programs and Cognito's own pages are two rules: one statement for both would be deeper than Terraform allows.
    """
    by_program = _names_operation(*MAIL_OPERATIONS)
    from_a_page = [
        _matches({"method": {}}, "^POST$", "NONE"),
        _matches({"uri_path": {}}, rf"^/({'|'.join(MAIL_PATHS)})$", "LOWERCASE"),
    ]
    limit = MAILS_BY_SES if sends_by_ses else MAILS_BY_COGNITO
    scopes = {
        "TooManyMails": allowed.exempt(by_program),
        "TooManyMailsFromPages": allowed.exempt(*from_a_page),
    }
    return [
        *(
            _rate_rule(name, priority=priority, limit=limit, seconds=TEN_MINUTES, scope=scope)
            for priority, (name, scope) in enumerate(scopes.items())
        ),
        *(
            _managed_rule(group, priority, "COUNT", allowed)
            for priority, group in enumerate((IP_REPUTATION, KNOWN_BAD_INPUTS), start=len(scopes))
        ),
        Wafv2WebAclRule(
            name=REFUSED_OPERATION,
            priority=len(scopes) + 2,
            action=Wafv2WebAclRuleAction(block=Wafv2WebAclRuleActionBlock()),
            statement=_names_operation(REFUSED_OPERATION),
            visibility_config=_visibility(REFUSED_OPERATION),
        ),
    ]


def _rate_rule(
    name: str,
    *,
    priority: int,
    limit: int,
    seconds: int,
    scope: Statement | None,
    key: dict[str, Any] | None = None,
) -> Wafv2WebAclRule:
    """Blocks what comes too often, by `key` or by address. A request without the key is not counted."""
    counted_by = (
        {"aggregate_key_type": "CUSTOM_KEYS", "custom_key": [key]} if key else {"aggregate_key_type": "IP"}
    )
    return Wafv2WebAclRule(
        name=name,
        priority=priority,
        action=Wafv2WebAclRuleAction(block=Wafv2WebAclRuleActionBlock()),
        statement={
            "rate_based_statement": {
                "limit": limit,
                "evaluation_window_sec": seconds,
                **counted_by,
                "scope_down_statement": scope,
            }
        },
        visibility_config=_visibility(name),
    )


def _managed_rule(
    group: str, priority: int, text_rules: TextRules, allowed: AllowedAddresses
) -> Wafv2WebAclRule:
    always = ALWAYS_COUNTED if group == COMMON else ()
    counted = (*always, *(TEXT_RULES[group] if text_rules == "COUNT" else ()))
    scope = allowed.exempt() if group == IP_REPUTATION else None
    return Wafv2WebAclRule(
        name=group,
        priority=priority,
        override_action=Wafv2WebAclRuleOverrideAction(none=Wafv2WebAclRuleOverrideActionNone()),
        statement={
            "managed_rule_group_statement": {
                "vendor_name": "AWS",
                "name": group,
                **(
                    {
                        "rule_action_override": [
                            {"name": each, "action_to_use": {"count": {}}} for each in counted
                        ]
                    }
                    if counted
                    else {}
                ),
                **({"scope_down_statement": scope} if scope else {}),
            }
        },
        visibility_config=_visibility(group),
    )


def _names_operation(*operations: str) -> Statement:
    """Whether a request to Cognito's API is for one of these operations."""
    pattern = rf"^(AWSCognitoIdentityProviderService\.)?({'|'.join(operations)})$"
    return {"or_statement": {"statement": [_header_matches(header, pattern) for header in OPERATION_HEADERS]}}


def _header_matches(header: str, pattern: str) -> Statement:
    return _matches({"single_header": {"name": header}}, pattern, "NONE")


def _matches(part: dict[str, Any], pattern: str, transformation: str) -> Statement:
    return {
        "regex_match_statement": {
            "regex_string": pattern,
            "field_to_match": part,
            "text_transformation": [{"priority": 0, "type": transformation}],
        }
    }


def _visibility(metric: str) -> Wafv2WebAclRuleVisibilityConfig:
    return Wafv2WebAclRuleVisibilityConfig(
        cloudwatch_metrics_enabled=True, sampled_requests_enabled=True, metric_name=metric
    )
