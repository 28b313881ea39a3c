"""The alarm on people who signed in and could not be noted."""

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from constructs import Construct

from education.environment import Environment
from education.monitoring.alarm import make_alarm
from education.monitoring.alert_topic import AlertTopic

# The metric in which the sign-in trigger counts the people it failed to note: lambda_src/toolkit/log.py and
# lambda_src/identity_triggers/handler.py.
NAMESPACE = "Education"
NOT_NOTED = "ArrivalsNotNoted"


class SignInAlarm(Construct):
    """The alarm, as `alarm`, that rings when the sign-in trigger cannot note who signs in.

    `trigger` is the name of the function. Sign-in still succeeds, so no user reports the failure.
    """

    def __init__(
        self, scope: Construct, id: str, *, env: Environment, alerts: AlertTopic, trigger: str
    ) -> None:
        super().__init__(scope, id)
        self.alarm: CloudwatchMetricAlarm = make_alarm(
            self,
            "alarm",
            env=env,
            alerts=alerts,
            what="arrivals-not-noted",
            description=f"{trigger} could not note a sign-in: its log group says why.",
            namespace=NAMESPACE,
            metric_name=NOT_NOTED,
            dimensions={"FunctionName": trigger},
            statistic="Sum",
            period=300,
            threshold=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
        )
