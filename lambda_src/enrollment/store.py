"""Reading enrolments in DynamoDB: a student's own, and the roster of a course, page by page.

Writing them is in domain.enrollments.store. A query is repeated only if its answer, at most 1 MB or
READ_AT_ONCE records, is too short for a page.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from heapq import merge
from itertools import chain
from typing import Any

from domain import course_store
from domain.courses import Course
from domain.enrollments.model import ROSTER_INDEX, STUDENT_INDEX, ListedEnrollment, shard_key
from domain.enrollments.store import EnrollmentTable
from enrollment.roster_rules import RosterEntry, RosterPosition
from toolkit.dynamo import from_item, to_item
from toolkit.reads import WireItem, query_pages, query_up_to

# The most records in one answer of a query. A page of JSON needs one query per shard. A CSV table repeats the query
# where necessary. Of each shard, at most this many unused records are read.
READ_AT_ONCE = 101
# The first queries of a page run in parallel; one client keeps that many connections open.
_PARALLEL_QUERIES = 8

_Entry = tuple[RosterPosition, RosterEntry]
_Pages = Iterator[list[WireItem]]


class RosterTable(EnrollmentTable):
    """The enrollment function's reads, and the writes that it shares with other functions."""

    def course_now(self, course_id: str) -> Course | None:
        """The course as it is now: one GetItem."""
        return course_store.find(self._courses_table, course_id, consistent=True)

    def course_lately(self, course_id: str) -> Course | None:
        """The course, up to course_store.CACHE_SECONDS old: at most one GetItem."""
        return course_store.find_cached(self._courses_table, course_id)

    def of_student(self, user_id: str, after_course_id: str | None, limit: int) -> list[ListedEnrollment]:
        """Up to `limit` enrolments of one student by course id, after the given one: one Query of an index, which may
        be a moment late."""
        query = {
            "TableName": self._progress_table,
            "IndexName": STUDENT_INDEX,
            "KeyConditionExpression": "userId = :user",
            "ExpressionAttributeValues": to_item({":user": user_id}),
        }
        start = to_item({"userId": user_id, "courseId": after_course_id}) if after_course_id else None
        return [ListedEnrollment.from_stored(item) for item in query_up_to(query, limit, start=start)]

    def roster(self, course_id: str, after: RosterPosition | None, limit: int) -> list[_Entry]:
        """Up to `limit` enrolled students of one course, highest percentage first: at least one Query per
        shard."""
        size = min(limit, READ_AT_ONCE)
        shards = [self._shard_pages(course_id, shard, after, size) for shard in range(self._shards)]
        entries_of_shards = (
            _entries(shard, chain([first], pages))
            for shard, (first, pages) in enumerate(zip(_first_pages(shards), shards, strict=True))
        )
        # By user: a student whose percentage falls between two queries is read a second time.
        entries: dict[str, _Entry] = {}
        for position, student in merge(*entries_of_shards, key=_roster_order):
            entries.setdefault(student.user_id, (position, student))
            if len(entries) == limit:
                break
        return list(entries.values())

    def _shard_pages(self, course_id: str, shard: int, after: RosterPosition | None, size: int) -> _Pages:
        """The pages of a shard's query, after a position."""
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
            "IndexName": ROSTER_INDEX,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": to_item(values),
            "ScanIndexForward": False,
        }
        return query_pages(query, start=start, page_size=size)


def _entries(shard: int, pages: _Pages) -> Iterator[_Entry]:
    """A shard's students in the roster's order; a further page is read only when it is needed."""
    for page in pages:
        for item in page:
            entry = RosterEntry.from_stored(from_item(item))
            yield RosterPosition(entry.percentage, shard, entry.user_id), entry


def _roster_order(entry: _Entry) -> tuple[float, int]:
    position, _ = entry
    return -position.percentage, position.shard


def _first_pages(shards: list[_Pages]) -> list[list[WireItem]]:
    """The first page of every shard, read in parallel."""
    if len(shards) == 1:
        return [next(shards[0])]
    return list(_pool().map(next, shards))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_PARALLEL_QUERIES, thread_name_prefix="roster")
