"""The permissions that a call to AWS needs, as pairs of an IAM action and the resource part of an ARN.

The source is the Service Authorization Reference. A transaction needs the permissions of all its parts.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote

from tests.integration.support.aws_proxy import AwsCall

Pair = tuple[str, str]

_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


def used(call: AwsCall) -> Iterator[Pair]:
    """Yield the permissions that a call needs."""
    service, _, operation = call.operation.partition(":")
    request = call.request
    match service:
        case "dynamodb":
            yield from _of_tables(operation, request)
        case "s3":
            yield call.operation, unquote(call.path.partition("?")[0]).lstrip("/")
        case "kms":
            yield call.operation, resource_part(request["KeyId"])
        case "secretsmanager":
            yield call.operation, resource_part(request["SecretId"])
        case "lambda":
            yield call.operation, f"function:{call.path.split('/')[3]}"
        case "cognito-idp":
            yield call.operation, f"userpool/{request['UserPoolId']}"
        case "sqs":
            yield call.operation, request["QueueUrl"].rpartition("/")[2]
        case "events":
            for entry in request["Entries"]:
                yield call.operation, f"event-bus/{entry['EventBusName']}"
        case _:
            raise AssertionError(f"say here what {call.operation} needs")


def granted(statements: Iterable[Mapping[str, Any]]) -> Iterator[Pair]:
    """Yield the permissions that statements of policies allow: every action with every resource."""
    for statement in statements:
        assert statement["Effect"] == "Allow"
        for action in _listed(statement["Action"]):
            for resource in _listed(statement["Resource"]):
                yield action, resource_part(resource)


def covers(grant: Pair, use: Pair) -> bool:
    """Whether a granted permission allows a used one."""
    return grant[0] == use[0] and fnmatchcase(use[1], grant[1])


def resource_part(arn: str) -> str:
    """The part of an ARN after partition, service, region and account. Another text is returned unchanged."""
    return arn.split(":", 5)[5] if arn.startswith("arn:") else arn


def _of_tables(operation: str, request: Mapping[str, Any]) -> Iterator[Pair]:
    if operation == "TransactWriteItems":
        for part in request["TransactItems"]:
            ((kind, write),) = part.items()
            yield f"dynamodb:{_TRANSACTION[kind]}", f"table/{write['TableName']}"
    elif operation in ("BatchGetItem", "BatchWriteItem"):
        for table in request["RequestItems"]:
            yield f"dynamodb:{operation}", f"table/{table}"
    else:
        index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
        yield f"dynamodb:{operation}", f"table/{request['TableName']}{index}"


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
