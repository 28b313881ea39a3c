"""Error answers of AWS services for throttling and internal errors, as their API references describe them."""

import json
from collections.abc import Mapping
from typing import Any

# The error code for throttling of each service that the platform uses.
THROTTLED: Mapping[str, str] = {
    "cognito-idp": "TooManyRequestsException",
    "dynamodb": "ProvisionedThroughputExceededException",
    "events": "ThrottlingException",
    "kms": "ThrottlingException",
    "s3": "SlowDown",
    "sqs": "ThrottlingException",
}


def refusal(service: str, throttled: str | None) -> tuple[int, Mapping[str, str], bytes]:
    """The error answer of a service: the throttling code `throttled`, or an internal error if that is None."""
    code = throttled or ("InternalError" if service == "s3" else "InternalServerError")
    if service == "s3":
        text = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>Not now.</Message></Error>"
        return 503 if throttled else 500, {"Content-Type": "application/xml"}, text.encode()
    body = json.dumps({"__type": f"com.amazonaws.{service}#{code}", "message": "Not now."})
    return 400 if throttled else 500, {"Content-Type": "application/x-amz-json-1.0"}, body.encode()


def conflict(request: Mapping[str, Any]) -> tuple[int, Mapping[str, str], bytes]:
    """The answer of DynamoDB to a write of an item that another transaction is writing."""
    code, more = "TransactionConflictException", dict[str, Any]()
    if "TransactItems" in request:
        code = "TransactionCanceledException"
        others = [{"Code": "None"}] * (len(request["TransactItems"]) - 1)
        more = {"CancellationReasons": [{"Code": "TransactionConflict"}, *others]}
    body = json.dumps({"__type": f"com.amazonaws.dynamodb#{code}", "Message": "Not now.", **more})
    return 400, {"Content-Type": "application/x-amz-json-1.0"}, body.encode()
