"""A table's stream as the source of a function's events: how often a batch is retried, and where failed records go.

Lambda splits a failed batch in two and retries both, so that one bad record is soon alone. A record that has failed
too often or waited too long goes to the dead-letter queue. The alarm on the stream's lag rings before that.
"""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.lambda_event_source_mapping import (
    LambdaEventSourceMapping,
    LambdaEventSourceMappingDestinationConfig,
    LambdaEventSourceMappingDestinationConfigOnFailure,
    LambdaEventSourceMappingFilterCriteria,
    LambdaEventSourceMappingFilterCriteriaFilter,
)
from constructs import Construct

from education.data.table import Table
from education.functions.python_function import Operations, PythonFunction
from education.monitoring.alarm import make_alarm

BATCH_SIZE = 100
MAXIMUM_RETRIES = 20
# A stream keeps a record for 24 hours; a record older than this has met more than a passing failure.
MAXIMUM_AGE_SECONDS = 6 * 3600
LAG_ALARM_MILLISECONDS = 10 * 60 * 1000
# The batches of one shard that are handled at a time; the changes of one item stay in order.
PARALLEL = 4


class StreamSource(Construct):
    """Lets a function see the changes of a table, in order per item."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        operations: Operations,
        table: Table,
        function: PythonFunction,
        pattern: str | Sequence[str],
        batch_size: int = BATCH_SIZE,
        parallel: int = PARALLEL,
    ) -> None:
        """Records that do not match `pattern` (Lambda's event filtering, as JSON), or one of up to five, are left
        out."""
        super().__init__(scope, id)
        LambdaEventSourceMapping(
            self,
            "mapping",
            event_source_arn=table.stream_arn,
            function_name=function.arn,
            # From the oldest on: no change that happens while the mapping is created is left out.
            starting_position="TRIM_HORIZON",
            batch_size=batch_size,
            parallelization_factor=parallel,
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=MAXIMUM_RETRIES,
            maximum_record_age_in_seconds=MAXIMUM_AGE_SECONDS,
            filter_criteria=LambdaEventSourceMappingFilterCriteria(
                filter=[
                    LambdaEventSourceMappingFilterCriteriaFilter(pattern=each)
                    for each in ([pattern] if isinstance(pattern, str) else pattern)
                ]
            ),
            destination_config=LambdaEventSourceMappingDestinationConfig(
                on_failure=LambdaEventSourceMappingDestinationConfigOnFailure(
                    destination_arn=operations.dead_letters.queue_arn
                )
            ),
        )


class LagAlarm(Construct):
    """The alarm, as `alarm`, that rings when a function has fallen behind the streams that it reads."""

    def __init__(
        self, scope: Construct, id: str, *, operations: Operations, function: PythonFunction
    ) -> None:
        super().__init__(scope, id)
        self.alarm: CloudwatchMetricAlarm = make_alarm(
            self,
            "alarm",
            env=operations.env,
            alerts=operations.alerts,
            what=f"{function.label}-lag",
            description=f"{function.name} is ten minutes behind: its log group says which record fails.",
            namespace="AWS/Lambda",
            metric_name="IteratorAge",
            dimensions={"FunctionName": function.name},
            statistic="Maximum",
            period=60,
            evaluation_periods=5,
            datapoints_to_alarm=3,
            threshold=LAG_ALARM_MILLISECONDS,
            comparison_operator="GreaterThanThreshold",
        )
