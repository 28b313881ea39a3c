"""The permissions boundary: the most that any role of the platform can ever do, whatever its own policy says.

Every role that the pipeline makes must have it, so an attacker who controls the pipeline cannot make a stronger role.
It covers what all functions need; each function's own policy is narrower (`education/functions/`). It also allows a few
actions that no function is granted: BatchWriteItem, s3:GetObject and PutMetricData.
"""

from typing import Any

from education.naming import FORMER_SIGNING_KEY, PACKAGE_KEYS, PROJECT
from education.pipeline.permission import actions
from education.pipeline.resource_scope import ResourceScope

# What functions may do with their resources. A test checks that every grant in the synthesized stacks is covered.
TABLE_ACTIONS = (
    "BatchGetItem BatchWriteItem ConditionCheckItem DeleteItem GetItem PutItem Query Scan UpdateItem "
    "DescribeStream GetRecords GetShardIterator"
)
FILE_ACTIONS = (
    "GetObject GetObjectVersion PutObject DeleteObject DeleteObjectVersion "
    "AbortMultipartUpload ListMultipartUploadParts"
)
USER_ACTIONS = (
    "AdminAddUserToGroup AdminDeleteUser AdminGetUser AdminListGroupsForUser AdminRemoveUserFromGroup "
    "AdminUserGlobalSignOut ListUsers ListUsersInGroup"
)


def boundary_statements(scope: ResourceScope, *, former_signing_keys: bool) -> list[dict[str, Any]]:
    """The boundary's statements: only these actions are allowed, and only on this platform's resources.

    `former_signing_keys` is the setting `content.former_signing_keys`.
    """
    tables = scope.named("dynamodb", "table/")
    return [
        _allow(
            "Tables",
            actions("dynamodb", TABLE_ACTIONS),
            [*tables, *(f"{table}/index/*" for table in tables), *(f"{table}/stream/*" for table in tables)],
        ),
        # It has no resource type, and lists names only.
        _allow("StreamList", actions("dynamodb", "ListStreams"), ["*"]),
        _allow(
            "Files",
            actions("s3", FILE_ACTIONS),
            [f"{bucket}/*" for bucket in scope.buckets()],
        ),
        _allow(
            "FileVersions",
            actions("s3", "ListBucket ListBucketVersions ListBucketMultipartUploads"),
            scope.buckets(),
        ),
        # The uploads function calls the one that unpacks packages.
        _allow(
            "Unpacking",
            actions("lambda", "InvokeFunction"),
            scope.arns("lambda", f"function:{PROJECT}-packages-{{s}}"),
        ),
        _allow("Users", actions("cognito-idp", USER_ACTIONS), [scope.arn("cognito-idp", "userpool/*")])
        | {"Condition": scope.tagged()},
        # The policies of the keys deny it to every role but the content function's.
        _allow("SignLinks", actions("kms", "Sign"), [scope.arn("kms", "key/*")])
        | {"Condition": {"StringEquals": {"kms:CallerAccount": scope.context.account_id}}},
        *(
            [
                _allow(
                    "SigningKey",
                    actions("secretsmanager", "GetSecretValue"),
                    scope.arns("secretsmanager", f"secret:{PROJECT}-{FORMER_SIGNING_KEY}-{{s}}-*"),
                )
            ]
            if former_signing_keys
            else []
        ),
        _allow(
            "PackageKeys",
            actions("secretsmanager", "GetSecretValue"),
            scope.arns("secretsmanager", f"secret:{PROJECT}-{PACKAGE_KEYS}-{{s}}-*"),
        ),
        _allow(
            "Logs",
            actions("logs", "CreateLogStream PutLogEvents"),
            [f"{group}:*" for group in scope.named("logs", "log-group:/aws/lambda/")],
        ),
        _allow("DeadLetters", actions("sqs", "SendMessage"), scope.named("sqs")),
        _allow("Events", actions("events", "PutEvents"), scope.named("events", "event-bus/")),
        # Services use the keys on behalf of the function that calls them. The function's boundary must allow this,
        # although the key's policy allows it already. A new key's tags may take five minutes to count, so the account
        # is checked: https://docs.aws.amazon.com/kms/latest/developerguide/abac.html
        _allow("Keys", actions("kms", "Decrypt Encrypt GenerateDataKey"), [scope.arn("kms", "key/*")])
        | {
            "Condition": {
                "StringEquals": {"kms:CallerAccount": scope.context.account_id},
                "Null": {"kms:ViaService": "false"},
            }
        },
        {
            # The first statement covers the lock table too: its name begins and ends as those of the platform's tables.
            "Sid": "NeverLocksOfStates",
            "Effect": "Deny",
            "Action": "dynamodb:*",
            "Resource": scope.arn("dynamodb", f"table/{PROJECT}-terraform-*"),
        },
        _allow("Traces", actions("xray", "PutTelemetryRecords PutTraceSegments"), ["*"]),
        _allow("Metrics", actions("cloudwatch", "PutMetricData"), ["*"])
        | {"Condition": {"StringEquals": {"cloudwatch:namespace": PROJECT.capitalize()}}},
    ]


def _allow(sid: str, allowed: list[str], resources: list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": allowed, "Resource": resources}
