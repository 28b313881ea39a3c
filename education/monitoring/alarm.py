"""One alarm: the defaults that all alarms of the platform share."""

from typing import Any

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from constructs import Construct

from education.environment import Environment
from education.monitoring.alert_topic import AlertTopic


def make_alarm(
    scope: Construct,
    id: str,
    *,
    env: Environment,
    alerts: AlertTopic,
    what: str,
    description: str,
    evaluation_periods: int = 3,
    datapoints_to_alarm: int = 1,
    provider: TerraformProvider | None = None,
    **condition: Any,
) -> CloudwatchMetricAlarm:
    """Make the alarm `education-<what>-<suffix>`, which tells the subscribers when it starts and when it ends.

    `condition` is the metric and its limit, in the words of `CloudwatchMetricAlarm`. No data means no failure, since
    nothing happens at night. `provider` is for another region than the stack's, which must be that of `alerts`.

    Services send their metrics late: CloudFront and SQS by minutes, and others when they are busy. So every alarm looks
    back over more periods than must be bad ("M out of N"), and a value that arrives after its period still counts:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
    """
    if datapoints_to_alarm >= evaluation_periods:
        raise ValueError(
            f"{what}: {datapoints_to_alarm} of {evaluation_periods} periods has no room for late data"
        )
    return CloudwatchMetricAlarm(
        scope,
        id,
        alarm_name=env.names.of(what),
        alarm_description=description,
        evaluation_periods=evaluation_periods,
        datapoints_to_alarm=datapoints_to_alarm,
        treat_missing_data="notBreaching",
        alarm_actions=[alerts.arn],
        ok_actions=[alerts.arn],
        provider=provider,
        **condition,
    )
