"""The firewall in front of the portal, where the settings want one: rules about addresses, in us-east-1."""

from types import SimpleNamespace
from typing import cast
from unittest import mock

import pytest

from education.aws_context import AwsContext
from education.environment import Environment
from education.pipeline.policies import PipelinePolicies
from education.settings.load import load_settings
from education.settings.model import EnvironmentSettings
from tests.infrastructure.synthesized import Synthesized, listed, reference, synthesize

EDGE = "aws.edge"


def with_firewall(region: str) -> EnvironmentSettings:
    """The settings of dev in a region, with `portal.waf`."""
    settings = load_settings("dev", aws_region=region)
    return settings.model_copy(update={"portal": settings.portal.model_copy(update={"waf": True})})


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """A stack outside of us-east-1."""
    with mock.patch("education.tap_stack.load_settings", return_value=with_firewall("eu-central-1")):
        return synthesize("dev", tmp_path_factory.mktemp("firewall"), aws_region="eu-central-1")


def test_the_distribution_names_a_firewall_of_its_own_kind(elsewhere: Synthesized) -> None:
    (distribution,) = (
        body for body in elsewhere.resources("aws_cloudfront_distribution").values() if "web_acl_id" in body
    )
    assert distribution["comment"] == "education-portal-dev"
    acl = elsewhere.resources("aws_wafv2_web_acl")[reference(distribution["web_acl_id"]).partition(".")[2]]
    assert (acl["scope"], acl["provider"]) == ("CLOUDFRONT", EDGE), (
        "firewalls of distributions are in us-east-1"
    )
    for kind in ("aws_wafv2_web_acl_logging_configuration", "aws_cloudwatch_log_resource_policy"):
        assert [
            body["provider"] for name, body in elsewhere.resources(kind).items() if "_portal_" in name
        ] == [EDGE]


def test_addresses_are_counted_here_and_tokens_at_the_api(elsewhere: Synthesized) -> None:
    """Behind CloudFront every request comes to the API from CloudFront's own addresses."""
    (acl,) = (
        acl for acl in elsewhere.resources("aws_wafv2_web_acl").values() if acl["scope"] == "CLOUDFRONT"
    )
    rates = [
        rule["statement"]["rate_based_statement"]
        for rule in acl["rule"]
        if "rate_based_statement" in rule["statement"]
    ]
    (rate,) = rates
    assert rate["aggregate_key_type"] == "IP"
    assert rate["limit"] >= 100_000, "a campus shares an address"
    managed = [
        rule["statement"]["managed_rule_group_statement"]["name"]
        for rule in acl["rule"]
        if "managed_rule_group_statement" in rule["statement"]
    ]
    assert managed == ["AWSManagedRulesAmazonIpReputationList"], "text is looked at by the API's own firewall"


def test_the_alarm_on_blocked_requests_is_where_the_metric_is(elsewhere: Synthesized) -> None:
    (alarm,) = (
        alarm
        for alarm in elsewhere.resources("aws_cloudwatch_metric_alarm").values()
        if alarm.get("metric_name") == "BlockedRequests"
    )
    assert alarm["provider"] == EDGE
    assert alarm["dimensions"] == {"WebACL": "education-portal-dev", "Rule": "ALL"}


def test_the_deploy_role_may_make_it_where_the_settings_want_it() -> None:
    context = cast(
        AwsContext, SimpleNamespace(account_id="111122223333", partition="aws", region="us-east-1")
    )
    for settings, wanted in ((load_settings("dev"), False), (with_firewall("eu-central-1"), True)):
        policies = PipelinePolicies(
            Environment(settings, context), "boundary", "arn:aws:s3:::states", "locks"
        )
        allowed = [
            resource
            for statement in policies.deploy()["portal"]
            for resource in listed(statement["Resource"])
            if "wafv2:CreateWebACL" in statement["Action"]
        ]
        assert bool(allowed) is wanted
        assert all(":us-east-1:" in resource and ":global/" in resource for resource in allowed)
