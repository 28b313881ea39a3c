"""What API Gateway answers when a request does not reach a function, as problem documents (RFC 9457).

Status, title and type are the same as those of the functions for the same failure. The texts are fixed: they repeat
nothing of the request or of AWS. The templates cannot have conditions, so they always allow the first portal's origin.
"""

import json
from dataclasses import dataclass
from typing import Any

from cdktf_cdktf_provider_aws.api_gateway_gateway_response import ApiGatewayGatewayResponse
from constructs import Construct

PROBLEM_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:education:problem:"


@dataclass(frozen=True)
class Problem:
    """A kind of failure, as clients see it. `wrong_field` names the part of the request with the mistake."""

    status: int
    code: str
    title: str
    detail: str
    retry_after_seconds: int | None = None
    wrong_field: str | None = None

    def template(self) -> str:
        """The body. API Gateway fills in `$context.requestId`."""
        document: dict[str, Any] = {
            "type": TYPE_PREFIX + self.code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "requestId": "$context.requestId",
        }
        if self.wrong_field:
            document["errors"] = [{"field": self.wrong_field, "message": self.detail}]
        return json.dumps(document)

    def headers(self, origin: str) -> dict[str, str]:
        """The headers in API Gateway's notation; `origin` is the only one that browsers may call from."""
        headers = {
            "Content-Type": PROBLEM_TYPE,
            "Access-Control-Allow-Origin": origin,
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        if self.retry_after_seconds is not None:
            headers["Retry-After"] = str(self.retry_after_seconds)
            headers["Access-Control-Expose-Headers"] = "Retry-After"
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return {f"gatewayresponse.header.{name}": f"'{value}'" for name, value in headers.items()}


_NOT_SIGNED_IN = Problem(401, "unauthenticated", "Unauthorized", "A valid ID token is needed.")
_FORBIDDEN = Problem(403, "forbidden", "Forbidden", "This is not allowed.")
_NOT_FOUND = Problem(404, "not-found", "Not Found", "There is no such route.")
_DEFECT = Problem(500, "internal-error", "Internal Server Error", "Something went wrong on our side.")
_UNAVAILABLE = Problem(
    503,
    "unavailable",
    "Service Unavailable",
    "A service this needs is not available. Try again.",
    retry_after_seconds=1,
)
_THROTTLED = Problem(
    429,
    "too-many-requests",
    "Too Many Requests",
    "There are too many requests. Try again.",
    retry_after_seconds=1,
)

# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
PROBLEMS = {
    "ACCESS_DENIED": _FORBIDDEN,
    "API_CONFIGURATION_ERROR": _DEFECT,
    "AUTHORIZER_CONFIGURATION_ERROR": _DEFECT,
    "AUTHORIZER_FAILURE": _UNAVAILABLE,
    "BAD_REQUEST_BODY": Problem(
        400, "bad-request", "Bad Request", "The body must be a JSON object.", wrong_field="body"
    ),
    "BAD_REQUEST_PARAMETERS": Problem(400, "bad-request", "Bad Request", "A required parameter is missing."),
    # All other types have an entry of their own. This one is left for a token that is sent to a path that does not
    # exist: API Gateway takes the token for a malformed AWS signature (IncompleteSignatureException).
    "DEFAULT_4XX": _NOT_FOUND,
    "DEFAULT_5XX": _DEFECT,
    "EXPIRED_TOKEN": _NOT_SIGNED_IN,
    "INTEGRATION_FAILURE": _UNAVAILABLE,
    # The API has no 504: a request that timed out can be sent again, as after every 503.
    "INTEGRATION_TIMEOUT": _UNAVAILABLE,
    # No route is called with AWS signatures (test_rest_api.py), so only a path or method that does not exist gets here:
    # API Gateway takes what is in its Authorization header for a signature, if there is anything in it.
    "INVALID_SIGNATURE": _NOT_FOUND,
    "MISSING_AUTHENTICATION_TOKEN": _NOT_FOUND,
    "QUOTA_EXCEEDED": _THROTTLED,
    "REQUEST_TOO_LARGE": Problem(413, "too-large", "Content Too Large", "The body is too large."),
    "RESOURCE_NOT_FOUND": _NOT_FOUND,
    "THROTTLED": _THROTTLED,
    "UNAUTHORIZED": _NOT_SIGNED_IN,
    "UNSUPPORTED_MEDIA_TYPE": Problem(
        415,
        "unsupported-media-type",
        "Unsupported Media Type",
        "The body is not in a format that this route takes.",
    ),
    "WAF_FILTERED": _FORBIDDEN,
}


class GatewayResponses(Construct):
    """A gateway response for each type, as `responses`. `fingerprint` changes when any of them does."""

    def __init__(self, scope: Construct, id: str, *, api_id: str, origin: str) -> None:
        super().__init__(scope, id)
        self.responses = [
            ApiGatewayGatewayResponse(
                self,
                response_type.lower().replace("_", "-"),
                rest_api_id=api_id,
                response_type=response_type,
                status_code=str(problem.status),
                # API Gateway chooses the template by this key; the header says what the body really is.
                response_templates={"application/json": problem.template()},
                response_parameters=problem.headers(origin),
            )
            for response_type, problem in PROBLEMS.items()
        ]
        self.fingerprint = json.dumps(
            {kind: [problem.template(), problem.headers(origin)] for kind, problem in PROBLEMS.items()}
        )
