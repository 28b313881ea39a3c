"""Reading records in DynamoDB: a student's own, and the roster of a course, page by page.

Writing them stands in domain.enrollments.store. A query is repeated only when one answer's 1 MB, or its
READ_AT_ONCE records, were too little for a page.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from heapq import merge
from typing import Any

from domain import course_store
from domain.courses import Course
from domain.enrollments.bulk_store import CohortPlaces
from domain.enrollments.model import COMPLETION_INDEX, Record, shard_key
from enrollment.rosters import RosterPosition
from toolkit import clients
from toolkit.dynamo import from_item, to_item

# What a query answers at most: a page of JSON takes one query per shard, a long table reads on where it
# has to, and no more than this is read in vain of a shard.
READ_AT_ONCE = 101
# A page's first queries run side by side, within what one client keeps as open connections.
_QUERIES_AT_ONCE = 8

_Query = tuple[dict[str, Any], Any]
_Answer = tuple[list[Record], Any]


class EnrollmentTable(CohortPlaces):
    """The enrollment function's reads, and the writes that it shares with others."""

    def course_now(self, course_id: str) -> Course | None:
        """The course as it is now: one GetItem."""
        return course_store.find(self._courses_table, course_id, consistent=True)

    def of_student(self, user_id: str, after_course_id: str | None, limit: int) -> list[Record]:
        """Up to `limit` records of one student by course id, after the given one: one query."""
        start: Any = None
        if after_course_id is not None:
            start = to_item({"userId": user_id, "courseId": after_course_id})
        query = {
            "TableName": self._progress_table,
            "KeyConditionExpression": "userId = :user",
            "ExpressionAttributeValues": to_item({":user": user_id}),
            "ConsistentRead": True,
        }
        records, start = _answer(query, start, limit)
        while start and len(records) < limit:
            more, start = _answer(query, start, limit - len(records))
            records += more
        return records

    def roster(
        self, course_id: str, after: RosterPosition | None, limit: int
    ) -> list[tuple[RosterPosition, Record]]:
        """Up to `limit` enrolled students of one course, furthest first: at least one query per shard."""

        size = min(limit, READ_AT_ONCE)
        queries = [self._roster_query(course_id, shard, after) for shard in range(self._shards)]
        firsts = _side_by_side(lambda query: _answer(*query, size), queries)
        shards = (
            _from_shard(shard, query, first, size)
            for shard, ((query, _), first) in enumerate(zip(queries, firsts, strict=True))
        )
        # By user, because who sinks in between comes up a second time.
        entries: dict[str, tuple[RosterPosition, Record]] = {}
        for position, record in merge(*shards, key=_roster_order):
            entries.setdefault(record.user_id, (position, record))
            if len(entries) == limit:
                break
        return list(entries.values())

    def _roster_query(self, course_id: str, shard: int, after: RosterPosition | None) -> _Query:
        """The query of a shard, and the wire form of the key after which it starts."""
        partition = shard_key(course_id, shard)
        condition, start = "courseShard = :shard", None
        values: dict[str, Any] = {":shard": partition}
        if after is not None and shard == after.shard:
            start = to_item(
                {
                    "courseShard": partition,
                    "completionPercentage": after.percentage,
                    "userId": after.user_id,
                    "courseId": course_id,
                }
            )
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
        return query, start


def _from_shard(
    shard: int, query: dict[str, Any], first: _Answer, size: int
) -> Iterator[tuple[RosterPosition, Record]]:
    """A shard's students, furthest first; reads on when somebody asks for more than there was."""
    records, start = first
    while True:
        for record in records:
            yield RosterPosition(record.percentage, shard, record.user_id), record
        if not start:
            return
        records, start = _answer(query, start, size)


def _roster_order(entry: tuple[RosterPosition, Record]) -> tuple[float, int]:
    position, _ = entry
    return -position.percentage, position.shard


def _answer(query: dict[str, Any], start: Any, limit: int) -> _Answer:
    """One query: its records, and where the next one starts if there may be more."""
    more = {"ExclusiveStartKey": start} if start else {}
    answer = clients.dynamodb().query(**query, **more, Limit=limit)
    records = [Record.from_stored(from_item(item)) for item in answer["Items"]]
    return records, answer.get("LastEvaluatedKey")


def _side_by_side(work: Callable[[_Query], _Answer], pieces: list[_Query]) -> list[_Answer]:
    if len(pieces) == 1:
        return [work(pieces[0])]
    return list(_pool().map(work, pieces))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_QUERIES_AT_ONCE, thread_name_prefix="roster")
