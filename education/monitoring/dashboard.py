"""The dashboard of the operator on call, as CloudWatch's JSON: first what is wrong, then where, then why.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from education.monitoring.watched import Watched
from education.naming import EDGE_REGION

Widget = dict[str, Any]
Metric = list[Any]

WIDTH = 24  # CloudWatch's grid


@dataclass(frozen=True)
class Dashboard:
    """The content of the dashboard.

    Attributes:
        region: the region of all that is watched, except the distribution.
        alarm_arns: the alarms, in the order in which they are shown.
        api_latency_p99_ms: the limit of the alarm on the API's latency, drawn as a line.
    """

    watched: Watched
    region: str
    alarm_arns: Sequence[str]
    api_latency_p99_ms: int

    def body(self) -> dict[str, Any]:
        """The JSON document, with the widgets laid out row by row."""
        rows = [
            (4, [self._alarms()]),
            (6, self._api()),
            (6, self._functions()),
            (6, self._data()),
            (6, self._content()),
            (8, [self._last_errors()]),
        ]
        widgets: list[Widget] = []
        y = 0
        for height, row in rows:
            width = WIDTH // len(row)
            for column, widget in enumerate(row):
                widgets.append({"x": column * width, "y": y, "width": width, "height": height, **widget})
            y += height
        return {"start": "-PT3H", "periodOverride": "inherit", "widgets": widgets}

    def _alarms(self) -> Widget:
        return {
            "type": "alarm",
            "properties": {
                "title": "What is wrong now",
                "alarms": list(self.alarm_arns),
                "sortBy": "stateUpdatedTimestamp",
            },
        }

    def _api(self) -> list[Widget]:
        api = self.watched.api
        here = ["ApiName", api.api_name, "Stage", api.stage_name]
        return [
            _graph(
                "API: requests and refusals",
                self.region,
                [
                    ["AWS/ApiGateway", "Count", *here, {"label": "requests"}],
                    ["AWS/ApiGateway", "4XXError", *here, {"label": "refused (4xx)"}],
                ],
                stat="Sum",
            ),
            _graph(
                "API: failures (5xx)",
                self.region,
                [["AWS/ApiGateway", "5XXError", *here, {"label": "failed", "color": "#d62728"}]],
                stat="Sum",
            ),
            _graph(
                "API: latency (ms)",
                self.region,
                [
                    ["AWS/ApiGateway", "Latency", *here, {"stat": "p50", "label": "median"}],
                    ["AWS/ApiGateway", "Latency", *here, {"stat": "p99", "label": "p99"}],
                    [
                        "AWS/ApiGateway",
                        "IntegrationLatency",
                        *here,
                        {"stat": "p99", "label": "p99 of the functions"},
                    ],
                ],
                limit=self.api_latency_p99_ms,
            ),
        ]

    def _functions(self) -> list[Widget]:
        def each(metric: str, **options: Any) -> list[Metric]:
            return [
                [
                    "AWS/Lambda",
                    metric,
                    "FunctionName",
                    function.function_name,
                    {"label": function.label, **options},
                ]
                for function in self.watched.functions
            ]

        return [
            _graph("Functions: errors", self.region, each("Errors"), stat="Sum"),
            _graph("Functions: throttled", self.region, each("Throttles"), stat="Sum"),
            _graph("Functions: duration, p99 (ms)", self.region, each("Duration"), stat="p99"),
            _graph("Functions: running at once", self.region, each("ConcurrentExecutions"), stat="Maximum"),
        ]

    def _data(self) -> list[Widget]:
        def each(*metrics: str) -> list[Metric]:
            return [
                ["AWS/DynamoDB", metric, "TableName", table.name, {"label": f"{table.label} {metric}"}]
                for table in self.watched.tables
                for metric in metrics
            ]

        queue = self.watched.dead_letters.queue_name
        waiting = [
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            "QueueName",
            queue,
            {"label": "dead-letters"},
        ]
        return [
            _graph(
                "Tables: throttled",
                self.region,
                each("ReadThrottleEvents", "WriteThrottleEvents"),
                stat="Sum",
            ),
            _graph(
                "Tables: capacity units used",
                self.region,
                each("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"),
                stat="Sum",
            ),
            _graph("Dead letters waiting", self.region, [waiting], stat="Maximum"),
        ]

    def _content(self) -> list[Widget]:
        here = ["DistributionId", self.watched.distribution_id, "Region", "Global"]
        return [
            _graph(
                "Course files: requests and bytes",
                EDGE_REGION,
                [
                    ["AWS/CloudFront", "Requests", *here, {"label": "requests"}],
                    ["AWS/CloudFront", "BytesDownloaded", *here, {"label": "bytes", "yAxis": "right"}],
                ],
                stat="Sum",
            ),
            _graph(
                "Course files: error rate (%)",
                EDGE_REGION,
                [
                    [
                        "AWS/CloudFront",
                        "4xxErrorRate",
                        *here,
                        {"label": "4xx (also unsigned premium requests)"},
                    ],
                    ["AWS/CloudFront", "5xxErrorRate", *here, {"label": "5xx", "color": "#d62728"}],
                ],
                stat="Average",
            ),
        ]

    def _last_errors(self) -> Widget:
        """What the functions logged as an error, newest first; `requestId` is the one that callers were given."""
        sources = " | ".join(
            f"SOURCE '/aws/lambda/{function.function_name}'" for function in self.watched.functions
        )
        return {
            "type": "log",
            "properties": {
                "title": "Last errors of the functions",
                "region": self.region,
                "view": "table",
                "query": (
                    f"{sources} | fields @timestamp, @log, @message"
                    " | filter @message like /ERROR|CRITICAL|Task timed out/ | sort @timestamp desc | limit 50"
                ),
            },
        }


def _graph(
    title: str, region: str, metrics: Sequence[Metric], *, stat: str = "Average", limit: int | None = None
) -> Widget:
    properties: dict[str, Any] = {
        "title": title,
        "region": region,
        "view": "timeSeries",
        "stacked": False,
        "period": 60,
        "stat": stat,
        "metrics": list(metrics),
    }
    if limit is not None:
        properties["annotations"] = {"horizontal": [{"label": "alarm", "value": limit, "color": "#d62728"}]}
    return {"type": "metric", "properties": properties}
