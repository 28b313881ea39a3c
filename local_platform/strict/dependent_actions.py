"""Dependent actions: what AWS checks besides the action that a request names.

The AWS emulator checks only the named action. These are the dependent actions of the requests that a deployment of
this platform makes, as each service's documentation names them; its address is in the docstring.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Check:
    """One more action on one more resource, with its condition keys."""

    action: str
    resource: str
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Caller:
    """The region and the account of a request, with which ARNs begin."""

    region: str
    account: str

    def arn(self, service: str, resource: str) -> str:
        """An ARN of the account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


def dependent_actions(action: str, body: bytes, context: Mapping[str, Any], caller: Caller) -> list[Check]:
    """Everything else that must be allowed; `context` is the condition keys that the request already has."""
    finder = _FINDERS.get(action)
    return list(finder(body, context, caller)) if finder else []


def _passed_role(body: bytes, _: Mapping[str, Any], __: Caller) -> Iterator[Check]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"""
    if role := _document(body).get("Role"):
        yield Check("iam:PassRole", str(role), {"iam:PassedToService": "lambda.amazonaws.com"})


def _new_function(body: bytes, context: Mapping[str, Any], caller: Caller) -> Iterator[Check]:
    """A function's role and its code."""
    yield from _passed_role(body, context, caller)
    yield from _code(_document(body).get("Code", {}))


def _new_code(body: bytes, _: Mapping[str, Any], __: Caller) -> Iterator[Check]:
    yield from _code(_document(body))


def _code(code: Mapping[str, Any]) -> Iterator[Check]:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-function-zip.html"""
    if "S3Bucket" in code:
        action = "s3:GetObjectVersion" if code.get("S3ObjectVersion") else "s3:GetObject"
        yield Check(action, f"arn:aws:s3:::{code['S3Bucket']}/{code.get('S3Key')}")


def _tagged_mapping(body: bytes, context: Mapping[str, Any], caller: Caller) -> Iterator[Check]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html

    AWS checks the tags on a mapping that has no id yet.
    """
    if _document(body).get("Tags"):
        tags = {key: value for key, value in context.items() if key.lower().startswith("aws:")}
        yield Check("lambda:TagResource", caller.arn("lambda", "event-source-mapping:*"), tags)


def _log_bucket(body: bytes, _: Mapping[str, Any], __: Caller) -> Iterator[Check]:
    """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cf-api-permissions-ref.html"""
    logging = re.search(r"<Logging>(.*?)</Logging>", body.decode(), re.DOTALL)
    if logging and "<Enabled>true</Enabled>" in logging[1]:
        bucket = re.search(r"<Bucket>([^<.]+)", logging[1])
        for name in ("GetBucketAcl", "PutBucketAcl"):
            yield Check(f"s3:{name}", f"arn:aws:s3:::{bucket[1] if bucket else '*'}")


def _logged_distribution(body: bytes, _: Mapping[str, Any], __: Caller) -> Iterator[Check]:
    """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html, "Permissions"."""
    resource = str(_document(body).get("resourceArn", ""))
    if ":cloudfront:" in resource:
        yield Check("cloudfront:AllowVendedLogDeliveryForResource", resource)


def _delivery_ends(body: bytes, context: Mapping[str, Any], caller: Caller) -> Iterator[Check]:
    """The Service Authorization Reference: CreateDelivery needs a delivery, a source and a destination."""
    request = _document(body)
    yield Check(
        "logs:CreateDelivery",
        caller.arn("logs", f"delivery-source:{request.get('deliverySourceName')}"),
        context,
    )
    yield Check("logs:CreateDelivery", str(request.get("deliveryDestinationArn")), context)


def _rule_groups(action: str) -> "_Finder":
    def find(body: bytes, _: Mapping[str, Any], caller: Caller) -> Iterator[Check]:
        """https://docs.aws.amazon.com/waf/latest/developerguide/waf-api-permissions-ref.html, "references"."""
        rules = _document(body).get("Rules", [])
        for group in _fields("ManagedRuleGroupStatement", rules):
            place = f"regional/managedruleset/{group['VendorName']}/{group['Name']}"
            yield Check(action, caller.arn("wafv2", place))
        for addresses in _fields("IPSetReferenceStatement", rules):
            yield Check(action, addresses["ARN"])

    return find


def _guarded(verb: str) -> "_Finder":
    def find(body: bytes, _: Mapping[str, Any], __: Caller) -> Iterator[Check]:
        """https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html, and for user pools
        https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-waf.html
        """
        document = _document(body)
        guarded = str(document["ResourceArn"])
        yield Check(f"wafv2:{verb}", guarded)
        if ":userpool/" in guarded:
            yield Check(f"cognito-idp:{verb}", guarded)
            if verb == "AssociateWebACL":
                yield Check(f"cognito-idp:{verb}", str(document["WebACLArn"]))
        elif verb != "GetWebACLForResource":
            yield Check("apigateway:SetWebACL", guarded)

    return find


def _log_delivery(*names: str) -> "_Finder":
    def find(_: bytes, __: Mapping[str, Any], ___: Caller) -> Iterator[Check]:
        """https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html"""
        for name in names:
            yield Check(f"logs:{name}", "*")

    return find


def _fields(name: str, value: Any) -> Iterator[Any]:
    """Every field of that name, however deep."""
    if isinstance(value, list):
        for each in value:
            yield from _fields(name, each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key == name:
                yield each
            yield from _fields(name, each)


def _document(body: bytes) -> dict[str, Any]:
    return dict(json.loads(body or b"{}"))


_Finder = Callable[[bytes, Mapping[str, Any], Caller], Iterator[Check]]
_FINDERS: dict[str, _Finder] = {
    "cloudfront:CreateDistribution": _log_bucket,
    "cloudfront:UpdateDistribution": _log_bucket,
    "lambda:CreateEventSourceMapping": _tagged_mapping,
    "lambda:CreateFunction": _new_function,
    "lambda:UpdateFunctionCode": _new_code,
    "lambda:UpdateFunctionConfiguration": _passed_role,
    "logs:CreateDelivery": _delivery_ends,
    "logs:PutDeliverySource": _logged_distribution,
    "wafv2:AssociateWebACL": _guarded("AssociateWebACL"),
    "wafv2:CreateWebACL": _rule_groups("wafv2:CreateWebACL"),
    "wafv2:DeleteLoggingConfiguration": _log_delivery("DeleteLogDelivery"),
    "wafv2:DisassociateWebACL": _guarded("DisassociateWebACL"),
    "wafv2:GetWebACLForResource": _guarded("GetWebACLForResource"),
    "wafv2:PutLoggingConfiguration": _log_delivery(
        "CreateLogDelivery", "DescribeLogGroups", "DescribeResourcePolicies", "PutResourcePolicy"
    ),
    "wafv2:UpdateWebACL": _rule_groups("wafv2:UpdateWebACL"),
}
