"""The alarm on CloudFront's errors, which must live in us-east-1 whatever the stack's region.

CloudFront reports its metrics there only, and an alarm can neither watch a metric of another region nor
notify a topic of one. In any other region the alarm therefore gets a topic and a key of its own in us-east-1.
"""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from education.environment import Environment
from education.iam import policy_document
from education.monitoring.alert_topic import AlertTopic

EDGE_REGION = "us-east-1"
ERROR_RATE_PERCENT = 5


class EdgeAlarms(Construct):
    """`provider` is one for us-east-1, or None where the stack itself is there."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        topic_arn: str,
        distribution_id: str,
        provider: TerraformProvider | None,
    ) -> None:
        super().__init__(scope, id)
        if provider is not None:
            topic_arn = AlertTopic(
                self,
                "alerts",
                env=env,
                key_arn=_key(self, env, provider),
                provider=provider,
            ).arn
        alarm = CloudwatchMetricAlarm(
            self,
            "errors",
            alarm_name=env.names.of("content-5xx"),
            alarm_description=f"CloudFront answers over {ERROR_RATE_PERCENT} % of requests for course files with 5xx.",
            namespace="AWS/CloudFront",
            metric_name="5xxErrorRate",
            dimensions={"DistributionId": distribution_id, "Region": "Global"},
            statistic="Average",
            comparison_operator="GreaterThanThreshold",
            threshold=ERROR_RATE_PERCENT,
            period=300,
            evaluation_periods=3,
            datapoints_to_alarm=2,
            treat_missing_data="notBreaching",
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
            provider=provider,
        )
        self.alarm_arn: str = alarm.arn


def _key(
    scope: Construct,
    env: Environment,
    provider: TerraformProvider,
) -> str:
    """A key for the topic: AWS's own SNS key lets no alarm publish."""
    return KmsKey(
        scope,
        "key",
        description=f"Encrypts {env.names.of('alerts')} in {EDGE_REGION}",
        enable_key_rotation=True,
        deletion_window_in_days=30 if env.settings.protect_data else 7,
        policy=policy_document(
            [
                {
                    "Sid": "AccountAdministersThroughIam",
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:{env.aws.partition}:iam::{env.aws.account_id}:root"},
                    "Action": "kms:*",
                    "Resource": "*",
                },
                {
                    "Sid": "EncryptAlerts",
                    "Effect": "Allow",
                    "Principal": {"Service": ["cloudwatch.amazonaws.com", "sns.amazonaws.com"]},
                    "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
                    "Resource": "*",
                    "Condition": {"StringEquals": {"aws:SourceAccount": env.aws.account_id}},
                },
            ]
        ),
        provider=provider,
    ).arn
