"""What tells operators that something is wrong (alarms), and where to look (the dashboard).

A function makes its own alarms (`functions/python_function`); the alarm on CloudFront is in `edge_alarms`.
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

from education.data.table import Table
from education.environment import Environment
from education.firewall.firewall import Guard, guards
from education.monitoring.alarm import make_alarm
from education.monitoring.alert_topic import AlertTopic
from education.monitoring.dashboard import Dashboard
from education.monitoring.edge_alarms import BLOCKED_REQUESTS, EdgeAlarms
from education.monitoring.watched import Watched, WatchedApi, WatchedQueue

FIVE_MINUTES = 300


class Monitoring(Construct):
    """Alarms on the API, the tables, the dead letters and the distribution; a dashboard of everything.

    Attributes:
        outputs: the name of the dashboard, for the stack's outputs.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        alerts: AlertTopic,
        watched: Watched,
        other_alarms: Sequence[CloudwatchMetricAlarm],
        edge_provider: TerraformProvider | None,
    ) -> None:
        """`other_alarms` were made elsewhere and are shown on the dashboard as well.

        `edge_provider` is a provider for us-east-1, needed where the stack is in another region.
        """
        super().__init__(scope, id)
        self._env, self._alerts = env, alerts
        edge = EdgeAlarms(
            self,
            "edge",
            env=env,
            alerts=alerts,
            distribution_id=watched.distribution_id,
            portal_distribution_id=watched.portal_distribution_id,
            provider=edge_provider,
        )
        alarms = [
            *self._api_alarms(watched.api),
            *(self._throttle_alarm(table) for table in watched.tables),
            self._dead_letter_alarm(watched.dead_letters),
            edge.errors,
            edge.portal_errors,
            *edge.blocked,
            *(self._blocked_alarm(guard) for guard in guards(env)),
            *other_alarms,
        ]
        dashboard = Dashboard(
            watched=watched,
            region=env.aws.region,
            alarm_arns=[alarm.arn for alarm in alarms],
            api_latency_p99_ms=env.settings.monitoring.api_latency_p99_ms,
        )
        resource = CloudwatchDashboard(
            self,
            "dashboard",
            dashboard_name=env.names.of("platform"),
            dashboard_body=json.dumps(dashboard.body()),
        )
        self.outputs: Mapping[str, str] = {"dashboard_name": resource.dashboard_name}

    def _alarm(self, what: str, description: str, **condition: Any) -> CloudwatchMetricAlarm:
        return make_alarm(
            self, what, env=self._env, alerts=self._alerts, what=what, description=description, **condition
        )

    def _api_alarms(self, api: WatchedApi) -> list[CloudwatchMetricAlarm]:
        limits = self._env.settings.monitoring
        dimensions = {"ApiName": api.api_name, "Stage": api.stage_name}
        failures = self._alarm(
            "api-5xx",
            f"The API failed {limits.api_5xx_count} requests or more in five minutes: see the functions' logs.",
            namespace="AWS/ApiGateway",
            metric_name="5XXError",
            dimensions=dimensions,
            statistic="Sum",
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=limits.api_5xx_count,
            period=FIVE_MINUTES,
        )
        latency = self._alarm(
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
            datapoints_to_alarm=2,
        )
        return [failures, latency]

    def _throttle_alarm(self, table: Table) -> CloudwatchMetricAlarm:
        """One alarm for reads and writes: a hot partition shows in either, and the cure is the same.

        What an index throttles (most of all that of the rosters) is counted at the index and not at its table.
        """
        of_table = {"TableName": table.name}
        measured = {
            "": of_table,
            **{
                f"_{number}": {**of_table, "GlobalSecondaryIndexName": index}
                for number, index in enumerate(table.indexes)
            },
        }
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
        return self._alarm(
            f"{table.label}-table-throttles",
            f"DynamoDB throttles the table {table.label} or an index: a partition is too hot or the quota is used up.",
            metric_query=[total, *metrics],
            comparison_operator="GreaterThanThreshold",
            threshold=0,
        )

    def _blocked_alarm(self, guard: Guard) -> CloudwatchMetricAlarm:
        """A few requests are always blocked, so it rings for many, for more than a moment."""
        name = self._env.names.of(guard.what)
        return self._alarm(
            f"{guard.what}-blocked",
            f"The firewall {name} blocks requests: its log says by which rule and from where.",
            namespace="AWS/WAFV2",
            metric_name="BlockedRequests",
            dimensions={"WebACL": name, "Rule": "ALL", "Region": self._env.aws.region},
            statistic="Sum",
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=BLOCKED_REQUESTS,
            period=FIVE_MINUTES,
            datapoints_to_alarm=2,
        )

    def _dead_letter_alarm(self, queue: WatchedQueue) -> CloudwatchMetricAlarm:
        return self._alarm(
            "dead-letters-dead-letters",
            f"A function gave up an event after all retries. It waits in {queue.queue_name} for an operator.",
            namespace="AWS/SQS",
            metric_name="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": queue.queue_name},
            statistic="Maximum",
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            period=FIVE_MINUTES,
        )
