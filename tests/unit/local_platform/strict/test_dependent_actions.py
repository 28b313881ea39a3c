"""What AWS checks besides the action that a request names, as the strict AWS emulator checks it."""

import json
from typing import Any

from local_platform.strict.dependent_actions import Caller, Check, dependent_actions

CALLER = Caller("us-east-1", "111122223333")
POOL = "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_abcdefghi"
STAGE = "arn:aws:apigateway:us-east-1::/restapis/a1/stages/v1"


def needed(action: str, request: Any, **context: Any) -> list[Check]:
    """What a request needs besides; `request` is its JSON body, or its text."""
    body = request.encode() if isinstance(request, str) else json.dumps(request).encode()
    return dependent_actions(action, body, context, CALLER)


def test_a_role_is_passed_where_a_request_names_one() -> None:
    role = "arn:aws:iam::111122223333:role/education-catalog-function-dev"
    passed = [Check("iam:PassRole", role, {"iam:PassedToService": "lambda.amazonaws.com"})]
    assert needed("lambda:CreateFunction", {"FunctionName": "x", "Role": role}) == passed
    assert needed("lambda:UpdateFunctionConfiguration", {"FunctionName": "x", "Role": role}) == passed
    assert needed("lambda:UpdateFunctionConfiguration", {"FunctionName": "x"}) == []


def test_the_code_of_a_function_is_read_by_who_deploys_it() -> None:
    place = {"S3Bucket": "code", "S3Key": "catalog/1.zip"}
    read = [Check("s3:GetObject", "arn:aws:s3:::code/catalog/1.zip")]
    assert needed("lambda:CreateFunction", {"FunctionName": "x", "Code": place}) == read
    assert needed("lambda:UpdateFunctionCode", {"FunctionName": "x", **place}) == read
    (version,) = needed("lambda:UpdateFunctionCode", {**place, "S3ObjectVersion": "1"})
    assert version.action == "s3:GetObjectVersion"
    assert needed("lambda:UpdateFunctionCode", {"FunctionName": "x", "ZipFile": "UEs="}) == []


def test_a_new_mapping_is_tagged() -> None:
    tags = {"aws:requesttag/project": "education"}
    (check,) = needed(
        "lambda:CreateEventSourceMapping",
        {"FunctionName": "x", "Tags": {"Project": "education"}},
        **tags,
        **{"lambda:FunctionArn": "x"},
    )
    mapping = "arn:aws:lambda:us-east-1:111122223333:event-source-mapping:*"
    assert check == Check("lambda:TagResource", mapping, tags)
    assert needed("lambda:CreateEventSourceMapping", {"FunctionName": "x"}) == []


def test_logs_of_a_distribution_need_the_bucket() -> None:
    logging = "<Logging><Bucket>logs.s3.amazonaws.com</Bucket><Enabled>{}</Enabled></Logging><Enabled>true</Enabled>"
    bucket = "arn:aws:s3:::logs"
    for action in ("cloudfront:CreateDistribution", "cloudfront:UpdateDistribution"):
        assert needed(action, logging.format("true")) == [
            Check("s3:GetBucketAcl", bucket),
            Check("s3:PutBucketAcl", bucket),
        ]
        assert needed(action, logging.format("false")) == []
        assert needed(action, "<Enabled>true</Enabled>") == []


def test_a_log_delivery_needs_its_distribution_and_both_ends() -> None:
    distribution = "arn:aws:cloudfront::111122223333:distribution/E1"
    assert needed("logs:PutDeliverySource", {"name": "x", "resourceArn": distribution}) == [
        Check("cloudfront:AllowVendedLogDeliveryForResource", distribution)
    ]
    place = "arn:aws:logs:us-east-1:111122223333"
    tags = {"aws:requesttag/project": "education"}
    request = {
        "deliverySourceName": "x",
        "deliveryDestinationArn": f"{place}:delivery-destination:y",
    }
    assert needed("logs:CreateDelivery", request, **tags) == [
        Check("logs:CreateDelivery", f"{place}:delivery-source:x", tags),
        Check("logs:CreateDelivery", f"{place}:delivery-destination:y", tags),
    ]


def test_a_firewall_needs_the_rule_groups_of_others_that_it_uses() -> None:
    group = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "Common"}}
    rules = [{"Statement": {"RateBasedStatement": {"Limit": 1}}}, {"Statement": group}]
    place = "arn:aws:wafv2:us-east-1:111122223333:regional/managedruleset/AWS/Common"
    for action in ("wafv2:CreateWebACL", "wafv2:UpdateWebACL"):
        assert needed(action, {"Name": "x", "Rules": rules}) == [Check(action, place)]


def test_a_firewall_needs_the_addresses_that_it_exempts() -> None:
    others = {"NotStatement": {"Statement": {"IPSetReferenceStatement": {"ARN": "set"}}}}
    scope = {"RateBasedStatement": {"ScopeDownStatement": {"AndStatement": {"Statements": [others]}}}}
    for action in ("wafv2:CreateWebACL", "wafv2:UpdateWebACL"):
        assert needed(action, {"Name": "x", "Rules": [{"Statement": scope}]}) == [Check(action, "set")]


def test_a_firewall_is_set_on_a_stage_that_one_may_change() -> None:
    assert needed("wafv2:AssociateWebACL", {"WebACLArn": "x", "ResourceArn": STAGE}) == [
        Check("wafv2:AssociateWebACL", STAGE),
        Check("apigateway:SetWebACL", STAGE),
    ]
    assert Check("apigateway:SetWebACL", STAGE) in needed("wafv2:DisassociateWebACL", {"ResourceArn": STAGE})


def test_a_firewall_is_set_on_a_user_pool_that_one_may_change() -> None:
    """Cognito checks actions of its own, one of them on the web ACL as well."""
    assert needed("wafv2:AssociateWebACL", {"WebACLArn": "acl", "ResourceArn": POOL}) == [
        Check("wafv2:AssociateWebACL", POOL),
        Check("cognito-idp:AssociateWebACL", POOL),
        Check("cognito-idp:AssociateWebACL", "acl"),
    ]
    for verb in ("DisassociateWebACL", "GetWebACLForResource"):
        assert Check(f"cognito-idp:{verb}", POOL) in needed(f"wafv2:{verb}", {"ResourceArn": POOL})


def test_the_log_of_a_firewall_is_delivered_by_who_may_set_delivery_up() -> None:
    asked = {check.action for check in needed("wafv2:PutLoggingConfiguration", {})}
    assert asked >= {"logs:CreateLogDelivery", "logs:PutResourcePolicy"}
    assert needed("wafv2:DeleteLoggingConfiguration", {}) == [Check("logs:DeleteLogDelivery", "*")]


def test_other_requests_need_nothing_besides() -> None:
    assert needed("lambda:GetFunction", "not even JSON") == []
