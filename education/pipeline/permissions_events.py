"""What the pipeline may do with what happens afterwards: the event bus, and the streams that functions read."""

from education.pipeline.permission import Permission, Reach, actions


def event_permissions(reach: Reach) -> list[Permission]:
    """The bus, found by its name, and event source mappings, found by the function that they belong to.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
    """
    own_functions = {"ArnLike": {"lambda:FunctionArn": reach.named("lambda", "function:")}}
    # One that is being deleted has no function any more, and the provider waits until it is gone.
    own_or_gone = {"ArnLikeIfExists": {"lambda:FunctionArn": reach.named("lambda", "function:")}}
    mappings = reach.arn("lambda", "event-source-mapping:*")
    return [
        Permission(
            "EventBus",
            reach.named("events", "event-bus/"),
            reads=actions("events", "DescribeEventBus ListTagsForResource"),
            writes=actions(
                "events", "CreateEventBus UpdateEventBus DeleteEventBus TagResource UntagResource"
            ),
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
            reason="a mapping's ARN holds its id; the function that it is for is checked instead",
        ),
        Permission(
            "StreamSourceTagging",
            [mappings],
            writes=actions("lambda", "TagResource"),
            conditions=reach.tagging(),
            reason="a mapping's ARN holds its id; the tags that it gets are checked instead",
        ),
        Permission(
            "StreamSourceTags",
            [mappings],
            reads=actions("lambda", "ListTags"),
            writes=actions("lambda", "TagResource UntagResource"),
            conditions=reach.tagged(),
            read_conditions=reach.tagged(),
            reason="a mapping's ARN holds its id; its tags are checked instead",
        ),
    ]
