"""Lists of courses in DynamoDB, page by page: the catalogue of published ones, and those that a person teaches.

A page is one Query of an index that has what lists show. A course that a former version of the platform wrote last
has no number of lessons there, and a co-teacher's item from then has no copy of its course. The first list that comes
upon one reads the course, shows what is right, and stores what was missing.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domain import course_store, staff, staff_store
from domain.course_store import CATALOGUE_INDEX, OWNER_INDEX, PUBLISHED_IN
from domain.courses import Course, CourseSummary
from domain.enrollments import admission_store
from domain.enrollments.admission import Seats
from toolkit.cursor import Page, PagedList
from toolkit.dynamo import Item, from_item, to_item
from toolkit.reads import batch_get, query_once

# Whole courses that are read at a time: 4 MB at most.
_WHOLE_COURSES = 10


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
        return Page(self.summaries(page.items), page.next_cursor)

    def owned(self, owner_id: str, limit: int, cursor: str | None) -> Page[CourseSummary]:
        """One page of the courses that a person owns or co-teaches, newest first, as of a moment ago: one Query.

        Raises:
            BadRequest: the cursor is not one of this list.
        """
        page = self._page(OWNER_INDEX, {"ownerId": owner_id}, "createdAt", f"owner:{owner_id}", limit, cursor)
        # Each once: the index may be late with one of two changes.
        by_id = {course.course_id: course for course in self.summaries(page.items)}
        return Page([course for course in by_id.values() if course.is_taught_by(owner_id)], page.next_cursor)

    def summaries(self, items: Sequence[Item]) -> list[CourseSummary]:
        """The courses of items of an index, in their order: no call, but for items that a former version wrote."""
        incomplete = [item for item in items if not _is_complete(item)]
        completed = {course.course_id: course for course in self._complete(incomplete)}
        found = []
        for item in items:
            if not _is_complete(item):
                found += [completed[each] for each in (staff.course_id_of(item),) if each in completed]
            elif staff.is_co_teacher(item):
                found.append(staff.course_in(item))
            else:
                found.append(CourseSummary.from_stored(item))
        return found

    def _complete(self, items: Sequence[Item]) -> Iterator[CourseSummary]:
        """Read the courses of items that a former version wrote, and store what the items lack: for each ten courses
        one BatchGetItem, and one UpdateItem for each item."""
        co_teachers = [item for item in items if staff.is_co_teacher(item)]
        keys = [{"courseId": each} for each in sorted({staff.course_id_of(item) for item in items})]
        for begin in range(0, len(keys), _WHOLE_COURSES):
            found = batch_get({self._table: keys[begin : begin + _WHOLE_COURSES]})
            for stored in found[self._table]:
                course = Course.from_stored(stored)
                if not course.is_counted:
                    course_store.store_lesson_count(self._table, course)
                for item in co_teachers:
                    if staff.course_id_of(item) == course.course_id:
                        staff_store.copy_course(self._table, course, item["ownerId"])
                yield CourseSummary.from_stored(stored)

    def seats(self, course_ids: Sequence[str]) -> Mapping[str, Seats]:
        """The seats of courses, by course id, as they are now: one BatchGetItem for 50 courses."""
        return admission_store.seats_of(self._table, course_ids)

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
        answer = query_once(
            {
                "TableName": self._table,
                "IndexName": index,
                "KeyConditionExpression": f"{name} = :{name}",
                "ExpressionAttributeValues": to_item({f":{name}": value}),
                "ScanIndexForward": False,
                "Limit": limit + 1,
                **start,
            }
        )
        return courses.page(
            [from_item(item) for item in answer["Items"]],
            limit,
            lambda item: {order: item[order], "courseId": item["courseId"]},
            # A page of long summaries may end at DynamoDB's 1 MB, before its limit.
            has_more=bool(answer.get("LastEvaluatedKey")),
        )


def _is_complete(item: Item) -> bool:
    return staff.has_copy(item) if staff.is_co_teacher(item) else "lessonCount" in item
