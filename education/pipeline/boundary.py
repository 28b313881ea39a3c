"""The permissions boundary: the most that any role of the platform can ever do, whatever its own policy says.

Every role that the pipeline makes must carry it, so that a pipeline that somebody took over cannot make itself a
stronger role. It is the union of what functions need; each function's own policy is narrower (`functions.py`).
"""

from typing import Any

from education.naming import PROJECT, SIGNING_KEY
from education.pipeline.permission import Reach, actions

# What functions do with their resources. A test compares it with every grant in the synthesized stacks.
TABLE_ACTIONS = (
    "BatchGetItem BatchWriteItem ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem "
    "DescribeStream GetRecords GetShardIterator ListStreams"
)
USER_ACTIONS = (
    "AdminAddUserToGroup AdminDeleteUser AdminGetUser AdminListGroupsForUser AdminRemoveUserFromGroup "
    "AdminUserGlobalSignOut ListUsersInGroup"
)


def boundary_statements(reach: Reach) -> list[dict[str, Any]]:
    """The boundary's statements: allowed is only what stands here, on this platform's resources."""
    tables = reach.named("dynamodb", "table/")
    return [
        _allow(
            "Tables",
            actions("dynamodb", TABLE_ACTIONS),
            [*tables, *(f"{table}/index/*" for table in tables), *(f"{table}/stream/*" for table in tables)],
        ),
        _allow(
            "Files",
            actions("s3", "GetObject PutObject DeleteObject"),
            [f"{bucket}/*" for bucket in reach.buckets()],
        ),
        _allow("Users", actions("cognito-idp", USER_ACTIONS), [reach.arn("cognito-idp", "userpool/*")])
        | {"Condition": reach.tagged()},
        _allow(
            "SigningKey",
            actions("secretsmanager", "GetSecretValue"),
            reach.arns("secretsmanager", f"secret:{PROJECT}-{SIGNING_KEY}-{{s}}-*"),
        ),
        _allow(
            "Logs",
            actions("logs", "CreateLogStream PutLogEvents"),
            [f"{group}:*" for group in reach.named("logs", "log-group:/aws/lambda/")],
        ),
        _allow("DeadLetters", actions("sqs", "SendMessage"), reach.named("sqs")),
        _allow("Events", actions("events", "PutEvents"), reach.named("events", "event-bus/")),
        # Services use the keys on behalf of their caller, whose boundary counts although the key's policy allows it.
        _allow("Keys", actions("kms", "Decrypt Encrypt GenerateDataKey"), [reach.arn("kms", "key/*")])
        | {"Condition": reach.tagged() | {"Null": {"kms:ViaService": "false"}}},
        {
            # The lock table's name begins and ends as those of the platform's tables do.
            "Sid": "NeverLocksOfStates",
            "Effect": "Deny",
            "Action": "dynamodb:*",
            "Resource": reach.arn("dynamodb", f"table/{PROJECT}-terraform-*"),
        },
        _allow("Traces", actions("xray", "PutTelemetryRecords PutTraceSegments"), ["*"]),
        _allow("Metrics", actions("cloudwatch", "PutMetricData"), ["*"])
        | {"Condition": {"StringEquals": {"cloudwatch:namespace": PROJECT.capitalize()}}},
    ]


def _allow(sid: str, allowed: list[str], resources: list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": allowed, "Resource": resources}
