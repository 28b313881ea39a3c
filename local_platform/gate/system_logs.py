"""Mends the emulator's Lambda: it leaves out Lambda's own log lines where a function's settings leave them out.

With the log format JSON and the system log level WARN, AWS writes no START, END and REPORT of an invocation that
succeeds: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
The emulator writes them always, as text.
"""

from typing import Any

_SYSTEM_LINES = ("START RequestId: ", "END RequestId: ", "REPORT RequestId: ")


def respect_the_system_log_level() -> None:
    """Change what the emulator, in this process, writes to the logs of functions."""
    from ministack.services import cloudwatch_logs, lambda_svc  # type: ignore[import-untyped]

    emit, append = lambda_svc._emit_lambda_logs, cloudwatch_logs._append_log_events

    def emit_or_leave_out(
        function: dict[str, Any], request_id: str, text: str, is_error: bool, *rest: Any, **more: Any
    ) -> None:
        settings = (function.get("config") or function).get("LoggingConfig") or {}
        if settings.get("SystemLogLevel") == "WARN" and not is_error:
            _quiet.add(request_id)
        try:
            emit(function, request_id, text, is_error, *rest, **more)
        finally:
            _quiet.discard(request_id)

    def append_some(stream: dict[str, Any], events: list[dict[str, Any]]) -> Any:
        return append(stream, [event for event in events if not _is_left_out(event["message"])])

    lambda_svc._emit_lambda_logs = emit_or_leave_out
    cloudwatch_logs._append_log_events = append_some


_quiet: set[str] = set()


def _is_left_out(message: str) -> bool:
    """Whether a line is Lambda's own, of an invocation whose function leaves such lines out."""
    return any(
        message.startswith(beginning) and message.removeprefix(beginning).split()[0] in _quiet
        for beginning in _SYSTEM_LINES
    )
