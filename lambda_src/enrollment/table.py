"""Reading records in DynamoDB: a student's own, and the roster of a course, page by page.

Writing them stands in shared.places. A query is repeated only when one answer's 1 MB was too little
for a page.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from heapq import merge
from itertools import islice
from typing import Any

from enrollment.operations import RosterPosition
from shared import clients
from shared.cohort_places import CohortPlaces
from shared.dynamo import from_item, to_item
from shared.records import COMPLETION_INDEX, Record, shard_key

# A page's queries run side by side, within what one client keeps as open connections.
_QUERIES_AT_ONCE = 8


class EnrollmentTable(CohortPlaces):
    """The enrollment function's reads, and the writes that it shares with others."""

    def of_student(self, user_id: str, after_course_id: str | None, limit: int) -> list[Record]:
        """Up to `limit` records of one student by course id, after the given one: one query."""
        start = {"userId": user_id, "courseId": after_course_id} if after_course_id is not None else None
        return _query(
            {
                "TableName": self._progress_table,
                "KeyConditionExpression": "userId = :user",
                "ExpressionAttributeValues": to_item({":user": user_id}),
                "ConsistentRead": True,
            },
            start,
            limit,
        )

    def roster(
        self, course_id: str, after: RosterPosition | None, limit: int
    ) -> list[tuple[RosterPosition, Record]]:
        """Up to `limit` enrolled students of one course, furthest first: one query per shard."""

        def of_shard(shard: int) -> list[tuple[RosterPosition, Record]]:
            records = self._roster_shard(course_id, shard, after, limit)
            return [(RosterPosition(record.percentage, shard, record.user_id), record) for record in records]

        pages = _side_by_side(of_shard, self._shards)
        return list(islice(merge(*pages, key=_roster_order), limit))

    def _roster_shard(
        self, course_id: str, shard: int, after: RosterPosition | None, limit: int
    ) -> list[Record]:
        partition = shard_key(course_id, shard)
        condition, start = "courseShard = :shard", None
        values: dict[str, Any] = {":shard": partition}
        if after is not None and shard == after.shard:
            start = {
                "courseShard": partition,
                "completionPercentage": after.percentage,
                "userId": after.user_id,
                "courseId": course_id,
            }
        elif after is not None:
            comparison = "<" if shard < after.shard else "<="
            condition += f" AND completionPercentage {comparison} :percentage"
            values[":percentage"] = after.percentage
        query = {
            "TableName": self._progress_table,
            "IndexName": COMPLETION_INDEX,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": to_item(values),
            "ScanIndexForward": False,
        }
        return _query(query, start, limit)


def _roster_order(entry: tuple[RosterPosition, Record]) -> tuple[float, int]:
    position, _ = entry
    return -position.percentage, position.shard


def _query(parameters: dict[str, Any], start: dict[str, Any] | None, limit: int) -> list[Record]:
    records: list[Record] = []
    start_key: Any = to_item(start) if start is not None else None
    while True:
        more = {"ExclusiveStartKey": start_key} if start_key else {}
        answer = clients.dynamodb().query(**parameters, **more, Limit=limit - len(records))
        records += [Record.from_stored(from_item(item)) for item in answer["Items"]]
        start_key = answer.get("LastEvaluatedKey")
        if not start_key or len(records) >= limit:
            return records


def _side_by_side(
    of_shard: Callable[[int], list[tuple[RosterPosition, Record]]], shards: int
) -> Iterator[list[tuple[RosterPosition, Record]]]:
    if shards == 1:
        return iter([of_shard(0)])
    return _pool().map(of_shard, range(shards))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_QUERIES_AT_ONCE, thread_name_prefix="roster")
