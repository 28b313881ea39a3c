"""The resource that AWS checks a request against, for requests for which the AWS emulator takes `*`.

The source is the Service Authorization Reference (https://docs.aws.amazon.com/service-authorization/latest/reference/).
It covers the requests that a deployment of this platform makes. What has no resource type in the reference is `*`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from local_platform.strict.service_reference import resource_types

# CloudFront's resource types by the first part of the path; public keys and key groups have none.
CLOUDFRONT_TYPES = {
    "cache-policy": "cache-policy",
    "distribution": "distribution",
    "function": "function",
    "key-value-store": "key-value-store",
    "origin-access-control": "origin-access-control",
    "origin-request-policy": "origin-request-policy",
    "response-headers-policy": "response-headers-policy",
}
KEY_VALUE_STORE = re.compile(r"arn:[^/]*:key-value-store/[^/]+")
SIX_CHARACTERS = "AbCdEf"


@dataclass(frozen=True)
class Request:
    """The parts of a request to the AWS emulator that can name a resource."""

    service: str
    method: str
    path: str
    target: str
    body: bytes
    parameters: Mapping[str, Any]
    region: str
    account: str

    @property
    def operation(self) -> str:
        """The operation, in protocols whose requests name it."""
        return self.target.rsplit(".", 1)[-1] or self.parameter("Action")

    def parameter(self, name: str) -> str:
        """A parameter of the query or the form."""
        value = self.parameters.get(name)
        return str(value[0] if isinstance(value, list) and value else value or "")

    def field(self, name: str) -> Any:
        """A field of a JSON body."""
        try:
            document = json.loads(self.body or b"{}")
        except ValueError:
            return None
        return document.get(name) if isinstance(document, dict) else None

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """An ARN of the account."""
        place = self.region if region is None else region
        return f"arn:aws:{service}:{place}:{self.account}:{resource}"


def checked(action: str, resource: str) -> str:
    """What IAM checks an action on: `resource`, or `*` for an action that has no resource type in the reference."""
    return "*" if resource_types(action) == {} else resource


def resource(request: Request, found: str) -> str:
    """The ARN to check; `found` is what the AWS emulator took, and is the result if nothing better is known."""
    finder = _FINDERS.get(request.service)
    return (finder(request, found) if finder else "") or found


def _lambda(request: Request, found: str) -> str:
    if request.method == "POST" and request.path.rstrip("/").endswith("/functions"):
        return request.arn("lambda", f"function:{request.field('FunctionName')}")
    return found


def _events(request: Request, found: str) -> str:
    if request.operation.endswith("EventBus") and (name := request.field("Name")):
        return request.arn("events", f"event-bus/{name}")
    if rule := request.field("Rule"):  # the targets of a rule are checked on the rule
        bus = request.field("EventBusName") or "default"
        found = request.arn("events", f"rule/{bus}/{rule}")
    # The emulator names the default bus in the ARN of its rules, which AWS leaves out.
    return str(request.field("ResourceARN") or found).replace(":rule/default/", ":rule/")


def _dynamodb(request: Request, found: str) -> str:
    return str(request.field("ResourceArn") or found)


def _kms(request: Request, found: str) -> str:
    if request.operation in ("CreateAlias", "UpdateAlias", "DeleteAlias"):
        return request.arn("kms", str(request.field("AliasName")))
    return found


def _sns(request: Request, found: str) -> str:
    arn = request.parameter("ResourceArn") or request.parameter("SubscriptionArn")
    return arn if found == "*" else ""


def _logs(request: Request, _: str) -> str:
    """A part of a log delivery, which has a name, or an id that AWS gives."""
    for kind in ("source", "destination"):
        if request.operation.endswith(f"Delivery{kind.capitalize()}"):
            return request.arn("logs", f"delivery-{kind}:{request.field('name')}")
    if request.operation.endswith("Delivery") or request.operation == "UpdateDeliveryConfiguration":
        return request.arn("logs", f"delivery:{request.field('id') or '*'}")
    return ""


def _monitoring(request: Request, found: str) -> str:
    names = request.field("AlarmNames") or [request.parameter("AlarmNames.member.1")]
    dashboards = request.field("DashboardNames") or [request.parameter("DashboardNames.member.1")]
    dashboard = request.field("DashboardName") or request.parameter("DashboardName") or dashboards[0]
    if dashboard:
        return request.arn("cloudwatch", f"dashboard/{dashboard}", region="")
    tagged = request.field("ResourceARN") or request.parameter("ResourceARN")
    if tagged:
        return str(tagged)
    return request.arn("cloudwatch", f"alarm:{names[0]}") if names[0] and found == "*" else ""


def _cloudfront(request: Request, _: str) -> str:
    if tagged := request.parameter("Resource"):
        return tagged
    parts = [part for part in request.path.split("/") if part][1:]
    kind = CLOUDFRONT_TYPES.get(parts[0]) if parts else None
    if kind is None:
        return ""
    return request.arn("cloudfront", f"{kind}/{parts[1]}", region="") if len(parts) > 1 else "*"


def _key_values(request: Request, found: str) -> str:
    """The data of a key value store; its ARN is in the path."""
    named = KEY_VALUE_STORE.search(unquote(request.path))
    return named[0] if named else found


def _secretsmanager(request: Request, found: str) -> str:
    """A secret's ARN ends with six characters, which AWS chooses before it checks CreateSecret."""
    return f"{found}-{SIX_CHARACTERS}" if request.operation == "CreateSecret" else found


def _wafv2(request: Request, found: str) -> str:
    logging = request.field("LoggingConfiguration") or {}
    arn = request.field("WebACLArn") or request.field("ResourceARN") or request.field("ResourceArn")
    if arn or logging:
        return str(arn or logging["ResourceArn"])
    kind = "ipset" if request.operation.endswith("IPSet") else "webacl"
    name, identifier = request.field("Name"), request.field("Id")
    where = "global" if request.field("Scope") == "CLOUDFRONT" else "regional"
    return request.arn("wafv2", f"{where}/{kind}/{name}/{identifier or '*'}") if name else found


def _ssm(request: Request, _: str) -> str:
    names = request.field("Names") or [path for path in [request.field("Path")] if path]
    return request.arn("ssm", f"parameter/{str(names[0]).lstrip('/')}") if names else ""


def _apigateway(request: Request, found: str) -> str:
    if found == "*" and request.path.startswith("/tags/"):
        return f"arn:aws:apigateway:{request.region}::/tags/{unquote(request.path[len('/tags/') :])}"
    return found


def _cognito(request: Request, found: str) -> str:
    pool = request.field("UserPoolId")
    return str(
        request.field("ResourceArn") or (request.arn("cognito-idp", f"userpool/{pool}") if pool else found)
    )


_FINDERS = {
    "apigateway": _apigateway,
    "cloudfront": _cloudfront,
    "cloudfront-keyvaluestore": _key_values,
    "cognito-idp": _cognito,
    "dynamodb": _dynamodb,
    "events": _events,
    "kms": _kms,
    "lambda": _lambda,
    "logs": _logs,
    "monitoring": _monitoring,
    "secretsmanager": _secretsmanager,
    "sns": _sns,
    "ssm": _ssm,
    "wafv2": _wafv2,
}
