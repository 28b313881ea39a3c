"""Lists of courses in DynamoDB, page by page: the catalogue of published ones, and the courses of one owner."""

from collections.abc import Mapping
from typing import Any

from domain import staff
from domain.course_store import OWNER_INDEX
from domain.courses import CourseSummary
from toolkit import clients
from toolkit.cursor import Page, PagedList
from toolkit.dynamo import Item, from_item, to_item
from toolkit.reads import batch_get

CATALOGUE_INDEX = "catalogue-index"
PUBLISHED_IN = "published"
"""The only partition of the catalogue: the attribute `catalogue` is set only while a course is published."""


class CourseListTable:
    """The indexes of the courses table."""

    def __init__(self, courses_table: str) -> None:
        self._table = courses_table

    def published(self, limit: int, cursor: str | None) -> Page[CourseSummary]:
        """One page of the catalogue, newest first: one Query.

        Raises:
            BadRequest: the cursor is not one of this list.
        """
        page = self._page(
            CATALOGUE_INDEX, {"catalogue": PUBLISHED_IN}, "publishedAt", "catalogue", limit, cursor
        )
        return Page([CourseSummary.from_stored(item) for item in page.items], page.next_cursor)

    def owned(self, owner_id: str, limit: int, cursor: str | None) -> Page[CourseSummary]:
        """One page of the courses that a person owns or co-teaches, newest first, as they are now: one Query and one
        BatchGetItem, more if the courses are longer than one answer.

        Raises:
            BadRequest: the cursor is not one of this list.
            Unavailable: DynamoDB is throttling.
        """
        page = self._page(OWNER_INDEX, {"ownerId": owner_id}, "createdAt", f"owner:{owner_id}", limit, cursor)
        # Each once, because DynamoDB refuses a key that is given twice.
        course_ids = list(dict.fromkeys(map(staff.course_id_of, page.items)))
        if not course_ids:
            return Page([], page.next_cursor)
        found = batch_get({self._table: [{"courseId": course_id} for course_id in course_ids]})
        courses = map(CourseSummary.from_stored, found[self._table])
        by_id = {course.course_id: course for course in courses if course.is_taught_by(owner_id)}
        return Page([by_id[each] for each in course_ids if each in by_id], page.next_cursor)

    def _page(
        self,
        index: str,
        partition: Mapping[str, str],
        order: str,
        scope: str,
        limit: int,
        cursor: str | None,
    ) -> Page[Item]:
        """A page of the items of an index, in the order of the attribute `order`, newest first."""
        courses = PagedList(scope, {order: str, "courseId": str})
        position = courses.start(cursor)
        start: Any = {"ExclusiveStartKey": to_item({**partition, **position})} if position else {}
        ((name, value),) = partition.items()
        answer = clients.dynamodb().query(
            TableName=self._table,
            IndexName=index,
            KeyConditionExpression=f"{name} = :{name}",
            ExpressionAttributeValues=to_item({f":{name}": value}),
            ScanIndexForward=False,
            Limit=limit + 1,
            **start,
        )
        return courses.page(
            [from_item(item) for item in answer["Items"]],
            limit,
            lambda item: {order: item[order], "courseId": item["courseId"]},
            # A page of long courses may end at DynamoDB's 1 MB, before its limit.
            has_more=bool(answer.get("LastEvaluatedKey")),
        )
