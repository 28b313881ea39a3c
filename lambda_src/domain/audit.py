"""The audit trail: who did what, to whom or what, when, and in which request. Entries are only ever added.

An entry names people by pseudonyms that are computed from their opaque ids: whoever has an id finds its
entries, but once a person is erased nothing leads from an entry back to them. No e-mail, no name, no text
that somebody wrote belongs in here. Entries go by themselves after the environment's retention time.

    trail = AuditTrail(config.audit_table, config.audit_retention_days)
    trail.record(audit.ROSTER_READ, by=caller.user_id, on=audit.course(course_id), request_id=request.request_id)

Record first, then act, wherever the act is not a DynamoDB write: an entry too many does no harm, an act
without an entry does. Where it is one, let `put` take part in its transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from toolkit import clients, clock
from toolkit.dynamo import condition_failed, to_item

COURSE_PUBLISHED = "course-published"
COURSE_UNPUBLISHED = "course-unpublished"
ROSTER_READ = "roster-read"
ROSTER_EXPORTED = "roster-exported"
ROSTER_ENROLLED = "roster-enrolled"
ROLE_GRANTED = "role-granted"
ROLE_REVOKED = "role-revoked"
PERSON_EXPORTED = "person-exported"
PERSON_ERASED = "person-erased"

_NEW = "attribute_not_exists(recordId)"
_DAY = 24 * 3600


def person(user_id: str) -> str:
    """A person as the object of an entry."""
    return f"person#{pseudonym(user_id)}"


def course(course_id: str) -> str:
    """A course as the object of an entry."""
    return f"course#{course_id}"


def pseudonym(user_id: str) -> str:
    """What stands for a person in the trail. An id has 122 random bits, so this is a one-way street."""
    return sha256(f"education-audit:{user_id}".encode()).hexdigest()[:32]


class AuditTrail:
    """The audit table of one environment.

    Args:
        table_name: the table.
        retention_days: how long an entry is kept.
    """

    def __init__(self, table_name: str, retention_days: int) -> None:
        self._table_name = table_name
        self._retention_days = retention_days

    def record(
        self,
        action: str,
        *,
        by: str,
        on: str,
        request_id: str,
        once: bool = False,
        details: Mapping[str, str | int] | None = None,
    ) -> None:
        """Add an entry: one PutItem. That it is sent again after a lost answer changes nothing.

        Args:
            action: one of this module's codes.
            by: the user id of who acts; only the pseudonym is stored.
            on: `person(user_id)` or `course(course_id)`.
            request_id: the id of the request that is behind it; callers can choose it (API Gateway takes
                theirs), so nothing depends on it.
            once: this happens to its object only once, whatever number of requests it takes (an
                erasure that is resumed): the first entry stays the only one.
            details: further facts without personal data, such as the group that was granted.

        Raises:
            ClientError: it could not be written, so the act must not go on.
        """
        entry = self.put(action, by=by, on=on, request_id=request_id, once=once, details=details)
        try:
            clients.dynamodb().put_item(**entry)
        except ClientError as error:
            if not condition_failed(error):
                raise

    def put(
        self,
        action: str,
        *,
        by: str,
        on: str,
        request_id: str,
        once: bool = False,
        details: Mapping[str, str | int] | None = None,
    ) -> Any:
        """The entry as the `Put` of a transaction (or the parameters of a PutItem); arguments as in `record`."""
        at = clock.now()
        unique = f"{action}\n{on}" if once else uuid4().hex
        item: dict[str, Any] = {
            "recordId": sha256(unique.encode()).hexdigest()[:40],
            "action": action,
            "actor": pseudonym(by),
            "subject": on,
            "at": at,
            "day": at[:10],
            "requestId": request_id,
            "expiresAt": round(datetime.fromisoformat(at).timestamp()) + self._retention_days * _DAY,
        }
        if details:
            item["details"] = dict(details)
        return {"TableName": self._table_name, "Item": to_item(item), "ConditionExpression": _NEW}
