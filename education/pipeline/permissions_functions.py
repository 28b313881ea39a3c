"""What the pipeline may do with functions, their roles, the event bus, and the mappings of streams to functions."""

from education.naming import PROJECT
from education.pipeline.permission import Permission, actions
from education.pipeline.resource_scope import ResourceScope

FUNCTION_ROLE = f"role/{PROJECT}-*-function-{{s}}"


def function_permissions(scope: ResourceScope, *, boundary_arn: str) -> list[Permission]:
    """Functions, their code, and the roles that they run under, which must have the permissions boundary."""
    code = scope.buckets("code")
    roles = scope.arns("iam", FUNCTION_ROLE, region="")
    bounded = {"StringEquals": {"iam:PermissionsBoundary": boundary_arn}}
    return [
        Permission(
            "FunctionRoles",
            roles,
            reads=actions("iam", "GetRole GetRolePolicy ListRolePolicies ListAttachedRolePolicies"),
            writes=actions(
                "iam", "DeleteRole DeleteRolePolicy ListInstanceProfilesForRole TagRole UntagRole UpdateRole"
            ),
        ),
        Permission(
            "BoundedFunctionRoles",
            roles,
            writes=actions("iam", "CreateRole PutRolePolicy PutRolePermissionsBoundary"),
            conditions=bounded,
        ),
        Permission(
            "RolesOfFunctions",
            roles,
            writes=actions("iam", "PassRole"),
            conditions={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
        ),
        Permission(
            "Functions",
            scope.named("lambda", "function:"),
            reads=actions(
                "lambda",
                "GetFunction GetFunctionConfiguration GetFunctionCodeSigningConfig ListVersionsByFunction "
                "GetPolicy GetFunctionEventInvokeConfig ListTags",
            ),
            writes=actions(
                "lambda",
                "CreateFunction UpdateFunctionCode UpdateFunctionConfiguration DeleteFunction "
                "AddPermission RemovePermission PutFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig "
                "DeleteFunctionEventInvokeConfig TagResource UntagResource",
            ),
        ),
        # Lambda reads a zip with the permissions of the role that deploys it:
        # https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html
        Permission(
            "Code",
            [f"{bucket}/*" for bucket in code],
            reads=actions("s3", "GetObject GetObjectTagging"),
            writes=actions("s3", "PutObject PutObjectTagging DeleteObject DeleteObjectVersion"),
        ),
        # Terraform deletes a zip with all its versions.
        Permission("CodeVersions", code, writes=actions("s3", "ListBucketVersions")),
    ]


def event_permissions(scope: ResourceScope) -> list[Permission]:
    """The event bus and schedules, by their names, and event source mappings, by the function that they belong to.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
    """
    own_functions = {"ArnLike": {"lambda:FunctionArn": scope.named("lambda", "function:")}}
    # A mapping that is being deleted has no function any more, and the provider waits until the mapping is gone.
    own_or_gone = {"ArnLikeIfExists": {"lambda:FunctionArn": scope.named("lambda", "function:")}}
    mappings = scope.arn("lambda", "event-source-mapping:*")
    return [
        Permission(
            "EventBus",
            scope.named("events", "event-bus/"),
            reads=actions("events", "DescribeEventBus ListTagsForResource"),
            writes=actions(
                "events", "CreateEventBus UpdateEventBus DeleteEventBus TagResource UntagResource"
            ),
        ),
        Permission(
            "Schedules",
            scope.named("events", "rule/"),
            reads=actions("events", "DescribeRule ListTargetsByRule ListTagsForResource"),
            writes=actions("events", "PutRule DeleteRule PutTargets RemoveTargets TagResource UntagResource"),
        ),
        Permission(
            "StreamSourceCreation",
            ["*"],
            writes=actions("lambda", "CreateEventSourceMapping"),
            conditions=own_functions,
            reason="a new mapping has no id yet; the function that it is for is checked instead",
        ),
        Permission(
            "StreamSources",
            [mappings],
            reads=actions("lambda", "GetEventSourceMapping"),
            writes=actions("lambda", "UpdateEventSourceMapping DeleteEventSourceMapping"),
            conditions=own_functions,
            read_conditions=own_or_gone,
            reason="a mapping's ARN has its id; the function that it is for is checked instead",
        ),
        Permission(
            "StreamSourceTagging",
            [mappings],
            writes=actions("lambda", "TagResource"),
            conditions=scope.tagging(),
            reason="a mapping's ARN has its id; the tags that it gets are checked instead",
        ),
        Permission(
            "StreamSourceTags",
            [mappings],
            reads=actions("lambda", "ListTags"),
            writes=actions("lambda", "TagResource UntagResource"),
            conditions=scope.tagged(),
            read_conditions=scope.tagged(),
            reason="a mapping's ARN has its id; its tags are checked instead",
        ),
    ]
