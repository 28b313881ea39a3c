"""The words in which AWS services refuse: too busy, or broken. Taken from the services' API references."""

import json
from collections.abc import Mapping
from typing import Any

# What each service that the platform uses says when it is asked too often.
THROTTLED: Mapping[str, str] = {
    "cognito-idp": "TooManyRequestsException",
    "dynamodb": "ProvisionedThroughputExceededException",
    "events": "ThrottlingException",
    "s3": "SlowDown",
    "secretsmanager": "ThrottlingException",
    "sqs": "ThrottlingException",
}


def refusal(service: str, throttled: str | None) -> tuple[int, Mapping[str, str], bytes]:
    """An answer of a service: its own code for being asked too often, or an internal error without one."""
    code = throttled or ("InternalError" if service == "s3" else "InternalServerError")
    if service == "s3":
        text = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>Not now.</Message></Error>"
        return 503 if throttled else 500, {"Content-Type": "application/xml"}, text.encode()
    body = json.dumps({"__type": f"com.amazonaws.{service}#{code}", "message": "Not now."})
    return 400 if throttled else 500, {"Content-Type": "application/x-amz-json-1.0"}, body.encode()


def conflict(request: Mapping[str, Any]) -> tuple[int, Mapping[str, str], bytes]:
    """DynamoDB's answer to a write of an item that a transaction is at work on."""
    code, more = "TransactionConflictException", dict[str, Any]()
    if "TransactItems" in request:
        code = "TransactionCanceledException"
        others = [{"Code": "None"}] * (len(request["TransactItems"]) - 1)
        more = {"CancellationReasons": [{"Code": "TransactionConflict"}, *others]}
    body = json.dumps({"__type": f"com.amazonaws.dynamodb#{code}", "Message": "Not now.", **more})
    return 400, {"Content-Type": "application/x-amz-json-1.0"}, body.encode()
