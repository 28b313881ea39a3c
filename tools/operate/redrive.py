"""Repeats the work that functions gave up, after an operator has corrected its cause.

A message of the dead-letter queue names records of a table's stream, or is the event of an asynchronous call. The
records are read from the stream, which keeps them for 24 hours, and sent to the function again. A message is deleted
when its function has succeeded. Work that fails again is back in the queue.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from education.naming import Names
from education.settings.load import settings_from_variables
from tools.support.account import client, current_account
from tools.support.steps import step

GONE = "the stream no longer has its records (24 hours): repair the items by hand, then delete the message"
# Longer than any function here may run, so that no other reader of the queue receives the message meanwhile.
HIDDEN_SECONDS = 900
_TRIMMED = ("TrimmedDataAccessException", "ResourceNotFoundException", "ExpiredIteratorException")


class Unreadable(Exception):  # noqa: N818 - the other messages are still repeated
    """A message cannot be repeated. The text is the reason, for the operator."""


@dataclass(frozen=True)
class FailedEvent:
    """What a message names: a function, and its event or the place of its records in a stream."""

    function: str
    event: Mapping[str, Any] | None = None
    stream_arn: str = ""
    first: str = ""
    last: str = ""

    @classmethod
    def of(cls, body: str, uploads_function: str) -> "FailedEvent":
        """Read a message: one that a function wrote, one of Lambda's about a batch, or an event of S3, of a schedule or
        of the uploads function, which names the function that it has called.

        Raises:
            Unreadable: it is none of these.
        """
        try:
            message = json.loads(body)
            if "DDBStreamBatchInfo" in message:
                batch = message["DDBStreamBatchInfo"]
                return cls(
                    function=message["requestContext"]["functionArn"],
                    stream_arn=batch["streamArn"],
                    first=batch["startSequenceNumber"],
                    last=batch["endSequenceNumber"],
                )
            if message.get("source") == "aws.events":
                # A schedule's rule has the name of its function.
                return cls(message["resources"][0].partition(":rule/")[2], message)
            if "key" in message and message["function"]:
                return cls(message["function"], message)
            if "sequenceNumber" in message:
                number = message["sequenceNumber"]
                if int(number) and message["function"]:
                    return cls(message["function"], None, message["eventSourceArn"], number, number)
            elif any("s3" in record for record in message["Records"]):
                return cls(uploads_function, message)
        except (ValueError, LookupError, TypeError):
            pass
        raise Unreadable("this tool does not know what it is: look at it in the SQS console")

    @property
    def title(self) -> str:
        """What is repeated, for the operator."""
        return (
            f"{self.function.rpartition(':')[2]}: {'event' if self.event else f'records from {self.first}'}"
        )


@dataclass(frozen=True)
class Redrive:
    """The dead-letter queue of one environment, and the services that its messages need."""

    queue_url: str
    uploads_function: str
    sqs: Any
    streams: Any
    functions: Any
    # With a wait, SQS asks all of its servers. An answer without one may leave messages out.
    wait_seconds: int = 2

    def run(self, *, dry_run: bool) -> tuple[int, int]:
        """Repeat every message that is in the queue now; returns how many succeeded, and how many stay."""
        # All are received first. Work that fails again arrives as a new message, for the next run.
        succeeded = left = 0
        for message in list(self._messages()):
            place = {"QueueUrl": self.queue_url, "ReceiptHandle": message["ReceiptHandle"]}
            if self._is_done(message, dry_run=dry_run):
                self.sqs.delete_message(**place)
                succeeded += 1
            else:
                self.sqs.change_message_visibility(**place, VisibilityTimeout=0)
                left += 1
        return succeeded, left

    def _is_done(self, message: Mapping[str, Any], *, dry_run: bool) -> bool:
        try:
            failed = FailedEvent.of(message["Body"], self.uploads_function)
            event = failed.event or {"Records": self._records(failed)}
        except Unreadable as problem:
            print(f"  message {message['MessageId']} stays: {problem}.")
            return False
        if dry_run:
            print(f"  {failed.title}: would be done again")
            return False
        with step(failed.title) as current:
            failure = self._invoke(failed.function, event)
            if failure:
                current.note(f"failed again: {failure}")
        return not failure

    def _messages(self) -> Iterator[Mapping[str, Any]]:
        while True:
            found = self.sqs.receive_message(
                QueueUrl=self.queue_url,
                MaxNumberOfMessages=10,
                VisibilityTimeout=HIDDEN_SECONDS,
                WaitTimeSeconds=self.wait_seconds,
            ).get("Messages", [])
            yield from found
            if not found:
                return

    def _invoke(self, function: str, event: Mapping[str, Any]) -> str:
        answer = self.functions.invoke(
            FunctionName=function, Payload=json.dumps(event, default=_wire).encode()
        )
        if "FunctionError" not in answer:
            return ""
        return str(json.loads(answer["Payload"].read()).get("errorMessage", answer["FunctionError"]))

    def _records(self, failed: FailedEvent) -> Sequence[Mapping[str, Any]]:
        first, last = int(failed.first), int(failed.last)
        for shard in self._shards(failed.stream_arn):
            numbers = shard["SequenceNumberRange"]
            starts_before = int(numbers["StartingSequenceNumber"]) <= first
            if starts_before and first <= int(numbers.get("EndingSequenceNumber", first)):
                records = self._read(failed, shard["ShardId"], last)
                if records and records[0]["dynamodb"]["SequenceNumber"] == failed.first:
                    return [{**record, "eventSourceARN": failed.stream_arn} for record in records]
        raise Unreadable(GONE)

    def _shards(self, stream_arn: str) -> Iterator[Mapping[str, Any]]:
        more: dict[str, str] = {}
        while True:
            try:
                found = self.streams.describe_stream(StreamArn=stream_arn, **more)["StreamDescription"]
            except self.streams.exceptions.ResourceNotFoundException:
                raise Unreadable(GONE) from None
            yield from found["Shards"]
            if "LastEvaluatedShardId" not in found:
                return
            more = {"ExclusiveStartShardId": found["LastEvaluatedShardId"]}

    def _read(self, failed: FailedEvent, shard_id: str, last: int) -> list[Mapping[str, Any]]:
        """The records of a shard from the message's first to its last; none where the shard does not have the first."""
        records: list[Mapping[str, Any]] = []
        try:
            iterator = self.streams.get_shard_iterator(
                StreamArn=failed.stream_arn,
                ShardId=shard_id,
                ShardIteratorType="AT_SEQUENCE_NUMBER",
                SequenceNumber=failed.first,
            )["ShardIterator"]
            while iterator:
                page = self.streams.get_records(ShardIterator=iterator)
                for record in page["Records"]:
                    if int(record["dynamodb"]["SequenceNumber"]) > last:
                        return records
                    records.append(record)
                    if int(record["dynamodb"]["SequenceNumber"]) == last:
                        return records
                iterator = page.get("NextShardIterator") if page["Records"] else None
        except self.streams.exceptions.ClientError as problem:
            if problem.response["Error"]["Code"] not in _TRIMMED:
                raise
        return records


def _wire(value: object) -> float:
    """A time of a stream's record as Lambda passes it: in seconds since 1970."""
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"no JSON for {type(value).__name__}")


def redrive(suffix: str, *, dry_run: bool) -> None:
    """Repeat what the dead-letter queue of an environment has, with the current credentials."""
    settings = settings_from_variables(os.environ, suffix)
    current_account(settings)
    names, region = Names(suffix), settings.aws_region
    sqs = client("sqs", region)
    queue = Redrive(
        queue_url=sqs.get_queue_url(QueueName=names.of("dead-letters"))["QueueUrl"],
        uploads_function=names.of("uploads"),
        sqs=sqs,
        streams=client("dynamodbstreams", region),
        functions=client("lambda", region),
    )
    succeeded, left = queue.run(dry_run=dry_run)
    print(f"{succeeded} done again, {left} left in the queue" if succeeded or left else "the queue is empty")
