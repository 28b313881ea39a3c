"""The audit trail in DynamoDB: writes an entry alone, or as a part of a transaction."""

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from domain.audit import AuditEntry, pseudonym
from toolkit import clients, clock
from toolkit.dynamo import condition_failed, retry_conflicts, to_item

_NEW = "attribute_not_exists(recordId)"
_DAY = 24 * 3600


class AuditTable:
    """The audit table of one environment.

    Args:
        table_name: the table.
        retention_days: how long an entry is kept.
    """

    def __init__(self, table_name: str, retention_days: int) -> None:
        self._table_name = table_name
        self._retention_days = retention_days

    def record(self, entry: AuditEntry) -> None:
        """Add an entry: one PutItem. A repeated call after a lost answer adds nothing.

        Raises:
            ClientError: it could not be written, so the act must not go on.
        """
        try:
            put = self.put(entry)
            retry_conflicts(lambda: clients.dynamodb().put_item(**put))
        except ClientError as error:
            if not condition_failed(error):
                raise

    def put(self, entry: AuditEntry) -> Any:
        """The entry as the `Put` of a transaction, or the parameters of a PutItem."""
        at = clock.now()
        unique = f"{entry.action}\n{entry.subject}" if entry.only_once else uuid4().hex
        item: dict[str, Any] = {
            "recordId": sha256(unique.encode()).hexdigest()[:40],
            "action": entry.action,
            "actor": pseudonym(entry.actor_id),
            "subject": entry.subject,
            "at": at,
            "day": at[:10],
            "requestId": entry.request_id,
            "expiresAt": round(datetime.fromisoformat(at).timestamp()) + self._retention_days * _DAY,
        }
        if entry.details:
            item["details"] = dict(entry.details)
        return {"TableName": self._table_name, "Item": to_item(item), "ConditionExpression": _NEW}
