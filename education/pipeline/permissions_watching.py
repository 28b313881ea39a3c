"""What the pipeline may do with what watches: log groups, alarms, dashboard, alert topic and queues."""

from education.pipeline.permission import Permission, Reach, actions


def watching_permissions(reach: Reach) -> list[Permission]:
    """Log groups, dashboard and queues, found by name; one list cannot be narrowed to them."""
    log_groups = [
        *reach.named("logs", "log-group:/aws/lambda/"),
        *reach.named("logs", "log-group:/aws/apigateway/"),
    ]
    return [
        Permission(
            "LogGroups",
            [arn for group in log_groups for arn in (group, f"{group}:*")],
            reads=actions("logs", "ListTagsForResource"),
            writes=actions(
                "logs",
                "CreateLogGroup DeleteLogGroup PutRetentionPolicy AssociateKmsKey TagResource UntagResource",
            ),
        ),
        Permission(
            "LogGroupList",
            [reach.arn("logs", "log-group:*")],
            reads=actions("logs", "DescribeLogGroups"),
            reason="DescribeLogGroups is a list; it is limited to this account and region",
        ),
        Permission(
            "Dashboard",
            reach.named("cloudwatch", "dashboard/", region=""),
            reads=actions("cloudwatch", "GetDashboard"),
            writes=actions("cloudwatch", "PutDashboard DeleteDashboards"),
        ),
        Permission(
            "Queues",
            reach.named("sqs"),
            reads=actions("sqs", "GetQueueAttributes ListQueueTags"),
            writes=actions("sqs", "CreateQueue SetQueueAttributes DeleteQueue TagQueue UntagQueue"),
        ),
    ]


def alarm_permissions(reach: Reach) -> list[Permission]:
    """Alarms and the topic that they notify."""
    return [
        Permission(
            "Alarms",
            reach.named("cloudwatch", "alarm:"),
            reads=actions("cloudwatch", "DescribeAlarms ListTagsForResource"),
            writes=actions("cloudwatch", "PutMetricAlarm DeleteAlarms TagResource UntagResource"),
        ),
        Permission(
            "Topics",
            reach.named("sns"),
            reads=actions("sns", "GetTopicAttributes ListTagsForResource"),
            writes=actions(
                "sns",
                "CreateTopic SetTopicAttributes DeleteTopic Subscribe Publish TagResource UntagResource",
            ),
        ),
        Permission(
            "Subscriptions",
            # SNS decides by the topic; its reference also knows the subscription's own ARN, which the topic's begins.
            [arn for topic in reach.named("sns") for arn in (topic, f"{topic}:*")],
            reads=actions("sns", "GetSubscriptionAttributes"),
            writes=actions("sns", "Unsubscribe"),
        ),
    ]
