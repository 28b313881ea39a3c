"""Turns a batch of a table's stream into item changes, and calls a function for each in order, or for all together.

    handler = stream_handler(config, act)
    handler = batch_handler(config, act_together)

A record that can never succeed goes to the dead-letter queue at once, and the rest of the batch continues.
If a service that `act` needs is not available, the other records are still processed, and Lambda sends the batch
again, in two halves. So `act` must be idempotent. Partial batch responses are not used: they would not change this.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from toolkit import clients, clock, log
from toolkit.config import StreamConfig
from toolkit.dynamo import Item, from_item
from toolkit.errors import Unavailable
from toolkit.problems import is_dependency_failure

StreamRecord = Mapping[str, Any]


@dataclass(frozen=True)
class ItemChange:
    """What happened to one item.

    Attributes:
        table: the table's name.
        at: the time, as stored text, exact to the second.
        before: the item as it was, None when it is new.
        after: the item as it became, None when it was deleted.
        id: the same each time the change arrives; empty if the stream says none.
    """

    table: str
    at: str
    before: Item | None
    after: Item | None
    id: str = field(default="", kw_only=True)


class TryAgain(Exception):  # noqa: N818 - not an error but a request to the Lambda service
    """Makes Lambda send the batch again. The message has numbers only, because Lambda logs it."""


def stream_handler(
    config: StreamConfig, act: Callable[[ItemChange], None]
) -> Callable[[dict[str, Any], Any], None]:
    """Make a Lambda handler that calls `act` with every ItemChange of a batch, in order."""
    log.set_level(config.log_level)

    def handler(event: dict[str, Any], context: Any) -> None:
        clients.set_deadline(context.get_remaining_time_in_millis())
        records: list[StreamRecord] = event.get("Records", [])
        postponed = sum(not _done(record, act, config.dead_letter_queue_url) for record in records)
        log.write(
            "INFO", "batch", requestId=context.aws_request_id, records=len(records), postponed=postponed
        )
        if postponed:
            raise TryAgain(f"{postponed} of {len(records)} records")

    return handler


def batch_handler(
    config: StreamConfig, act: Callable[[Sequence[ItemChange]], Mapping[str, Exception]]
) -> Callable[[dict[str, Any], Any], None]:
    """Make a Lambda handler that calls `act` once with all changes of a batch, in order.

    `act` returns the exceptions of the changes that failed, by the id of the change. They are treated like those of
    `stream_handler`.
    """
    log.set_level(config.log_level)

    def handler(event: dict[str, Any], context: Any) -> None:
        clients.set_deadline(context.get_remaining_time_in_millis())
        records: list[StreamRecord] = event.get("Records", [])
        changes: list[ItemChange] = []
        # A record that is not readable goes to the dead-letter queue at once.
        postponed = sum(not _done(record, changes.append, config.dead_letter_queue_url) for record in records)
        failures = act(changes)

        def fail(change: ItemChange) -> None:
            raise failures[change.id]

        failed = [record for record in records if record.get("eventID") in failures]
        postponed += sum(not _done(record, fail, config.dead_letter_queue_url) for record in failed)
        log.write(
            "INFO", "batch", requestId=context.aws_request_id, records=len(records), postponed=postponed
        )
        if postponed:
            raise TryAgain(f"{postponed} of {len(records)} records")

    return handler


def change_of(record: StreamRecord) -> ItemChange:
    """The ItemChange in a stream record.

    Raises:
        KeyError, TypeError, ValueError: the record has no item change.
    """
    stream = record["dynamodb"]
    table = record["eventSourceARN"].partition(":table/")[2].partition("/")[0]
    before, after = stream.get("OldImage"), stream.get("NewImage")
    return ItemChange(
        table=table,
        at=clock.to_text(datetime.fromtimestamp(float(stream["ApproximateCreationDateTime"]), UTC)),
        before=from_item(before) if before else None,
        after=from_item(after) if after else None,
        id=str(record.get("eventID", "")),
    )


def _done(record: StreamRecord, act: Callable[[ItemChange], None], dead_letter_queue_url: str) -> bool:
    """Process a record. True if it is done or given up; False if Lambda has to send it again."""
    failure: Exception
    try:
        act(change_of(record))
        return True
    except Exception as error:  # noqa: BLE001 - the one place that maps the exceptions of streams
        failure = error
    if not is_passing(failure):
        log.write("ERROR", "record given up", eventId=record.get("eventID"), where=log.where(failure))
        try:
            _give_up(record, failure, dead_letter_queue_url)
            return True
        except (BotoCoreError, ClientError, Unavailable) as error:
            failure = error
    log.write("WARNING", "record postponed", eventId=record.get("eventID"), where=log.where(failure))
    return False


def is_passing(error: Exception) -> bool:
    """Whether the same record may succeed a moment later."""
    return isinstance(error, TryAgain | Unavailable) or is_dependency_failure(error)


def _give_up(record: StreamRecord, error: Exception, queue_url: str) -> None:
    """Send to the dead-letter queue what an operator needs to repair the item: its keys, but no other attributes."""
    stream = record.get("dynamodb") or {}
    body = {
        "function": os.environ.get("AWS_LAMBDA_FUNCTION_NAME"),
        "error": type(error).__name__,
        "eventId": record.get("eventID"),
        "eventSourceArn": record.get("eventSourceARN"),
        "sequenceNumber": stream.get("SequenceNumber"),
        "keys": stream.get("Keys"),
        "givenUpAt": clock.now(),
    }
    clients.sqs().send_message(QueueUrl=queue_url, MessageBody=json.dumps(body))
