"""Counts from the stream in DynamoDB: the item `count#<courseId>`, and moving its number to the admission item."""

import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from botocore.exceptions import ClientError

from domain.enrollments.admission import Admission, count_key_of, key_of
from domain.enrollments.model import ROSTER_INDEX, shard_key
from domain.enrollments.store import EnrollmentTable
from toolkit import clients
from toolkit.dynamo import condition_failed, contended, from_item, lost_race, to_item
from toolkit.reads import query_count
from toolkit.retries import Retries

# A batch of the stream that was counted and failed afterwards arrives again, whole or in halves, within this time. So
# the changes of this time are remembered, the last REMEMBERED of them.
REMEMBERED_SECONDS = 600
REMEMBERED = 4000
# Of a change's id, a hash of so many characters is kept, with six bits each. A change is taken for one of those that
# are remembered with a probability of one to seventy thousand million.
_ID_LENGTH = 8


class CountingTable(EnrollmentTable):
    """The CountingStore of domain.enrollments.counting, and the counts of the admissions function."""

    def counted_from_stream(self, course_id: str) -> int:
        """The number of the count: one GetItem."""
        return int(self._count(course_id).get("seats", 0))

    def count_roster(self, course_id: str) -> int:
        """How many students are enrolled, as of a moment ago: one Query per part of the roster, and per 1 MB."""
        return sum(
            query_count(
                {
                    "TableName": self._progress_table,
                    "IndexName": ROSTER_INDEX,
                    "KeyConditionExpression": "courseShard = :shard",
                    "ExpressionAttributeValues": to_item({":shard": shard_key(course_id, shard)}),
                }
            )
            for shard in range(self._shards)
        )

    def end_counting(self, admission: Admission, from_stream: int, moved: int, queue_until: str) -> bool:
        """Move a number from the count to the admission item, and end the count: one TransactWriteItems."""
        course_id = admission.course_id
        writes: Any = [
            {
                "Update": {
                    "TableName": self._courses_table,
                    "Key": to_item(key_of(course_id)),
                    "UpdateExpression": "ADD seatsTaken :moved SET queueUntil = :until REMOVE countingSince",
                    # A student who leaves between the two looks could hide one whom the stream has not shown yet.
                    "ConditionExpression": "countingSince = :since AND"
                    " (seatsTaken = :seen OR attribute_not_exists(seatsTaken))",
                    "ExpressionAttributeValues": to_item(
                        {
                            ":moved": moved,
                            ":since": admission.counting_since,
                            ":seen": admission.seats_taken,
                            ":until": queue_until,
                        }
                    ),
                }
            },
            {
                "Update": {
                    "TableName": self._courses_table,
                    "Key": to_item(count_key_of(course_id)),
                    "UpdateExpression": "SET seats = :left ADD revision :one",
                    "ConditionExpression": "seats = :counted OR attribute_not_exists(seats)",
                    "ExpressionAttributeValues": to_item(
                        {":left": from_stream - moved, ":counted": from_stream, ":one": 1}
                    ),
                }
            },
        ]
        try:
            clients.dynamodb().transact_write_items(TransactItems=writes)
        except ClientError as error:
            if lost_race(error) or contended(error):
                return False
            raise
        return True

    def count(self, course_id: str, changes: Mapping[str, int]) -> None:
        """Count changes of a course's seats, by the id of each change; those that were counted before do not count
        again. One GetItem and one UpdateItem.

        Raises:
            RetriesExhausted: too many batches at once.
        """

        def attempt() -> bool | None:
            stored = self._count(course_id)
            recent = _still_recent(stored.get("recent", []))
            known = {
                group["ids"][start : start + _ID_LENGTH]
                for group in recent
                for start in _starts(group["ids"])
            }
            new = {short: by for each, by in changes.items() if (short := _short(each)) not in known}
            if not new:
                return True
            recent.append({"at": round(time.time()), "ids": "".join(new)})
            try:
                clients.dynamodb().update_item(
                    TableName=self._courses_table,
                    Key=to_item(count_key_of(course_id)),
                    UpdateExpression="SET seats = :seats, recent = :recent ADD revision :one",
                    ConditionExpression="revision = :before OR (attribute_not_exists(revision) AND :before = :zero)",
                    ExpressionAttributeValues=to_item(
                        {
                            ":seats": stored.get("seats", 0) + sum(new.values()),
                            ":recent": recent,
                            ":before": stored.get("revision", 0),
                            ":one": 1,
                            ":zero": 0,
                        }
                    ),
                )
            except ClientError as error:
                if condition_failed(error) or contended(error):
                    return None
                raise
            return True

        Retries().until_answer(attempt)

    def _count(self, course_id: str) -> dict[str, Any]:
        answer = clients.dynamodb().get_item(
            TableName=self._courses_table, Key=to_item(count_key_of(course_id)), ConsistentRead=True
        )
        return from_item(answer.get("Item", {}))


def _still_recent(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The groups of changes that may arrive again."""
    oldest = time.time() - REMEMBERED_SECONDS
    kept: list[dict[str, Any]] = []
    total = 0
    for group in reversed(groups):
        total += len(group["ids"]) // _ID_LENGTH
        if group["at"] < oldest or total > REMEMBERED:
            break
        kept.append(group)
    return kept[::-1]


def _short(change_id: str) -> str:
    return urlsafe_b64encode(sha256(change_id.encode()).digest())[:_ID_LENGTH].decode()


def _starts(ids: str) -> range:
    return range(0, len(ids), _ID_LENGTH)
