"""Writes one JSON object per line to standard output; Lambda sends the lines to CloudWatch Logs.

Of the keys, Lambda reads `level` and `timestamp`, and takes a line without them for one at INFO:
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html

Never log a body, a claim, an e-mail address, a token or an exception's message: messages repeat what
callers sent. A line may contain ids of requests and courses, names of operations and kinds of errors.
"""

import json
import os
import sys
import time
import traceback
from types import TracebackType

from toolkit import clock

NAMESPACE = "Education"
_LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40}
_threshold = _LEVELS["INFO"]


def set_level(name: str) -> None:
    """Leave out lines below this level (`DEBUG`, `INFO`, `WARNING` or `ERROR`)."""
    global _threshold
    _threshold = _LEVELS.get(name.upper(), _LEVELS["INFO"])


def write(level: str, message: str, **fields: object) -> None:
    """Write one line; `fields` must be free of personal data."""
    if _LEVELS[level] < _threshold:
        return
    _print({"timestamp": clock.now(), "level": level, "message": message, **fields})


def request(request_id: str, operation: str, status: int, seconds: float) -> None:
    """Write the line of an answered request, at INFO. Every request writes one, so it is short: CloudWatch Logs has its
    time, and INFO is what Lambda assumes."""
    if _LEVELS["INFO"] < _threshold:
        return
    _print({"requestId": request_id, "operation": operation, "status": status, "ms": round(seconds * 1000)})


def counted(metric: str) -> dict[str, object]:
    """Fields that make CloudWatch count the line in a metric (one per function), which an alarm can watch.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [["FunctionName"]],
        "Metrics": [{"Name": metric, "Unit": "Count"}],
    }
    return {
        "_aws": {"Timestamp": round(time.time() * 1000), "CloudWatchMetrics": [directive]},
        "FunctionName": os.environ.get("AWS_LAMBDA_FUNCTION_NAME", ""),
        metric: 1,
    }


def where(error: BaseException) -> list[str]:
    """The kinds of an exception and its causes with their places in the code, without any message."""
    described: list[str] = []
    current: BaseException | None = error
    while current is not None and len(described) < 5:
        described.append(f"{type(current).__name__}: {' > '.join(_frames(current.__traceback__))}")
        current = current.__cause__
    return described


def _print(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line, separators=(",", ":"), default=str) + "\n")
    sys.stdout.flush()


def _frames(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-6:]
    return [f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno} {frame.name}" for frame in frames]
