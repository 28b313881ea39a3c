"""A table's stream as the source of a function: what it may read, how often it is tried, what happens to the rest.

A batch that fails comes again, in halves, so that one bad record is soon alone. What has failed too often or
waited too long goes to the dead-letter queue, and the alarm on the stream's lag rings before that.
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

from education.data.tables import Table
from education.environment import Environment
from education.functions.dead_letters import DeadLetters
from education.functions.python_function import PythonFunction
from education.iam import Grant

BATCH_SIZE = 100
MAXIMUM_RETRIES = 20
# A stream keeps a record for 24 hours; what is older than this has met more than a passing failure.
MAXIMUM_AGE_SECONDS = 6 * 3600
LAG_ALARM_MILLISECONDS = 10 * 60 * 1000
# Batches of one shard at a time; one item's changes stay in order.
PARALLEL = 4


def stream_grants(tables: Sequence[Table], dead_letters: DeadLetters) -> list[Grant]:
    """What the role of a function needs, for the Lambda service to bring it these tables' changes."""
    return [
        Grant(
            "ReadStreams",
            ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
            [table.stream_arn for table in tables],
        ),
        Grant(
            "FindStreams",
            ["dynamodb:ListStreams"],
            [f"{table.arn}/stream/*" for table in tables],
            reason="ListStreams is asked of a table, before a stream of it is known",
        ),
        Grant("KeepDeadLetters", ["sqs:SendMessage"], [dead_letters.queue_arn]),
    ]


class StreamSource(Construct):
    """Lets a function see the changes of a table, in order per item."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        table: Table,
        function: PythonFunction,
        dead_letters: DeadLetters,
        pattern: str | None = None,
    ) -> None:
        """`pattern` leaves out records that do not match it (Lambda's event filtering)."""
        super().__init__(scope, id)
        LambdaEventSourceMapping(
            self,
            "mapping",
            event_source_arn=table.stream_arn,
            function_name=function.arn,
            # From the oldest on: nothing that happens while the mapping is made is left out.
            starting_position="TRIM_HORIZON",
            batch_size=BATCH_SIZE,
            parallelization_factor=PARALLEL,
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=MAXIMUM_RETRIES,
            maximum_record_age_in_seconds=MAXIMUM_AGE_SECONDS,
            filter_criteria=(
                LambdaEventSourceMappingFilterCriteria(
                    filter=[LambdaEventSourceMappingFilterCriteriaFilter(pattern=pattern)]
                )
                if pattern
                else None
            ),
            destination_config=LambdaEventSourceMappingDestinationConfig(
                on_failure=LambdaEventSourceMappingDestinationConfigOnFailure(
                    destination_arn=dead_letters.queue_arn
                )
            ),
        )


class LagAlarm(Construct):
    """Rings when a function has fallen behind the streams that it reads."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        name: str,
        function: PythonFunction,
        topic_arn: str,
    ) -> None:
        """`name` is the function's short name."""
        super().__init__(scope, id)
        alarm = CloudwatchMetricAlarm(
            self,
            "alarm",
            alarm_name=env.names.of(f"{name}-lag"),
            alarm_description=f"{function.name} is ten minutes behind: its log group says what it stumbles over.",
            namespace="AWS/Lambda",
            metric_name="IteratorAge",
            dimensions={"FunctionName": function.name},
            statistic="Maximum",
            period=60,
            evaluation_periods=3,
            threshold=LAG_ALARM_MILLISECONDS,
            comparison_operator="GreaterThanThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
        )
        self.arn: str = alarm.arn
