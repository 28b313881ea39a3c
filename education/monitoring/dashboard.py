"""The dashboard of the person on call, as CloudWatch's JSON: first what is wrong, then where, then why.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from education.monitoring.edge_alarms import EDGE_REGION

Widget = dict[str, Any]
Metric = list[Any]

WIDTH = 24  # CloudWatch's grid


@dataclass(frozen=True)
class Watched:
    """What the dashboard shows. The mappings lead from a short label to the resource's name."""

    region: str
    api_name: str
    stage_name: str
    functions: Mapping[str, str]
    tables: Mapping[str, str]
    dead_letter_queues: Mapping[str, str]
    distribution_id: str
    alarm_arns: Sequence[str]
    api_latency_p99_ms: int


def dashboard_body(watched: Watched) -> dict[str, Any]:
    """The body of the dashboard, with widgets laid out row by row."""
    rows = [
        (4, [_alarms(watched)]),
        (6, _api(watched)),
        (6, _functions(watched)),
        (6, _data(watched)),
        (6, _content(watched)),
        (8, [_last_errors(watched)]),
    ]
    widgets: list[Widget] = []
    y = 0
    for height, row in rows:
        width = WIDTH // len(row)
        for column, widget in enumerate(row):
            widgets.append({"x": column * width, "y": y, "width": width, "height": height, **widget})
        y += height
    return {"start": "-PT3H", "periodOverride": "inherit", "widgets": widgets}


def _alarms(watched: Watched) -> Widget:
    return {
        "type": "alarm",
        "properties": {
            "title": "What is wrong now",
            "alarms": list(watched.alarm_arns),
            "sortBy": "stateUpdatedTimestamp",
        },
    }


def _api(watched: Watched) -> list[Widget]:
    here = ["ApiName", watched.api_name, "Stage", watched.stage_name]
    return [
        _graph(
            "API: requests and refusals",
            watched.region,
            [
                ["AWS/ApiGateway", "Count", *here, {"label": "requests"}],
                ["AWS/ApiGateway", "4XXError", *here, {"label": "refused (4xx)"}],
            ],
            stat="Sum",
        ),
        _graph(
            "API: failures (5xx)",
            watched.region,
            [["AWS/ApiGateway", "5XXError", *here, {"label": "failed", "color": "#d62728"}]],
            stat="Sum",
        ),
        _graph(
            "API: latency (ms)",
            watched.region,
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
            limit=watched.api_latency_p99_ms,
        ),
    ]


def _functions(watched: Watched) -> list[Widget]:
    def each(metric: str, **options: Any) -> list[Metric]:
        return [
            ["AWS/Lambda", metric, "FunctionName", name, {"label": label, **options}]
            for label, name in watched.functions.items()
        ]

    return [
        _graph("Functions: errors", watched.region, each("Errors"), stat="Sum"),
        _graph("Functions: throttled", watched.region, each("Throttles"), stat="Sum"),
        _graph("Functions: duration, p99 (ms)", watched.region, each("Duration"), stat="p99"),
        _graph("Functions: running at once", watched.region, each("ConcurrentExecutions"), stat="Maximum"),
    ]


def _data(watched: Watched) -> list[Widget]:
    def each(*metrics: str) -> list[Metric]:
        return [
            ["AWS/DynamoDB", metric, "TableName", name, {"label": f"{label} {metric}"}]
            for label, name in watched.tables.items()
            for metric in metrics
        ]

    widgets = [
        _graph(
            "Tables: throttled", watched.region, each("ReadThrottleEvents", "WriteThrottleEvents"), stat="Sum"
        ),
        _graph(
            "Tables: capacity units used",
            watched.region,
            each("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"),
            stat="Sum",
        ),
    ]
    if watched.dead_letter_queues:
        widgets.append(
            _graph(
                "Dead letters waiting",
                watched.region,
                [
                    ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name, {"label": label}]
                    for label, name in watched.dead_letter_queues.items()
                ],
                stat="Maximum",
            )
        )
    return widgets


def _content(watched: Watched) -> list[Widget]:
    here = ["DistributionId", watched.distribution_id, "Region", "Global"]
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
                ["AWS/CloudFront", "4xxErrorRate", *here, {"label": "4xx (also unsigned premium requests)"}],
                ["AWS/CloudFront", "5xxErrorRate", *here, {"label": "5xx", "color": "#d62728"}],
            ],
            stat="Average",
        ),
    ]


def _last_errors(watched: Watched) -> Widget:
    """What the functions logged as an error, newest first; `requestId` is the one that callers were given."""
    sources = " | ".join(f"SOURCE '/aws/lambda/{name}'" for name in watched.functions.values())
    return {
        "type": "log",
        "properties": {
            "title": "Last errors of the functions",
            "region": watched.region,
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
