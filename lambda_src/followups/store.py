"""Reads a course's whole roster from DynamoDB, page by page, and brings single records in line after a course change.

The records of a page are written in parallel. What is throttled is tried again for as long as the caller says.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from domain import course_store
from domain.courses import Course
from domain.enrollments.counting_store import CountingTable
from domain.enrollments.model import ROSTER_INDEX, WAITLISTED, EnrollmentRecord, shard_key
from domain.enrollments.results import update_of
from followups.pass_rules import Place, RosterPage, sync
from toolkit import clients, log
from toolkit.dynamo import Item, condition_failed, from_item, item_of, to_item
from toolkit.errors import Unavailable
from toolkit.problems import is_dependency_failure
from toolkit.reads import BATCH_SIZE, batch_get
from toolkit.retries import Retries

# As many as the connections that one client keeps open.
_WRITES_AT_ONCE = 10
_PAGE = BATCH_SIZE
_FAILURES = (BotoCoreError, ClientError, Unavailable)

T = TypeVar("T")


class CourseChangeTable(CountingTable):
    """The CourseChangeStore of followups.rules and the PassStore of followups.pass_rules in DynamoDB."""

    def course_now(self, course_id: str, retries: Retries | None = None) -> Course | None:
        """The course as it is now: one GetItem."""
        return course_store.find(self._courses_table, course_id, consistent=True, retries=retries)

    def course_patiently(self, course_id: str, retries: Retries) -> Course | None:
        """The course as it is now: one GetItem."""
        (course,) = _patiently(lambda: (self.course_now(course_id, retries),), retries)
        return course

    def partitions(self, course_id: str) -> Sequence[str]:
        """The partitions of the roster, without the waitlist."""
        return [shard_key(course_id, shard) for shard in range(self._shards)]

    def page(self, course_id: str, partition: str, after: Place | None, retries: Retries) -> RosterPage:
        """One Query, and one BatchGetItem because the index does not have the completed lessons."""
        query: dict[str, Any] = {
            "TableName": self._progress_table,
            "IndexName": ROSTER_INDEX,
            "KeyConditionExpression": "courseShard = :partition",
            "ExpressionAttributeValues": to_item({":partition": partition}),
            "Limit": _PAGE,
        }
        if after is not None:
            query["ExclusiveStartKey"] = to_item(
                {
                    "courseShard": partition,
                    "completionPercentage": after.sort_key,
                    "userId": after.user_id,
                    "courseId": course_id,
                }
            )
        answer = _patiently(lambda: clients.dynamodb().query(**query), retries)
        user_ids = [from_item(item)["userId"] for item in answer["Items"]]
        records = _patiently(lambda: self._records(course_id, user_ids, retries), retries)
        last = answer.get("LastEvaluatedKey")
        if not last:
            return RosterPage(records, None)
        key = from_item(last)
        return RosterPage(records, Place(key["completionPercentage"], key["userId"]))

    def rewrite_all(self, records: Sequence[EnrollmentRecord], course: Course, retries: Retries) -> int:
        """Bring records in line with a course: one UpdateItem each, several at once."""
        writes = [_threads().submit(self._rewrite, record, course, retries) for record in records]
        wait(writes)  # no thread may go on after the function has answered
        return sum(write.result() for write in writes)

    def _records(self, course_id: str, user_ids: Sequence[str], retries: Retries) -> list[EnrollmentRecord]:
        """The records of these people that can be read: one BatchGetItem.

        It is consistent: of a record as it was before the edit, nobody could say that it is in line with the course.
        """
        if not user_ids:
            return []
        keys = [{"userId": user_id, "courseId": course_id} for user_id in user_ids]
        found = batch_get({self._progress_table: keys}, retries=retries)
        return _readable(found[self._progress_table])

    def _rewrite(self, record: EnrollmentRecord, course: Course, retries: Retries) -> bool:
        """Bring one record in line, unless it is in line or was deleted; returns whether it was written.

        A student may write progress at the same time, so only the revision that was read is replaced.
        """

        def attempt() -> bool | None:
            nonlocal record
            after = sync(record, course)
            if after is record:
                return False
            try:
                clients.dynamodb().update_item(**self._update(record, after))
            except _FAILURES as error:
                if not isinstance(error, ClientError) or not condition_failed(error):
                    _raise_unless_passing(error)
                    return None
                found = item_of(error)
                if found is None:
                    return False
                record = EnrollmentRecord.from_stored(found)
                return None
            return True

        return retries.until_answer(attempt)

    def _update(self, before: EnrollmentRecord, after: EnrollmentRecord) -> Any:
        # While a student waits, `completionPercentage` is a time: see domain.enrollments.model.
        percentage = "keptPercentage" if before.status == WAITLISTED else "completionPercentage"
        update, values = (
            update_of(after.results_to_store()) if after.uncounted != before.uncounted else ("", {})
        )
        return {
            "TableName": self._progress_table,
            "Key": to_item({"userId": before.user_id, "courseId": before.course_id}),
            "UpdateExpression": f"SET {percentage} = :percentage, courseTitle = :title, revision = :revision{update}",
            "ConditionExpression": "revision = :before",
            "ExpressionAttributeValues": to_item(
                {
                    ":percentage": after.percentage,
                    ":title": after.course_title,
                    ":revision": after.revision,
                    ":before": before.revision,
                    **values,
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


def _patiently(call: Callable[[], T], retries: Retries) -> T:
    """Make a call until it succeeds; its answer is not None.

    Raises:
        RetriesExhausted: the time for retries is used up.
    """

    def attempt() -> T | None:
        try:
            return call()
        except _FAILURES as error:
            _raise_unless_passing(error)
            return None

    return retries.until_answer(attempt)


def _raise_unless_passing(error: Exception) -> None:
    """Raise an error, unless the call may succeed when it is made again."""
    if not isinstance(error, Unavailable) and not is_dependency_failure(error):
        raise error


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_WRITES_AT_ONCE, thread_name_prefix="followups")
