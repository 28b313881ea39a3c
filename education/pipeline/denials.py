"""What no role of the pipeline may do, whatever is attached to it later.

The roles cannot give themselves more permissions, nor touch the states of other environments or the account's audit
trail.
"""

from typing import Any

from education.naming import PROJECT
from education.pipeline.permission import actions
from education.pipeline.resource_scope import ResourceScope


def denials(scope: ResourceScope, *, state_bucket_arn: str, lock_table_arn: str) -> list[dict[str, Any]]:
    """The statements, which every role of the pipeline gets."""
    return [
        {
            "Sid": "NeverOwnRolesOrPolicies",
            "Effect": "Deny",
            "NotAction": actions("iam", "Get* List*"),
            "Resource": [
                *(
                    scope.arn("iam", f"role/{PROJECT}-{role}-*", region="")
                    for role in ("deploy", "plan", "pipeline", "test")
                ),
                *(
                    scope.arn("iam", f"policy/{PROJECT}-{policy}-*", region="")
                    for policy in ("boundary", "deploy", "plan", "test")
                ),
                scope.arn("iam", "oidc-provider/*", region=""),
            ],
        },
        {
            "Sid": "NeverWithoutBoundary",
            "Effect": "Deny",
            "Action": "iam:DeleteRolePermissionsBoundary",
            "Resource": "*",
        },
        {
            "Sid": "NeverOtherStates",
            "Effect": "Deny",
            "Action": actions("s3", "GetObject* PutObject* DeleteObject*"),
            "NotResource": [
                *(f"{state_bucket_arn}/{suffix}/*" for suffix in scope.suffixes),
                *(f"{bucket}/*" for bucket in scope.buckets()),
            ],
        },
        {
            # The permissions on the platform's tables cover this table too: its name begins and ends as theirs.
            "Sid": "NeverTheLockTable",
            "Effect": "Deny",
            "NotAction": actions("dynamodb", "GetItem PutItem DeleteItem"),
            "Resource": lock_table_arn,
        },
        {
            "Sid": "NeverTheAuditTrail",
            "Effect": "Deny",
            "Action": "cloudtrail:*",
            "Resource": "*",
        },
    ]
