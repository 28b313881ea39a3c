"""Sends events to EventBridge, each once: what has left is noted, and not sent again.

A note is written after the event has left. Should the function die in between, the event leaves a second
time under the same id; the other order could lose it. One shard's batches never overlap, so there is no
other way to a second one.
"""

import json
import time
from datetime import datetime

from events.statements import Event
from toolkit import clients
from toolkit.dynamo import to_item
from toolkit.errors import Unavailable

SOURCE = "education"
# Longer than any record can come again: streams keep 24 hours, the dead-letter queue 14 days.
KEPT_SECONDS = 30 * 24 * 3600
# PutEvents, "Errors": anything else would be refused again.
_PASSING = frozenset({"InternalException", "InternalFailure", "ThrottlingException"})


class NotSent(Exception):  # noqa: N818 - the stream's dead-letter queue says what it means
    """EventBridge refuses this event for good."""


class Outbox:
    """The way out.

    Args:
        bus_name: the event bus.
        table_name: the table of what has left.
    """

    def __init__(self, bus_name: str, table_name: str) -> None:
        self._bus_name = bus_name
        self._table_name = table_name

    def send(self, event: Event) -> bool:
        """Send an event unless it has left already; whether it left now. GetItem, PutEvents, PutItem.

        Raises:
            Unavailable: EventBridge could not take it now.
            NotSent: EventBridge will never take it.
        """
        key = to_item({"eventId": event.event_id})
        found = clients.dynamodb().get_item(TableName=self._table_name, Key=key, ConsistentRead=True)
        if "Item" in found:
            return False
        self._put(event)
        note = to_item({"eventId": event.event_id, "expiresAt": int(time.time()) + KEPT_SECONDS})
        clients.dynamodb().put_item(TableName=self._table_name, Item=note)
        return True

    def _put(self, event: Event) -> None:
        answer = clients.event_bridge().put_events(
            Entries=[
                {
                    "EventBusName": self._bus_name,
                    "Source": SOURCE,
                    "DetailType": event.verb.detail_type,
                    "Time": datetime.fromisoformat(event.statement["timestamp"]),
                    "Detail": json.dumps(event.statement, separators=(",", ":")),
                }
            ]
        )
        # The call succeeds even when the entry in it does not.
        if answer["FailedEntryCount"]:
            code = answer["Entries"][0].get("ErrorCode", "")
            raise Unavailable() if code in _PASSING else NotSent(code)
