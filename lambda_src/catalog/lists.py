"""Lists of courses, a page at a time: the catalogue of published ones, and what belongs to one owner."""

from collections.abc import Mapping
from typing import Any

from domain.course_store import OWNER_INDEX
from domain.courses import Course
from toolkit import clients, cursor
from toolkit.dynamo import Item, from_item, to_item
from toolkit.errors import Unavailable

CATALOGUE_INDEX = "catalogue-index"
PUBLISHED_IN = "published"
"""The only partition of the catalogue: `catalogue` is set only while a course is published."""


class CourseLists:
    """The indexes of the courses table."""

    def __init__(self, table_name: str) -> None:
        self._table = table_name

    def published(self, limit: int, cursor_text: str | None) -> tuple[list[Course], str | None]:
        """One page of the catalogue, newest first: one Query."""
        items, following = self._page(
            CATALOGUE_INDEX, {"catalogue": PUBLISHED_IN}, "publishedAt", "catalogue", limit, cursor_text
        )
        return [Course.from_stored(item) for item in items], following

    def owned(self, owner_id: str, limit: int, cursor_text: str | None) -> tuple[list[Course], str | None]:
        """One page of somebody's courses, newest first, as they are now: one Query and one BatchGetItem.

        Raises:
            Unavailable: DynamoDB left some out because it is throttling.
        """
        items, following = self._page(
            OWNER_INDEX, {"ownerId": owner_id}, "createdAt", f"owner:{owner_id}", limit, cursor_text
        )
        if not items:
            return [], following
        keys = [to_item({"courseId": item["courseId"]}) for item in items]
        answer = clients.dynamodb().batch_get_item(
            RequestItems={self._table: {"Keys": keys, "ConsistentRead": True}}
        )
        if answer.get("UnprocessedKeys"):
            raise Unavailable
        courses = map(Course.from_stored, map(from_item, answer["Responses"].get(self._table, ())))
        by_id = {course.course_id: course for course in courses if course.owner_id == owner_id}
        return [by_id[item["courseId"]] for item in items if item["courseId"] in by_id], following

    def _page(
        self,
        index: str,
        partition: Mapping[str, str],
        order: str,
        scope: str,
        limit: int,
        cursor_text: str | None,
    ) -> tuple[list[Item], str | None]:
        """The items of a page of an index in the order of `order`, and the cursor of the next page, if any."""
        position = cursor.decode(scope, cursor_text, {order: str, "courseId": str})
        start: Any = {"ExclusiveStartKey": to_item({**partition, **position})} if position else {}
        ((name, value),) = partition.items()
        answer = clients.dynamodb().query(
            TableName=self._table,
            IndexName=index,
            KeyConditionExpression=f"{name} = :{name}",
            ExpressionAttributeValues=to_item({f":{name}": value}),
            ScanIndexForward=False,
            # One more than is shown tells whether there is another page. A page of long courses may end before.
            Limit=limit + 1,
            **start,
        )
        items = [from_item(item) for item in answer["Items"]]
        if len(items) <= limit and not answer.get("LastEvaluatedKey"):
            return items, None
        items = items[:limit]
        return items, cursor.encode(scope, {key: items[-1][key] for key in (order, "courseId")})
