"""What tells people that something is wrong (alarms) and where to look (the dashboard).

The alarms of one function are made with the function (`python_function`), that of CloudFront in `edge_alarms`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from constructs import Construct

from education.environment import Environment
from education.functions.dead_letters import DeadLetters
from education.monitoring.alert_topic import AlertTopic
from education.monitoring.dashboard import Watched, dashboard_body
from education.monitoring.edge_alarms import EdgeAlarms

__all__ = ["AlertTopic", "DeadLetters", "Monitoring"]

FIVE_MINUTES = 300
INDEX = "GlobalSecondaryIndexName"


class Monitoring(Construct):
    """Alarms on the API, the tables, the dead letters and the distribution; a dashboard of the whole."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        topic_arn: str,
        api_name: str,
        stage_name: str,
        functions: Mapping[str, str],
        tables: Mapping[str, str],
        indexes: Mapping[str, Sequence[str]],
        dead_letter_queues: Mapping[str, str],
        distribution_id: str,
        function_alarm_arns: Sequence[str] = (),
        edge_provider: TerraformProvider | None = None,
    ) -> None:
        """`functions`, `tables` and `dead_letter_queues` map a short label (`catalog`) to the resource's name.

        `indexes` maps a table's label to the names of its indexes. `edge_provider` is a provider for us-east-1,
        needed where the stack is in another region.
        """
        super().__init__(scope, id)
        self._env = env
        self._shared: dict[str, Any] = {
            "treat_missing_data": "notBreaching",
            "alarm_actions": [topic_arn],
            "ok_actions": [topic_arn],
        }
        self._alarm_arns: list[str] = []
        self._api_alarms({"ApiName": api_name, "Stage": stage_name})
        for label, table_name in tables.items():
            self._throttle_alarm(label, table_name, indexes.get(label, ()))
        for label, queue_name in dead_letter_queues.items():
            self._dead_letter_alarm(label, queue_name)
        edge = EdgeAlarms(
            self,
            "edge",
            env=env,
            topic_arn=topic_arn,
            distribution_id=distribution_id,
            provider=edge_provider,
        )
        watched = Watched(
            region=env.aws.region,
            api_name=api_name,
            stage_name=stage_name,
            functions=functions,
            tables=tables,
            dead_letter_queues=dead_letter_queues,
            distribution_id=distribution_id,
            alarm_arns=[*self._alarm_arns, edge.alarm_arn, *function_alarm_arns],
            api_latency_p99_ms=env.settings.monitoring.api_latency_p99_ms,
        )
        dashboard = CloudwatchDashboard(
            self,
            "dashboard",
            dashboard_name=env.names.of("platform"),
            dashboard_body=json.dumps(dashboard_body(watched)),
        )
        self.dashboard_name: str = dashboard.dashboard_name

    def _alarm(self, what: str, description: str, **definition: Any) -> None:
        alarm = CloudwatchMetricAlarm(
            self,
            what,
            alarm_name=self._env.names.of(what),
            alarm_description=description,
            **self._shared,
            **definition,
        )
        self._alarm_arns.append(alarm.arn)

    def _api_alarms(self, dimensions: Mapping[str, str]) -> None:
        limits = self._env.settings.monitoring
        self._alarm(
            "api-5xx",
            f"The API failed {limits.api_5xx_count} requests or more in five minutes: see the functions' logs.",
            namespace="AWS/ApiGateway",
            metric_name="5XXError",
            dimensions=dimensions,
            statistic="Sum",
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=limits.api_5xx_count,
            period=FIVE_MINUTES,
            evaluation_periods=1,
        )
        self._alarm(
            "api-latency",
            f"One API request in a hundred takes over {limits.api_latency_p99_ms} ms.",
            namespace="AWS/ApiGateway",
            metric_name="Latency",
            dimensions=dimensions,
            extended_statistic="p99",
            # Without this a quiet night with three requests has a p99.
            evaluate_low_sample_count_percentiles="ignore",
            comparison_operator="GreaterThanThreshold",
            threshold=limits.api_latency_p99_ms,
            period=FIVE_MINUTES,
            evaluation_periods=3,
            datapoints_to_alarm=2,
        )

    def _throttle_alarm(self, label: str, table_name: str, indexes: Sequence[str]) -> None:
        """Reads and writes together: a hot partition shows in either, and the cure is the same.

        What an index throttles, the rosters' above all, is counted at the index and not at its table.
        """
        table = {"TableName": table_name}
        measured = {"": table, **{f"_{i}": {**table, INDEX: name} for i, name in enumerate(indexes)}}
        metrics = [
            CloudwatchMetricAlarmMetricQuery(
                id=f"{what}{where}",
                return_data=False,
                metric=CloudwatchMetricAlarmMetricQueryMetric(
                    namespace="AWS/DynamoDB",
                    metric_name=metric_name,
                    dimensions=dimensions,
                    stat="Sum",
                    period=FIVE_MINUTES,
                ),
            )
            for where, dimensions in measured.items()
            for what, metric_name in (("reads", "ReadThrottleEvents"), ("writes", "WriteThrottleEvents"))
        ]
        total = CloudwatchMetricAlarmMetricQuery(
            id="throttled",
            expression=" + ".join(f"FILL({metric.id}, 0)" for metric in metrics),
            label="Throttled requests",
            return_data=True,
        )
        self._alarm(
            f"{label}-table-throttles",
            f"DynamoDB throttles the table {label} or an index: a partition is too hot or the quota is used up.",
            metric_query=[total, *metrics],
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            evaluation_periods=1,
        )

    def _dead_letter_alarm(self, label: str, queue_name: str) -> None:
        self._alarm(
            f"{label}-dead-letters",
            f"Work of {label} was given up after all retries and waits in {queue_name} for somebody to look.",
            namespace="AWS/SQS",
            metric_name="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": queue_name},
            statistic="Maximum",
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            period=FIVE_MINUTES,
            evaluation_periods=1,
        )
