"""The topic of alerts: alarms publish to it, and the environment's e-mail subscribers get the messages.

Subscribers confirm by e-mail; until then AWS sends them nothing.
"""

from collections.abc import Mapping

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from education.encryption import CustomerKey
from education.environment import Environment
from education.iam import policy_document


class AlertTopic(Construct):
    """The encrypted topic `education-alerts-<suffix>`; alarms of this account may publish to it."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        key: CustomerKey | KmsKey,
        provider: TerraformProvider | None = None,
    ) -> None:
        """`key` must let CloudWatch and SNS use it; `provider` is for another region than the stack's."""
        super().__init__(scope, id)
        topic = SnsTopic(
            self,
            "topic",
            name=env.names.of("alerts"),
            display_name=f"Education platform alerts ({env.settings.environment_suffix})",
            kms_master_key_id=key.arn,
            provider=provider,
        )
        SnsTopicPolicy(
            self,
            "policy",
            arn=topic.arn,
            policy=policy_document(
                [
                    {
                        "Sid": "PublishAlarms",
                        "Effect": "Allow",
                        "Principal": {"Service": "cloudwatch.amazonaws.com"},
                        "Action": "sns:Publish",
                        "Resource": topic.arn,
                        "Condition": {"StringEquals": {"aws:SourceAccount": env.aws.account_id}},
                    }
                ]
            ),
            provider=provider,
        )
        for address in env.settings.monitoring.alert_emails:
            SnsTopicSubscription(
                self,
                f"subscriber-{address}",
                topic_arn=topic.arn,
                protocol="email",
                endpoint=address,
                provider=provider,
            )
        self.arn: str = topic.arn
        self.outputs: Mapping[str, str] = {"alert_topic_arn": topic.arn}
