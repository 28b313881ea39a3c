"""The DynamoDB side of followups: a course's whole roster, and single records brought in line.

A large course is read one index partition after the other, and its records are written side by side.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from domain import course_store
from domain.courses import Course
from domain.enrollments.model import COMPLETION_INDEX, WAITLISTED, Record, shard_key, waitlist_key
from domain.enrollments.store import Places
from followups.rules import in_line
from toolkit import clients, log, retries
from toolkit.dynamo import condition_failed, from_item, item_of, to_item, transaction_conflict

# As many as one client keeps open connections.
_WRITES_AT_ONCE = 10
_PAGE = 500


class Roster(Places):
    """A Store of followups.rules in DynamoDB."""

    def course_now(self, course_id: str) -> Course | None:
        """The course as it is now: one GetItem."""
        return course_store.find(self._courses_table, course_id, consistent=True)

    def pages(self, course_id: str) -> Iterator[list[Record]]:
        """All who are enrolled or wait, one Query per page; at least one per partition of the roster."""
        partitions = [shard_key(course_id, shard) for shard in range(self._shards)]
        for partition in (*partitions, waitlist_key(course_id)):
            start: Any = {}
            while True:
                answer = clients.dynamodb().query(
                    TableName=self._progress_table,
                    IndexName=COMPLETION_INDEX,
                    KeyConditionExpression="courseShard = :partition",
                    ExpressionAttributeValues=to_item({":partition": partition}),
                    Limit=_PAGE,
                    **start,
                )
                yield _records(answer["Items"])
                if not answer.get("LastEvaluatedKey"):
                    break
                start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def rewrite_all(self, records: Iterable[Record], course: Course) -> int:
        """Bring records in line with a course: one UpdateItem each, several at once."""
        return sum(_pool().map(lambda record: self._rewrite(record, course), records))

    def _rewrite(self, record: Record, course: Course) -> bool:
        """Bring one record in line, unless it is or has gone; whether it was written.

        Students go on learning meanwhile: only the revision that was looked at is written over.
        """
        for _ in retries.attempts():
            after = in_line(record, course)
            if after is record:
                return False
            try:
                clients.dynamodb().update_item(**self._update(record, after))
                return True
            except ClientError as error:
                if transaction_conflict(error):
                    continue
                if not condition_failed(error):
                    raise
                found = item_of(error)
                if found is None:
                    return False
                record = Record.from_stored(found)
        raise AssertionError("attempts() raises when it ends")

    def _update(self, before: Record, after: Record) -> Any:
        # Of those who wait, the index's sort value is the time since when.
        percentage = "keptPercentage" if before.status == WAITLISTED else "completionPercentage"
        return {
            "TableName": self._progress_table,
            "Key": to_item({"userId": before.user_id, "courseId": before.course_id}),
            "UpdateExpression": f"SET {percentage} = :percentage, courseTitle = :title, revision = :revision",
            "ConditionExpression": "revision = :before",
            "ExpressionAttributeValues": to_item(
                {
                    ":percentage": after.percentage,
                    ":title": after.course_title,
                    ":revision": after.revision,
                    ":before": before.revision,
                }
            ),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }


def _records(items: Iterable[Any]) -> list[Record]:
    """The records among items; a damaged one must not keep the others from being brought in line."""
    found = []
    for item in items:
        try:
            found.append(Record.from_stored(from_item(item)))
        except (KeyError, TypeError, ValueError) as error:
            log.write("ERROR", "a record cannot be read", where=log.where(error))
    return found


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_WRITES_AT_ONCE, thread_name_prefix="followups")
