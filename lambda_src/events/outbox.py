"""Sends events to EventBridge, each once: an event that was sent is recorded, and not sent again.

The record is written after the event was sent. If the function stops in between, the event is sent a second
time under the same id; in the other order it could be lost. Batches of one shard never overlap, so an event is
sent twice in no other case.
"""

import json
import time
from datetime import datetime

from events.statements import Event
from toolkit import clients
from toolkit.dynamo import to_item
from toolkit.errors import Unavailable

SOURCE = "education"
# A change can be delivered again for 24 hours from the stream, and for 14 days from the dead-letter queue. This is
# longer.
KEPT_SECONDS = 30 * 24 * 3600
# Error codes of PutEvents after which the same entry may be accepted; any other would be refused again.
_PASSING = frozenset({"InternalException", "InternalFailure", "ThrottlingException"})


class NotSent(Exception):  # noqa: N818 - the message in the dead-letter queue names it
    """EventBridge refuses this event for good."""


class Outbox:
    """The event bus, and the table of sent events.

    Args:
        bus_name: the event bus.
        table_name: the table of events that were sent.
    """

    def __init__(self, bus_name: str, table_name: str) -> None:
        self._bus_name = bus_name
        self._table_name = table_name

    def send(self, event: Event) -> bool:
        """Send an event unless it was sent before; returns whether it was sent now. GetItem, PutEvents, PutItem.

        Raises:
            Unavailable: EventBridge cannot accept it now.
            NotSent: EventBridge will never accept it.
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
