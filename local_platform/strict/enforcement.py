"""Closes the gaps in the AWS emulator's IAM enforcement, and records every decision.

It adds what the emulator does not evaluate: iam:PassRole and other dependent actions of a request, the conditions
iam:PermissionsBoundary and dynamodb:LeadingKeys, tags that the parts of an API inherit, and the resources of requests
for which the emulator takes `*`. STRICT_AWS_RECORD names the file that gets one JSON line per decision.
"""

import contextvars
import json
import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from ministack.core import iam_actions, iam_evaluator, responses  # type: ignore[import-untyped]
from ministack.services import tagging  # type: ignore[import-untyped]

from local_platform.strict import resources
from local_platform.strict.dependent_actions import Caller, Check, dependent_actions

# The actions on roles that know the condition key iam:PermissionsBoundary.
BOUNDED_ACTIONS = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
)
# Services whose requests have tags in a field that the emulator does not read.
TAG_FIELDS = {"apigateway": "tags", "cognito-idp": "UserPoolTags", "logs": "tags"}
_dependent_checks: contextvars.ContextVar[tuple[Check, ...]] = contextvars.ContextVar(
    "dependent_checks", default=()
)

_enforce = iam_evaluator.enforce
_request_tags = iam_actions.request_tag_context
_dynamodb_context = iam_actions.dynamodb_service_context
_iam_action = iam_actions.extract_iam_action
_resource_arn = iam_actions.extract_resource_arn
_resource_tags = tagging.resource_tags


def enforce(
    access_key_id: str,
    iam_action: str,
    service: str,
    region: str,
    resource_arn: str = "*",
    service_context: dict[str, Any] | None = None,
) -> Any:
    """The emulator's decision on the request, then its decisions on the dependent actions."""
    resource_arn = resources.checked(iam_action, resource_arn)
    if ":event-source-mapping:" in resource_arn and (function := _mapped_function(resource_arn)):
        service_context = {**(service_context or {}), "lambda:FunctionArn": function}
    service_context = {**_key_usage(resource_arn), **_with_tags(resource_arn, service_context)}
    refused = _enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
    _record(access_key_id, iam_action, resource_arn, refused, service_context)
    checks = _dependent_checks.get()
    _dependent_checks.set(())
    for check in checks if refused is None else ():
        context = _with_tags(check.resource, check.context)
        kind = check.action.partition(":")[0]
        refused = _enforce(access_key_id, check.action, kind, region, check.resource, context)
        _record(access_key_id, check.action, check.resource, refused, context)
        if refused is not None:
            break
    return refused


def request_tag_context(
    service: str, iam_action: str, body: bytes, params: Mapping[str, Any]
) -> dict[str, Any]:
    """The condition keys of a request, with the boundary that an IAM request sets or that its role has."""
    context: dict[str, Any] = dict(_request_tags(service, iam_action, body, dict(params)))
    if iam_action in BOUNDED_ACTIONS:
        boundary = _text(params.get("PermissionsBoundary")) or _boundary_of(_text(params.get("RoleName")))
        if boundary:
            context["iam:PermissionsBoundary"] = boundary
    if service == "cloudfront":
        context |= _tags(dict(re.findall(r"<Key>([^<]*)</Key>\s*<Value>([^<]*)</Value>", body.decode())))
    if service in TAG_FIELDS and body[:1] == b"{":
        context |= _tags(json.loads(body).get(TAG_FIELDS[service]) or {})
    if service == "kms":
        context["kms:CallerAccount"] = responses.get_account_id()
    if iam_action == "lambda:CreateEventSourceMapping":
        context["lambda:FunctionArn"] = iam_actions._safe_json_field(body, "FunctionName")
    caller = Caller(responses.get_region(), responses.get_account_id())
    _dependent_checks.set(tuple(dependent_actions(iam_action, body, context, caller)))
    return context


def dynamodb_service_context(body: bytes) -> dict[str, Any]:
    """DynamoDB's condition keys, with the hash keys of the items that the request names."""
    context: dict[str, Any] = dict(_dynamodb_context(body))
    request = json.loads(body or b"{}")
    if not isinstance(request, dict):
        return context
    table = _table(str(request.get("TableName", "")))
    hash_key = next((k["AttributeName"] for k in table.get("KeySchema", []) if k["KeyType"] == "HASH"), None)
    item = request.get("Key") or request.get("Item") or {}
    if hash_key in item:
        context["dynamodb:LeadingKeys"] = [str(next(iter(item[hash_key].values())))]
    return context


def extract_iam_action(service: str, method: str, path: str, *arguments: Any) -> str | None:
    """The IAM action that AWS checks. For some requests the emulator names another one."""
    action: str | None = _iam_action(service, method, path, *arguments)
    if re.search(r"/event-source-mappings/[^/]+/?$", path):
        verb = {"GET": "Get", "PUT": "Update", "DELETE": "Delete"}.get(method)
        return f"lambda:{verb}EventSourceMapping" if verb else action
    if path.rstrip("/").endswith("/event-invoke-config"):
        verb = {"GET": "Get", "PUT": "Put", "POST": "Update", "DELETE": "Delete"}.get(method)
        return f"lambda:{verb}FunctionEventInvokeConfig" if verb else action
    return "cloudfront:CreateDistribution" if action == "cloudfront:CreateDistributionWithTags" else action


def extract_resource_arn(
    service: str,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    query_params: dict[str, Any],
    region: str,
    account_id: str,
) -> str:
    """The resource that AWS would check a request against (Service Authorization Reference)."""
    arn: str = _resource_arn(service, method, path, headers, body, query_params, region, account_id)
    request = resources.Request(
        service, method, path, headers.get("x-amz-target", ""), body, query_params, region, account_id
    )
    return resources.resource(request, arn)


def resource_tags(arn: str) -> dict[str, str] | None:
    """The tags of a resource. The parts of an API, and its tags resource, inherit the tags of the API."""
    arn = unquote(arn.partition("::/tags/")[2]) or arn
    api = re.match(r"arn:aws:apigateway:[^:]*::/restapis/[^/]+", arn)
    if api:
        from ministack.services import apigateway_v1

        return dict(apigateway_v1._v1_tags.get(api[0]) or {})
    if ":event-source-mapping:" in arn:
        from ministack.services import lambda_svc

        return dict((lambda_svc._esms.get(arn.rpartition(":")[2]) or {}).get("Tags") or {})
    service = arn.split(":")[2] if arn.count(":") > 2 else ""
    if service in ("cloudfront", "cognito-idp"):
        for candidate, tags in tagging._COLLECTORS[service]():
            if candidate == arn:
                return {tag["Key"]: tag["Value"] for tag in tags}
    found: dict[str, str] | None = _resource_tags(arn)
    return found


def _with_tags(resource: str, context: Mapping[str, Any] | None) -> dict[str, Any]:
    """Condition keys with the resource's tags; the emulator leaves them out if only a boundary asks for them."""
    tags = {f"aws:ResourceTag/{name}": value for name, value in (resource_tags(resource) or {}).items()}
    return {**tags, **(context or {})}


def _record(
    access_key_id: str, action: str, resource: str, refused: Any, context: Mapping[str, Any] | None
) -> None:
    file = os.environ.get("STRICT_AWS_RECORD")
    if not file:
        return
    decision = "allowed" if refused is None else type(refused).__name__
    known = {name.lower(): value for name, value in (context or {}).items() if value is not None}
    line = {
        "key": access_key_id,
        "action": action,
        "resource": resource,
        "decision": decision,
        "context": known,
    }
    with open(file, "a", encoding="utf-8") as record:  # noqa: PTH123 (one write per line, from one process)
        record.write(json.dumps(line) + "\n")


def _boundary_of(role_name: str) -> str:
    from ministack.services import iam

    return str((iam._roles.get(role_name) or {}).get("PermissionsBoundary") or "")


def _table(name: str) -> dict[str, Any]:
    from ministack.services import dynamodb

    return dict(dynamodb._tables.get(name.rpartition("/")[2]) or {})


def _mapped_function(mapping_arn: str) -> str:
    from ministack.services import lambda_svc

    return str((lambda_svc._esms.get(mapping_arn.rpartition(":")[2]) or {}).get("FunctionArn") or "")


def _key_usage(resource: str) -> dict[str, Any]:
    """The condition key kms:KeyUsage, which every request has that works on a KMS key."""
    from ministack.services import kms

    key = kms._keys.get(resource.rpartition("key/")[2]) if ":kms:" in resource else None
    return {"kms:KeyUsage": key["KeyUsage"]} if key else {}


def _tags(tags: Mapping[str, str]) -> dict[str, Any]:
    keys = {f"aws:requesttag/{name}".lower(): value for name, value in tags.items()}
    return {**keys, "aws:TagKeys": list(tags)} if tags else {}


def _text(value: Any) -> str:
    return str(value[0] if isinstance(value, list) and value else value or "")


def install() -> None:
    """Replace the emulator's functions by the stricter ones; the emulator looks them up at each request."""
    iam_evaluator.enforce = enforce
    iam_actions.request_tag_context = request_tag_context
    iam_actions.dynamodb_service_context = dynamodb_service_context
    iam_actions.extract_iam_action = extract_iam_action
    iam_actions.extract_resource_arn = extract_resource_arn
    tagging.resource_tags = resource_tags
