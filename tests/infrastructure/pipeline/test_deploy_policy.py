"""What the deploy role needs where AWS asks for more than the AWS emulator does, or other environments than dev.

The pipeline tests (`tests/pipeline`) deploy dev with that role and show the rest. Without each of the rules here a
deployment to a real account would end with AccessDenied.
"""

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml

from education.aws_context import AwsContext
from education.environment import Environment
from education.pipeline.permissions_data import mail_permissions, risk_permissions
from education.pipeline.policies import PipelinePolicies
from education.settings.load import load_settings
from local_platform.strict.instance import Decision
from local_platform.strict.statements import allowed_by
from tests.infrastructure.conftest import SynthesizedOf
from tests.infrastructure.synthesized import ROOT, listed

ACCOUNT = "111122223333"
PLACE = f"us-east-1:{ACCOUNT}"


# What makes a resource of each kind, and what the provider calls beside it where that is another's action.
MAKING = {
    **{
        f"aws_api_gateway_{kind}": "apigateway:POST apigateway:PATCH"
        for kind in [
            "authorizer",
            "deployment",
            "model",
            "request_validator",
            "resource",
            "rest_api",
            "stage",
        ]
    },
    **{
        f"aws_api_gateway_{kind}": "apigateway:PUT"
        for kind in ["gateway_response", "integration", "integration_response", "method", "method_response"]
    },
    "aws_api_gateway_method_settings": "apigateway:PATCH",
    "aws_cloudfront_cache_policy": "cloudfront:CreateCachePolicy",
    "aws_cloudfront_distribution": "cloudfront:CreateDistribution cloudfront:TagResource",
    "aws_cloudfront_function": "cloudfront:CreateFunction cloudfront:PublishFunction",
    "aws_cloudfront_key_group": "cloudfront:CreateKeyGroup",
    "aws_cloudfront_key_value_store": "cloudfront:CreateKeyValueStore cloudfront:DescribeKeyValueStore",
    "aws_cloudfront_origin_access_control": "cloudfront:CreateOriginAccessControl",
    "aws_cloudfront_origin_request_policy": "cloudfront:CreateOriginRequestPolicy",
    "aws_cloudfront_public_key": "cloudfront:CreatePublicKey",
    "aws_cloudfront_response_headers_policy": "cloudfront:CreateResponseHeadersPolicy",
    "aws_cloudwatch_dashboard": "cloudwatch:PutDashboard",
    "aws_cloudwatch_event_bus": "events:CreateEventBus",
    "aws_cloudwatch_event_rule": "events:PutRule",
    "aws_cloudwatch_event_target": "events:PutTargets",
    "aws_cloudwatch_log_delivery": "logs:CreateDelivery logs:UpdateDeliveryConfiguration",
    "aws_cloudwatch_log_delivery_destination": "logs:PutDeliveryDestination",
    "aws_cloudwatch_log_delivery_source": "logs:PutDeliverySource cloudfront:AllowVendedLogDeliveryForResource",
    "aws_cloudwatch_log_group": "logs:CreateLogGroup logs:PutRetentionPolicy",
    "aws_cloudwatch_metric_alarm": "cloudwatch:PutMetricAlarm",
    "aws_cognito_user_group": "cognito-idp:CreateGroup",
    "aws_cognito_user_pool": "cognito-idp:CreateUserPool cognito-idp:SetUserPoolMfaConfig",
    "aws_cognito_user_pool_client": "cognito-idp:CreateUserPoolClient",
    "aws_cognito_user_pool_domain": "cognito-idp:CreateUserPoolDomain",
    "aws_dynamodb_table": "dynamodb:CreateTable dynamodb:UpdateContinuousBackups dynamodb:UpdateTimeToLive",
    "aws_iam_role": "iam:CreateRole iam:PassRole",
    "aws_iam_role_policy": "iam:PutRolePolicy",
    "aws_kms_alias": "kms:CreateAlias",
    "aws_kms_key": "kms:CreateKey kms:EnableKeyRotation",
    "aws_lambda_event_source_mapping": "lambda:CreateEventSourceMapping",
    "aws_lambda_function": "lambda:CreateFunction",
    "aws_lambda_function_event_invoke_config": "lambda:PutFunctionEventInvokeConfig",
    "aws_lambda_permission": "lambda:AddPermission",
    "aws_s3_bucket": "s3:CreateBucket",
    "aws_s3_bucket_cors_configuration": "s3:PutBucketCORS",
    "aws_s3_bucket_lifecycle_configuration": "s3:PutLifecycleConfiguration",
    "aws_s3_bucket_logging": "s3:PutBucketLogging",
    "aws_secretsmanager_secret": "secretsmanager:CreateSecret",
    "aws_s3_bucket_notification": "s3:PutBucketNotification",
    "aws_s3_bucket_ownership_controls": "s3:PutBucketOwnershipControls",
    "aws_s3_bucket_policy": "s3:PutBucketPolicy",
    "aws_s3_bucket_public_access_block": "s3:PutBucketPublicAccessBlock",
    "aws_s3_bucket_server_side_encryption_configuration": "s3:PutEncryptionConfiguration",
    "aws_s3_bucket_versioning": "s3:PutBucketVersioning",
    "aws_s3_object": "s3:PutObject s3:PutObjectTagging",
    "aws_sns_topic": "sns:CreateTopic",
    "aws_sns_topic_policy": "sns:SetTopicAttributes",
    "aws_sns_topic_subscription": "sns:Subscribe sns:GetSubscriptionAttributes",
    "aws_sqs_queue": "sqs:CreateQueue",
    "aws_cloudwatch_log_resource_policy": "logs:PutResourcePolicy",
    "aws_wafv2_ip_set": "wafv2:CreateIPSet",
    "aws_wafv2_web_acl": "wafv2:CreateWebACL",
    "aws_wafv2_web_acl_association": "wafv2:AssociateWebACL apigateway:SetWebACL cognito-idp:AssociateWebACL",
    "aws_wafv2_web_acl_logging_configuration": "wafv2:PutLoggingConfiguration logs:CreateLogDelivery",
}


def policies(environment: str) -> PipelinePolicies:
    """The policies of an environment's roles, in an invented account."""
    context = SimpleNamespace(account_id=ACCOUNT, partition="aws", region="us-east-1")
    return PipelinePolicies(
        Environment(load_settings(environment), cast(AwsContext, context)),
        f"arn:aws:iam::{ACCOUNT}:policy/education-boundary-{environment}",
        "arn:aws:s3:::states",
        f"arn:aws:dynamodb:{PLACE}:table/locks",
    )


def allows(
    statements: dict[str, list[dict[str, Any]]],
    action: str,
    arn: str,
    *,
    resource: dict[str, str] | None = None,
    request: dict[str, str] | None = None,
) -> bool:
    """Whether a role may do something; `resource` and `request` are the tags that it has and that it is to get."""
    context = {f"aws:resourcetag/{key}".lower(): value for key, value in (resource or {}).items()}
    context |= {f"aws:requesttag/{key}".lower(): value for key, value in (request or {}).items()}
    return bool(allowed_by(statements, Decision("", action, arn, "", context)))


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_cloudfronts_logs_may_be_delivered_where_the_settings_say(environment: str) -> None:
    held = policies(environment)
    logs = held.env.settings.content.access_logs
    tags = {"Project": "education", "Environment": environment}
    place = f"arn:aws:logs:us-east-1:{ACCOUNT}"
    ends = [f"{place}:delivery-{end}:education-content-{environment}" for end in ("source", "destination")]
    for arn in ends:
        assert allows(held.deploy(), "logs:CreateDelivery", arn, request=tags) is logs
        assert not allows(
            held.deploy(), "logs:CreateDelivery", arn.replace("education", "other"), request=tags
        )
    assert allows(held.deploy(), "logs:PutDeliverySource", ends[0], request=tags) is logs
    assert allows(held.deploy(), "logs:PutDeliveryDestination", ends[1], request=tags) is logs
    delivery = f"{place}:delivery:Ab3"
    assert allows(held.deploy(), "logs:CreateDelivery", delivery, request=tags) is logs
    assert not allows(held.deploy(), "logs:CreateDelivery", delivery)
    assert allows(held.deploy(), "logs:DeleteDelivery", delivery, resource=tags) is logs
    assert not allows(held.deploy(), "logs:DeleteDelivery", delivery)
    assert allows(held.plan(), "logs:GetDelivery", delivery, resource=tags) is logs
    distribution = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"
    vended = "cloudfront:AllowVendedLogDeliveryForResource"
    assert allows(held.deploy(), vended, distribution, resource=tags) is logs
    assert not allows(held.deploy(), vended, distribution)


@pytest.mark.parametrize("rate", [0.0, 0.01])
def test_the_sampling_of_traces_may_be_set_where_the_settings_want_traces(rate: float) -> None:
    held = policies("prod")
    settings = held.env.settings
    functions = settings.functions.model_copy(update={"trace_rate": rate})
    held = replace(held, env=replace(held.env, settings=settings.model_copy(update={"functions": functions})))
    rule = f"arn:aws:xray:{PLACE}:sampling-rule/education-prod"
    for action in ("CreateSamplingRule", "UpdateSamplingRule", "TagResource"):
        assert allows(held.deploy(), f"xray:{action}", rule) is (rate > 0)
        assert not allows(held.deploy(), f"xray:{action}", rule.replace("prod", "staging"))
    assert allows(held.plan(), "xray:GetSamplingRules", "*") is (rate > 0)


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_the_code_of_functions_is_stored_and_replaced_and_lesson_files_are_not_read(environment: str) -> None:
    """Terraform deletes a replaced zip with all its versions, also where data is protected."""
    held = policies(environment)
    code, content, others = (
        f"arn:aws:s3:::education-{bucket}"
        for bucket in (
            f"code-{ACCOUNT}-{environment}",
            f"content-{ACCOUNT}-{environment}",
            f"code-{ACCOUNT}-x",
        )
    )
    for action in ("PutObject", "PutObjectTagging", "GetObject", "DeleteObject", "DeleteObjectVersion"):
        assert allows(held.deploy(), f"s3:{action}", f"{code}/catalog/1.zip"), action
        assert not allows(held.deploy(), f"s3:{action}", f"{others}/catalog/1.zip"), action
    assert allows(held.deploy(), "s3:ListBucketVersions", code)
    assert allows(held.plan(), "s3:GetObject", f"{code}/catalog/1.zip")
    assert not allows(held.plan(), "s3:PutObject", f"{code}/catalog/1.zip")
    for role in (held.plan(), held.deploy()):
        assert not allows(role, "s3:GetObject", f"{content}/premium/course-1/film/film.mp4")


def test_subscribers_are_read_and_removed_by_their_topic() -> None:
    topic = f"arn:aws:sns:{PLACE}:education-alerts-prod"
    for arn in (topic, f"{topic}:6b0e71bd-7e97-4d97-80ce-4a0994e55286"):
        assert allows(policies("prod").plan(), "sns:GetSubscriptionAttributes", arn)
        assert allows(policies("prod").deploy(), "sns:Unsubscribe", arn)


def test_a_firewall_may_use_the_rules_of_aws() -> None:
    for name in ("CreateWebACL", "UpdateWebACL"):
        for place in (
            "managedruleset/AWS/AWSManagedRulesCommonRuleSet",
            "webacl/education-api-prod/6b0e71bd-7e97",
            "ipset/education-users-ipv6-prod/6b0e71bd-7e97",
        ):
            assert allows(
                policies("prod").deploy(), f"wafv2:{name}", f"arn:aws:wafv2:{PLACE}:regional/{place}"
            )


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_a_firewall_is_put_before_the_own_user_pool_and_logs_to_its_own_group(environment: str) -> None:
    held = policies(environment)
    has = held.env.settings.identity.waf
    assert has is (environment != "dev")
    own, others = ({"Project": "education", "Environment": each} for each in (environment, "other"))
    pool = f"arn:aws:cognito-idp:{PLACE}:userpool/us-east-1_abcdefghi"
    acl = f"arn:aws:wafv2:{PLACE}:regional/webacl/education-users-{environment}/6b0e71bd-7e97"
    group = f"arn:aws:logs:{PLACE}:log-group:aws-waf-logs-education-users-{environment}"
    deploy = held.deploy()
    assert allows(deploy, "cognito-idp:AssociateWebACL", pool, resource=own) is has
    assert not allows(deploy, "cognito-idp:AssociateWebACL", pool, resource=others)
    for action, arn in (
        ("cognito-idp:AssociateWebACL", acl),
        ("wafv2:AssociateWebACL", acl),
        ("wafv2:AssociateWebACL", pool),
        ("wafv2:PutLoggingConfiguration", acl),
        ("logs:CreateLogGroup", group),
        ("logs:PutResourcePolicy", "*"),
        ("logs:CreateLogDelivery", "*"),
    ):
        assert allows(deploy, action, arn) is has, f"{action} {arn}"
    for action, arn in (
        ("wafv2:GetLoggingConfiguration", acl),
        ("logs:DescribeResourcePolicies", "*"),
        ("wafv2:GetWebACLForResource", pool),
    ):
        assert allows(held.plan(), action, arn) is has, f"{action} {arn}"
    assert not allows(held.plan(), "logs:PutResourcePolicy", "*")


def test_threat_protection_is_set_where_the_plan_has_it() -> None:
    (permission,) = risk_permissions(policies("prod").scope)
    (statement,) = permission.write_statements(may_destroy=False)
    assert statement["Action"] == ["cognito-idp:SetRiskConfiguration"]
    assert "aws:ResourceTag/Environment" in statement["Condition"]["StringLike"]
    assert "SetRiskConfiguration" not in json.dumps(policies("prod").deploy()), "prod has the plan without it"


@pytest.mark.parametrize(
    ("action", "arn"),
    [
        ("cognito-idp:TagResource", f"arn:aws:cognito-idp:{PLACE}:userpool/us-east-1_abcdefghi"),
        ("kms:TagResource", f"arn:aws:kms:{PLACE}:key/6b0e71bd-7e97-4d97-80ce-4a0994e55286"),
        ("cloudfront:TagResource", f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1234567890ABC"),
        ("lambda:TagResource", f"arn:aws:lambda:{PLACE}:event-source-mapping:6b0e71bd"),
        ("apigateway:PUT", "arn:aws:apigateway:us-east-1::/tags/arn%3Aaws%3Aapigateway%3Aus-east-1"),
    ],
)
def test_one_tag_of_an_existing_resource_can_be_changed(action: str, arn: str) -> None:
    """The provider sends only the tags that differ, so that the request does not say whose resource it is."""
    own, others = ({"Project": "education", "Environment": suffix} for suffix in ("dev", "other"))
    changed = {"Repository": "school/platform"}
    statements = policies("dev").deploy()
    assert allows(statements, action, arn, resource=own, request=changed)
    assert allows(statements, action, arn, request=own), "that is how a new one gets its tags"
    assert not allows(statements, action, arn, resource=others, request=changed)


def test_every_workflow_puts_the_same_tags_on_everything() -> None:
    """A tag that says who ran the workflow would show as drift, and as a hundred changes in each review."""
    said: dict[str, set[str]] = {"REPOSITORY": set(), "COMMIT_AUTHOR": set()}
    for file in (".github/workflows/" + name for name in ("deploy.yml", "pull-request.yml", "nightly.yml")):
        variables = yaml.safe_load((ROOT / file).read_text())["env"]
        for name, values in said.items():
            values.add(variables[name])
    assert all(len(values) == 1 for values in said.values()), said
    assert "actor" not in str(said)


def test_a_retired_link_key_may_go_where_data_is_protected_and_no_other_key() -> None:
    """A rotation deletes the key that it replaces. KMS fixes a key's use when it makes the key."""
    for environment, may_destroy in (("prod", False), ("dev", True)):
        deleting = {
            statement["Condition"]["StringEquals"]["kms:KeyUsage"]
            for part in policies(environment).deploy().values()
            for statement in part
            if statement["Effect"] == "Allow" and "kms:ScheduleKeyDeletion" in listed(statement["Action"])
        }
        assert deleting == {"SIGN_VERIFY", *(["ENCRYPT_DECRYPT"] if may_destroy else [])}


def test_the_former_signing_keys_are_read_only_while_the_settings_keep_them() -> None:
    parameter = f"arn:aws:ssm:{PLACE}:parameter/education/prod/signing-key/a"
    held = policies("prod")
    content = held.env.settings.content.model_copy(update={"former_signing_keys": True})
    leaving = replace(
        held, env=replace(held.env, settings=held.env.settings.model_copy(update={"content": content}))
    )
    assert allows(leaving.deploy(), "ssm:GetParameter", parameter)
    assert not allows(held.deploy(), "ssm:GetParameter", parameter)


def test_an_own_sender_of_emails_needs_its_service_role_and_no_other() -> None:
    held = policies("prod")
    (permission,) = mail_permissions(held.scope)
    (statement,) = permission.write_statements(may_destroy=False)
    assert statement["Action"] == ["iam:CreateServiceLinkedRole"]
    assert statement["Condition"] == {
        "StringEquals": {"iam:AWSServiceName": "email.cognito-idp.amazonaws.com"}
    }
    assert "CreateServiceLinkedRole" not in json.dumps(held.deploy()), "prod has no sender of its own"


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_each_kind_of_resource_can_be_made(environment: str, synthesized_of: SynthesizedOf) -> None:
    """Also those that dev has none of. A new kind is listed here, with the action that makes it."""
    made = set(synthesized_of(environment).document["resource"])
    granted = {
        action
        for held in policies(environment).deploy().values()
        for statement in held
        if statement["Effect"] == "Allow"
        for action in listed(statement["Action"])
    }
    assert made <= set(MAKING), f"{sorted(made - set(MAKING))}: list what makes it, and grant it"
    missing = {(kind, action) for kind in made for action in MAKING[kind].split() if action not in granted}
    assert not missing
