"""Reads a course's whole roster from DynamoDB, and brings single records up to date after a course change.

A large course is read one index partition after the other, and its records are written in parallel.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from domain import course_store
from domain.courses import Course
from domain.enrollments.model import ROSTER_INDEX, WAITLISTED, EnrollmentRecord, shard_key, waitlist_key
from domain.enrollments.store import EnrollmentTable
from followups.rules import sync
from toolkit import clients, log
from toolkit.dynamo import Item, condition_failed, from_item, item_of, to_item, transaction_conflict
from toolkit.reads import BATCH_SIZE, batch_get, query_pages
from toolkit.retries import Retries

# As many as the connections that one client keeps open.
_WRITES_AT_ONCE = 10
_PAGE = BATCH_SIZE


class CourseChangeTable(EnrollmentTable):
    """The CourseChangeStore of followups.rules in DynamoDB."""

    def course_now(self, course_id: str) -> Course | None:
        """The course as it is now: one GetItem."""
        return course_store.find(self._courses_table, course_id, consistent=True)

    def pages(self, course_id: str) -> Iterator[list[EnrollmentRecord]]:
        """All students who are enrolled or wait: one Query and one BatchGetItem per page, since the index does not have
        the completed lessons; at least one Query per partition of the roster."""
        partitions = [shard_key(course_id, shard) for shard in range(self._shards)]
        for partition in (*partitions, waitlist_key(course_id)):
            query = {
                "TableName": self._progress_table,
                "IndexName": ROSTER_INDEX,
                "KeyConditionExpression": "courseShard = :partition",
                "ExpressionAttributeValues": to_item({":partition": partition}),
            }
            for page in query_pages(query, page_size=_PAGE):
                yield self._records(course_id, [from_item(item)["userId"] for item in page])

    def _records(self, course_id: str, user_ids: Sequence[str]) -> list[EnrollmentRecord]:
        """The records of these people that can be read: one BatchGetItem.

        It is consistent: of a record as it was before the edit, nobody could say that it is in line with the course.
        """
        if not user_ids:
            return []
        keys = [{"userId": user_id, "courseId": course_id} for user_id in user_ids]
        return _readable(batch_get({self._progress_table: keys})[self._progress_table])

    def rewrite_all(self, records: Iterable[EnrollmentRecord], course: Course) -> int:
        """Bring records up to date with a course: one UpdateItem each, several at once."""
        return sum(_pool().map(lambda record: self._rewrite(record, course), records))

    def _rewrite(self, record: EnrollmentRecord, course: Course) -> bool:
        """Bring one record up to date, unless it is up to date or was deleted; returns whether it was written.

        A student may write progress at the same time, so only the revision that was read is replaced.
        """

        def attempt() -> bool | None:
            nonlocal record
            after = sync(record, course)
            if after is record:
                return False
            try:
                clients.dynamodb().update_item(**self._update(record, after))
            except ClientError as error:
                if transaction_conflict(error):
                    return None
                if not condition_failed(error):
                    raise
                found = item_of(error)
                if found is None:
                    return False
                record = EnrollmentRecord.from_stored(found)
                return None
            return True

        return Retries().until_answer(attempt)

    def _update(self, before: EnrollmentRecord, after: EnrollmentRecord) -> Any:
        # While a student waits, `completionPercentage` is a time: see domain.enrollments.model.
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


def _readable(items: Iterable[Item]) -> list[EnrollmentRecord]:
    """The records in items; a damaged item is skipped, so that the others are brought up to date."""
    found = []
    for item in items:
        try:
            found.append(EnrollmentRecord.from_stored(item))
        except (KeyError, TypeError, ValueError) as error:
            log.write("ERROR", "a record cannot be read", where=log.where(error))
    return found


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_WRITES_AT_ONCE, thread_name_prefix="followups")
