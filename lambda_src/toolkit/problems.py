"""The one place where exceptions become answers: RFC 9457 problem documents.

Rules raise toolkit.errors, and calls of AWS raise botocore's errors. Everything else is a defect. The
answer has a fixed text per kind, so no AWS error, table name or stack trace can leak.
"""

from typing import Any

from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from toolkit import log, texts
from toolkit.dynamo import cancellation_reasons
from toolkit.errors import LONGEST_NAME, RequestError, Unavailable

CONTENT_TYPE = "application/problem+json"
_TYPE_PREFIX = "urn:education:problem:"
# Callers decide how many faults a request has and how long the names in it are, but not how long the answer is.
MOST_FAULTS = 20
_LONGEST_MESSAGE = 300
_LONGEST_DETAIL = 500

_BUSY_CODES = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
_BUSY_REASONS = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"})


def as_request_error(error: Exception) -> RequestError:
    """The error as a RequestError; its status is 500 for a defect."""
    if isinstance(error, RequestError):
        return error
    if is_dependency_failure(error):
        return Unavailable()
    return RequestError("Something went wrong on our side.")


def is_dependency_failure(error: Exception) -> bool:
    """Whether an AWS service is throttling, failing, too slow or not reachable.

    Refusals that would repeat (access denied, invalid input) do not count: they are defects of this platform.
    """
    if isinstance(error, ClientError):
        if error.response["Error"].get("Code") in _BUSY_CODES:
            return True
        if _BUSY_REASONS.intersection(cancellation_reasons(error)):
            return True
        return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500
    return isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError | ResponseParserError)


def document(error: RequestError, request_id: str) -> dict[str, Any]:
    """The problem document of an error: at most MOST_FAULTS faults, and what it repeats of the request is short."""
    detail = texts.excerpt(error.detail or error.title, _LONGEST_DETAIL)
    if len(error.errors) > MOST_FAULTS:
        detail += f" {len(error.errors) - MOST_FAULTS} more faults are not listed."
    problem: dict[str, Any] = {
        "type": _TYPE_PREFIX + error.code,
        "title": error.title,
        "status": error.status,
        "detail": detail,
        "requestId": request_id,
        **error.members,
    }
    if error.errors:
        problem["errors"] = [
            {
                "field": texts.excerpt(wrong.field, LONGEST_NAME),
                "message": texts.excerpt(wrong.message, _LONGEST_MESSAGE),
            }
            for wrong in error.errors[:MOST_FAULTS]
        ]
    return problem


def report(error: Exception, answer: RequestError, request_id: str, operation: str) -> None:
    """Log a failure that an operator should look at, i.e. an answer of 5xx, without what the caller sent."""
    if answer.status < 500:
        return
    fields: dict[str, object] = {"requestId": request_id, "operation": operation, "where": log.where(error)}
    if isinstance(error, ClientError):
        fields["awsOperation"] = error.operation_name
        fields["awsCode"] = error.response["Error"].get("Code")
    log.write("WARNING" if answer.status == 503 else "ERROR", "request failed", **fields)
