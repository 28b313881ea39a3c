"""What the pipeline may do with monitoring: log groups, alarms, the dashboard, the alert topic and queues."""

from education.pipeline.permission import Permission, actions
from education.pipeline.resource_scope import ResourceScope


def monitoring_permissions(scope: ResourceScope) -> list[Permission]:
    """Log groups, dashboard and queues, by their names; only the list of log groups cannot be limited to them."""
    log_groups = [
        *scope.named("logs", "log-group:/aws/lambda/"),
        *scope.named("logs", "log-group:/aws/apigateway/"),
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
            ["*"],
            reads=actions("logs", "DescribeLogGroups"),
            reason="DescribeLogGroups has no resource type; it lists names and settings, and no log",
        ),
        Permission(
            "Dashboard",
            scope.named("cloudwatch", "dashboard/", region=""),
            reads=actions("cloudwatch", "GetDashboard"),
            writes=actions("cloudwatch", "PutDashboard DeleteDashboards"),
        ),
        Permission(
            "Queues",
            scope.named("sqs"),
            reads=actions("sqs", "GetQueueAttributes ListQueueTags"),
            writes=actions("sqs", "CreateQueue SetQueueAttributes DeleteQueue TagQueue UntagQueue"),
        ),
    ]


def alarm_permissions(scope: ResourceScope) -> list[Permission]:
    """Alarms and the topic that they notify."""
    return [
        Permission(
            "Alarms",
            scope.named("cloudwatch", "alarm:"),
            reads=actions("cloudwatch", "DescribeAlarms ListTagsForResource"),
            writes=actions("cloudwatch", "PutMetricAlarm DeleteAlarms TagResource UntagResource"),
        ),
        Permission(
            "Topics",
            scope.named("sns"),
            reads=actions("sns", "GetTopicAttributes ListTagsForResource"),
            writes=actions(
                "sns",
                "CreateTopic SetTopicAttributes DeleteTopic Subscribe Publish TagResource UntagResource",
            ),
        ),
        Permission(
            "Subscriptions",
            # SNS checks the topic. Its reference also allows the subscription's own ARN, which begins with the topic's.
            [arn for topic in scope.named("sns") for arn in (topic, f"{topic}:*")],
            reads=actions("sns", "GetSubscriptionAttributes"),
            writes=actions("sns", "Unsubscribe"),
        ),
    ]
