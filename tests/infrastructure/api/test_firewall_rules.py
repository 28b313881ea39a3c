"""Rules for the firewalls: a campus and a teacher of web security pass, floods do not, and somebody can see why.

No emulator evaluates a rule of AWS WAF, so the statements are evaluated here, as far as the platform uses them.
"""

import json
import re
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest

from education.aws_context import AwsContext
from education.environment import Environment
from education.firewall.firewall import API, SIGN_IN, Firewall
from education.firewall.rules import api_rules, sign_in_rules
from education.settings.load import load_settings
from tests.infrastructure.conftest import SynthesizedOf
from tests.infrastructure.synthesized import Synthesized, reference

TOKEN = "Bearer eyJraWQiOiJhIn0.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
CAMPUS, SCHOOL_V6, ELSEWHERE = "198.51.100.7", "2001:db8::7", "203.0.113.9"
Request = Mapping[str, Any]


def request(address: str = ELSEWHERE, **headers: str) -> Request:
    """A GET from an address, with these headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"address": address, "headers": named, "method": "GET", "path": "/v1/courses"}


def matches(statement: Mapping[str, Any], asked: Request, sets: Mapping[str, list[str]]) -> bool:
    """Whether a request matches a statement of WAF; `sets` are the IP sets by their Terraform names."""
    ((kind, body),) = statement.items()
    if kind in ("and_statement", "or_statement"):
        found = [matches(each, asked, sets) for each in body["statement"]]
        return all(found) if kind == "and_statement" else any(found)
    if kind == "not_statement":
        return not matches(body["statement"], asked, sets)
    if kind == "ip_set_reference_statement":
        ranges = sets[reference(body["arn"]).partition(".")[2]]
        return any(ip_address(asked["address"]) in ip_network(each) for each in ranges)
    assert kind == "regex_match_statement", f"{kind} is not evaluated yet"
    ((part, which),) = body["field_to_match"].items()
    text = {
        "single_header": lambda: asked["headers"].get(which.get("name"), ""),
        "method": lambda: asked["method"],
        "uri_path": lambda: asked["path"],
    }[part]()
    text = text.lower() if body["text_transformation"][0]["type"] == "LOWERCASE" else text
    return re.search(body["regex_string"], text) is not None


class Rules:
    """The rules of one web ACL."""

    def __init__(self, resources: Mapping[str, Any], name: str) -> None:
        (acl,) = (each for each in resources["aws_wafv2_web_acl"].values() if each["name"] == name)
        self.acl = acl
        self.by_name = {rule["name"]: rule for rule in acl["rule"]}
        self.sets = {key: each["addresses"] for key, each in resources.get("aws_wafv2_ip_set", {}).items()}

    def limits(self, asked: Request) -> dict[str, tuple[int, str]]:
        """The rate rules that count a request: the limit of each, and by what it counts."""
        found = {}
        for name, rule in self.by_name.items():
            rate = rule["statement"].get("rate_based_statement")
            if rate and matches(rate["scope_down_statement"], asked, self.sets):
                assert rule["action"] == {"block": {}}
                found[name] = (rate["limit"], rate["aggregate_key_type"])
        return found

    def counted(self, group: str) -> set[str]:
        """The rules of a managed group that only count."""
        managed = self.by_name[group]["statement"]["managed_rule_group_statement"]
        overrides = managed.get("rule_action_override", ())
        assert all(each["action_to_use"] == {"count": {}} for each in overrides)
        return {each["name"] for each in overrides}


def rules_of(stack: Synthesized, what: str) -> Rules:
    """The rules in front of the API (`api`) or of sign-in (`users`)."""
    return Rules(stack.document["resource"], f"education-{what}-{stack.environment}")


def made(folder: Path, **chosen: Any) -> Mapping[str, Any]:
    """Both firewalls of production with other settings of `[api]` and `[identity]`."""
    from cdktf import App, TerraformStack, Testing

    settings = load_settings("prod")
    ses = chosen.pop("ses_identity_arn", None)
    settings = settings.model_copy(
        update={
            "api": settings.api.model_copy(update=chosen),
            "identity": settings.identity.model_copy(update={"ses_identity_arn": ses}),
        }
    )
    stack = TerraformStack(App(outdir=str(folder)), "firewalls")
    env = Environment(settings, AwsContext(stack, "aws", region="us-east-1"))
    for guard, rules in (
        (API, lambda allowed: api_rules(allowed, settings.api.waf_text_rules)),
        (SIGN_IN, lambda allowed: sign_in_rules(allowed, sends_by_ses=ses is not None)),
    ):
        Firewall(
            stack, guard.what, env=env, guard=guard, rules=rules, resource_arn="guarded", log_key_arn="key"
        )
    return dict(json.loads(Testing.synth(stack))["resource"])


def test_a_firewall_is_where_the_settings_want_it(stack: Synthesized) -> None:
    wanted = {
        name
        for name, wanted in (("api", stack.settings.api.waf), ("users", stack.settings.identity.waf))
        if wanted
    }
    names = {each["name"] for each in stack.resources("aws_wafv2_web_acl").values()}
    assert names == {f"education-{what}-{stack.environment}" for what in wanted}
    guarded = {
        reference(each["resource_arn"]).partition(".")[0]
        for each in stack.resources("aws_wafv2_web_acl_association").values()
    }
    kinds = {"api": "aws_api_gateway_stage", "users": "aws_cognito_user_pool"}
    assert guarded == {kinds[what] for what in wanted}
    watched = {
        alarm["dimensions"]["WebACL"]
        for alarm in stack.resources("aws_cloudwatch_metric_alarm").values()
        if alarm.get("metric_name") == "BlockedRequests"
    }
    assert watched == names


def test_staging_has_the_firewalls_of_production(synthesized_of: SynthesizedOf) -> None:
    """The first requests that a rule blocks should not be those of real students."""
    staging, prod = synthesized_of("staging"), synthesized_of("prod")
    for what in ("api", "users"):
        assert rules_of(staging, what).by_name == rules_of(prod, what).by_name


def test_a_campus_behind_one_address_is_not_blocked(synthesized_of: SynthesizedOf) -> None:
    rules = rules_of(synthesized_of("prod"), "api")
    by_token = rules.limits(request(authorization=TOKEN))
    assert [key for _, key in by_token.values()] == ["CUSTOM_KEYS"], (
        "a token is counted by itself and nothing else"
    )
    assert rules.limits(request(authorization=TOKEN.removeprefix("Bearer "))) == by_token
    (limit,) = (limit for limit, _ in by_token.values())
    assert 1_200 <= limit <= 30_000, "more than a person needs in five minutes, and less than a flood"
    without = rules.limits(request())
    assert [key for _, key in without.values()] == ["IP"]
    (limit,) = (limit for limit, _ in without.values())
    assert limit >= 1_000 * 50, "a thousand browsers ask for their preflights"
    for invented in ("Bearer x", "Basic YTpi", "AWS4-HMAC-SHA256 Credential=x"):
        assert rules.limits(request(authorization=invented)) == without


def test_the_value_that_is_counted_by_is_no_token(synthesized_of: SynthesizedOf) -> None:
    """The log of a rate rule shows it."""
    rule = rules_of(synthesized_of("prod"), "api").by_name["TooManyRequestsOfOneToken"]
    (key,) = rule["statement"]["rate_based_statement"]["custom_key"]
    assert key["header"]["name"] == "authorization"
    assert [each["type"] for each in key["header"]["text_transformation"]] == ["MD5"]


def test_what_teachers_write_is_counted_before_it_is_blocked(tmp_path: Path) -> None:
    """`<script>` and `../../` are the subject of lessons; the roster of a large course is longer than 8 KiB."""
    groups = ("AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet")
    bodies = {
        *("CrossSiteScripting_BODY", "EC2MetaDataSSRF_BODY", "GenericLFI_BODY", "GenericRFI_BODY"),
        *("JavaDeserializationRCE_BODY", "Log4JRCE_BODY", "ReactJSRCE_BODY", "SizeRestrictions_BODY"),
    }
    counting = Rules(made(tmp_path / "count"), "education-api-prod")
    assert bodies <= set().union(*(counting.counted(group) for group in groups))
    blocking = Rules(made(tmp_path / "block", waf_text_rules="BLOCK"), "education-api-prod")
    assert set().union(*(blocking.counted(group) for group in groups)) == {
        "SizeRestrictions_BODY",
        "NoUserAgent_HEADER",
    }


def test_shared_addresses_are_exempt(tmp_path: Path) -> None:
    resources = made(tmp_path, allowed_addresses=("198.51.100.0/24", "2001:db8::/32"))
    versions = {each["ip_address_version"]: each for each in resources["aws_wafv2_ip_set"].values()}
    assert set(versions) == {"IPV4", "IPV6"}
    assert versions["IPV6"]["addresses"] == ["2001:0db8:0000:0000:0000:0000:0000:0000/32"], (
        "as WAF answers it"
    )
    api, users = (Rules(resources, f"education-{what}-prod") for what in ("api", "users"))
    sign_up = {"x_amz_target": "AWSCognitoIdentityProviderService.SignUp"}
    for address in (CAMPUS, SCHOOL_V6):
        assert not api.limits(request(address))
        assert api.limits(request(address, authorization=TOKEN)), "a token is counted all the same"
        assert not users.limits(request(address, **sign_up))
    assert api.limits(request(ELSEWHERE))
    assert users.limits(request(ELSEWHERE, **sign_up))
    for rules in (api, users):
        reputation = rules.by_name["AWSManagedRulesAmazonIpReputationList"]["statement"]
        scope = reputation["managed_rule_group_statement"]["scope_down_statement"]
        assert not matches(scope, request(CAMPUS), rules.sets)
        assert matches(scope, request(ELSEWHERE), rules.sets)


def test_an_environment_without_shared_addresses_has_no_ip_sets(stack: Synthesized) -> None:
    assert not stack.settings.api.allowed_addresses
    assert not stack.resources("aws_wafv2_ip_set")


@pytest.mark.parametrize(
    "operation",
    [
        *("SignUp", "ForgotPassword", "ResendConfirmationCode"),
        *("GetUserAttributeVerificationCode", "UpdateUserAttributes"),
    ],
)
def test_whoever_makes_cognito_send_mails_is_limited(synthesized_of: SynthesizedOf, operation: str) -> None:
    rules = rules_of(synthesized_of("prod"), "users")
    ways = [
        request(x_amzn_cognito_operation_name=operation),
        request(x_amz_target=f"AWSCognitoIdentityProviderService.{operation}"),
    ]
    for asked in ways:
        (found,) = rules.limits(asked).values()
        assert found == (30, "IP"), "Cognito's own sender stops after 50 mails a day"


def test_mails_from_cognitos_own_pages_are_limited_too_and_nothing_else(tmp_path: Path) -> None:
    rules = Rules(made(tmp_path / "own"), "education-users-prod")
    for path in ("/signup", "/forgotPassword", "/resendcode"):
        assert rules.limits({**request(), "method": "POST", "path": path}), path
        assert not rules.limits({**request(), "path": path}), "looking at the page sends nothing"
    for operation in ("InitiateAuth", "RespondToAuthChallenge", "GetUser", "ConfirmSignUp", "SignUpper"):
        assert not rules.limits(request(x_amzn_cognito_operation_name=operation)), operation
    ses = made(tmp_path / "ses", ses_identity_arn="arn:aws:ses:us-east-1:1:identity/a.example")
    (found,) = (
        Rules(ses, "education-users-prod").limits(request(x_amzn_cognito_operation_name="SignUp")).values()
    )
    assert found == (300, "IP"), "SES has no such limit, and a lecture hall signs up together"


def test_nobody_deletes_their_user_without_the_erasure(synthesized_of: SynthesizedOf) -> None:
    """The name of the operation is in a header of Cognito's API."""
    rules = rules_of(synthesized_of("staging"), "users")
    rule = rules.by_name["DeleteUser"]
    assert rule["action"] == {"block": {}}
    for operation, is_refused in (
        ("DeleteUser", True),
        ("InitiateAuth", False),
        ("DeleteUserAttributes", False),
    ):
        asked = request(x_amz_target=f"AWSCognitoIdentityProviderService.{operation}")
        assert matches(rule["statement"], asked, rules.sets) is is_refused


def test_somebody_can_see_why_a_request_was_blocked(stack: Synthesized) -> None:
    """Blocked and counted requests are logged, all are sampled, and nowhere is a token."""
    acls = stack.resources("aws_wafv2_web_acl")
    logged = stack.resources("aws_wafv2_web_acl_logging_configuration")
    assert {reference(each["resource_arn"]).partition(".")[2] for each in logged.values()} == set(acls)
    for acl in acls.values():
        for each in (acl, *acl["rule"]):
            assert each["visibility_config"]["sampled_requests_enabled"] is True
            assert each["visibility_config"]["cloudwatch_metrics_enabled"] is True
        (masked,) = acl["data_protection_config"]["data_protection"]
        assert masked["field"] == {"field_type": "SINGLE_HEADER", "field_keys": ["authorization", "cookie"]}
    for configuration in logged.values():
        redacted = {each["single_header"]["name"] for each in configuration["redacted_fields"]}
        assert redacted == {"authorization", "cookie"}
        what = configuration["logging_filter"]
        (kept,) = what["filter"]
        assert (what["default_behavior"], kept["behavior"]) == ("DROP", "KEEP")
        actions = {each["action_condition"]["action"] for each in kept["condition"]}
        assert (kept["requirement"], actions) == ("MEETS_ANY", {"BLOCK", "COUNT", "EXCLUDED_AS_COUNT"})
        (destination,) = configuration["log_destination_configs"]
        group = stack.resources("aws_cloudwatch_log_group")[reference(destination).partition(".")[2]]
        assert group["name"].startswith("aws-waf-logs-education-"), "WAF takes no other name"
        (policy,) = configuration["depends_on"]
        policies = stack.resources("aws_cloudwatch_log_resource_policy")
        body = json.loads(policies[policy.partition(".")[2]]["policy_document"])
        (statement,) = body["Statement"]
        assert statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
        assert set(statement["Action"]) == {"logs:CreateLogStream", "logs:PutLogEvents"}
        assert reference(statement["Resource"]) == reference(destination)
        assert statement["Condition"]["StringEquals"]["aws:SourceAccount"]
