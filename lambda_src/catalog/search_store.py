"""All published courses in the memory of an instance, to search in them.

The first search of an instance reads the buckets of entries (domain.search.entries). Later ones read every five seconds
which buckets have changed, and only those. Before the entries are there, after a new deployment, the catalogue's index
is read instead, every half minute. So a search is less than a minute late.
"""

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from catalog.list_store import CourseListTable
from domain.course_store import CATALOGUE_INDEX, PUBLISHED_IN
from domain.courses import CourseSummary
from domain.search import entries, words
from toolkit.cursor import Page, PagedList
from toolkit.dynamo import Item, to_item
from toolkit.reads import batch_get, get_item, in_batches, query_all

REFRESH_SECONDS = 5.0
REREAD_SECONDS = 30.0


class _Found(NamedTuple):
    """A course in memory: its place in the list, its searchable text, and its entry or its item of the index."""

    published_at: str
    course_id: str
    text: str
    stored: str | Item


class SearchTable:
    """The published courses of the courses table."""

    def __init__(self, courses_table: str, lists: CourseListTable) -> None:
        self._table = courses_table
        self._lists = lists
        self._newest_first: list[_Found] = []
        self._buckets: dict[int, tuple[int, list[_Found]]] = {}
        self._is_fresh_until = 0.0

    def found(self, search: str, limit: int, cursor: str | None) -> Page[CourseSummary]:
        """One page of the published courses that have all words of a search, newest first: usually no call, and one
        GetItem every five seconds.

        Raises:
            BadRequest: the cursor is not one of this search.
        """
        wanted = words.wanted(search)
        # The words and not the search: another spelling of the same words is the same list.
        courses = PagedList("search:" + "|".join(wanted), {"publishedAt": str, "courseId": str})
        start = courses.start(cursor)
        after = (start["publishedAt"], start["courseId"]) if start else None
        self._refresh()
        found = []
        for course in self._newest_first:
            if (after is None or course[:2] < after) and words.is_in(course.text, wanted):
                found.append(course)
                if len(found) > limit:
                    break
        page = courses.page(
            found,
            limit,
            lambda course: {"publishedAt": course.published_at, "courseId": course.course_id},
        )
        items = [_item(course) for course in page.items]
        return Page(self._lists.summaries(items), page.next_cursor)

    def _refresh(self) -> None:
        now = time.monotonic()
        if now < self._is_fresh_until:
            return
        heads = get_item(self._table, entries.HEADS, consistent=False) or {}
        if entries.CHECKED_AT in heads:
            if not self._read_changed(entries.revisions_in(heads)):
                self._is_fresh_until = now + REFRESH_SECONDS
                return
            courses = [course for _, of_bucket in self._buckets.values() for course in of_bucket]
            self._is_fresh_until = now + REFRESH_SECONDS
        else:
            courses = [_in_memory(item, item) for item in self._catalogue()]
            self._is_fresh_until = now + REREAD_SECONDS
        self._newest_first = sorted(courses, key=lambda course: course[:2], reverse=True)

    def _read_changed(self, revisions: dict[int, int]) -> bool:
        """Read the buckets that have changed: one BatchGetItem for each hundred. False if none has."""
        changed = [
            bucket
            for bucket, revision in sorted(revisions.items())
            if bucket not in self._buckets or self._buckets[bucket][0] != revision
        ]
        for some in in_batches(changed):
            by_key = {entries.key_of(bucket)["courseId"]: bucket for bucket in some}
            keys = [{"courseId": key} for key in by_key]
            for item in batch_get({self._table: keys}, consistent=False)[self._table]:
                # The revision is that of the bucket that was read: it may be a moment older than the heads.
                self._buckets[by_key[item["courseId"]]] = (
                    item[entries.REVISION],
                    [
                        _in_memory(entries.item_in(course_id, entry), entry)
                        for course_id, entry in entries.entries_in(item).items()
                    ],
                )
        return bool(changed)

    def _catalogue(self) -> Iterator[Item]:
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": CATALOGUE_INDEX,
            "KeyConditionExpression": "catalogue = :all",
            "ExpressionAttributeValues": to_item({":all": PUBLISHED_IN}),
        }
        return query_all(query)


def _in_memory(item: Item, stored: str | Item) -> _Found:
    return _Found(item["publishedAt"], item["courseId"], entries.text_of(item), stored)


def _item(course: _Found) -> Item:
    if isinstance(course.stored, str):
        return entries.item_in(course.course_id, course.stored)
    return course.stored
