"""Resume positions in DynamoDB: the update of one, the positions of a course or of a person, and their deletion.

The first position of a lesson is written by progress.store, in a transaction with the student's record.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from domain import lesson_items_store
from domain.enrollments import store as enrollments
from domain.enrollments.model import EnrollmentRecord, Position
from domain.positions.model import LessonPosition, end_of, key_of, prefix_of
from toolkit import clients
from toolkit.dynamo import condition_failed, item_of, lost_race, retry_conflicts, to_item
from toolkit.reads import query_all

# Of two reports at the same time, the further one is stored.
_IS_NEWER = "attribute_exists(userId) AND (#at < :at OR (#at = :at AND seconds < :seconds))"


class PositionTable:
    """The table of positions; also the FoldingStore of domain.positions.folding.

    Args:
        positions_table: name of the table of positions.
        progress_table: name of the table of records.
    """

    def __init__(self, *, positions_table: str, progress_table: str) -> None:
        self._positions_table = positions_table
        self._progress_table = progress_table

    def advance(self, user_id: str, course_id: str, lesson_id: str, position: Position) -> bool:
        """Replace a stored position unless it is newer; returns whether there is one. One UpdateItem, one write unit.

        Raises:
            RetriesExhausted: transactions on the item are in progress for too long.
        """
        try:
            retry_conflicts(
                lambda: clients.dynamodb().update_item(
                    TableName=self._positions_table,
                    Key=to_item(key_of(user_id, course_id, lesson_id)),
                    UpdateExpression="SET #at = :at, seconds = :seconds",
                    ConditionExpression=_IS_NEWER,
                    ExpressionAttributeNames={"#at": "at"},
                    ExpressionAttributeValues=to_item({":at": position.at, ":seconds": position.seconds}),
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            return item_of(error) is not None
        return True

    def put_first(self, first: LessonPosition) -> Any:
        """The part of a transaction that writes a position if there is none."""
        return {
            "Put": {
                "TableName": self._positions_table,
                "Item": to_item(first.to_stored()),
                "ConditionExpression": "attribute_not_exists(userId)",
            }
        }

    def of_course(self, user_id: str, course_id: str) -> Mapping[str, Position]:
        """A student's positions in a course as they are now, by lesson: one Query per page."""
        query = {
            "TableName": self._positions_table,
            "KeyConditionExpression": "userId = :user AND begins_with(courseLesson, :course)",
            "ExpressionAttributeValues": to_item({":user": user_id, ":course": prefix_of(course_id)}),
            "ConsistentRead": True,
        }
        return {
            found.lesson_id: found.position for found in map(LessonPosition.from_stored, query_all(query))
        }

    def record(self, user_id: str, course_id: str) -> EnrollmentRecord | None:
        """The student's record as it is now: one GetItem."""
        return enrollments.find(self._progress_table, user_id, course_id)

    def fold_in(self, record: EnrollmentRecord, positions: Mapping[str, Position]) -> bool:
        """Store positions in a withdrawn student's record and delete their items: one TransactWriteItems."""
        after = record.changed(positions=record.with_positions(positions).positions)
        places = {f"#lesson{number}": lesson_id for number, lesson_id in enumerate(positions)}
        values = {
            f":{place[1:]}": {
                "seconds": after.positions[lesson_id].seconds,
                "at": after.positions[lesson_id].at,
            }
            for place, lesson_id in places.items()
        }
        update: Any = {
            "TableName": self._progress_table,
            "Key": to_item({"userId": record.user_id, "courseId": record.course_id}),
            "UpdateExpression": "SET revision = :revision, "
            + ", ".join(f"positions.{place} = :{place[1:]}" for place in places),
            "ConditionExpression": "revision = :before",
            "ExpressionAttributeNames": places,
            "ExpressionAttributeValues": to_item(
                {":before": record.revision, ":revision": after.revision, **values}
            ),
        }
        deletions: list[Any] = [
            {"Delete": self._unchanged(record, lesson_id, position)}
            for lesson_id, position in positions.items()
        ]
        try:
            clients.dynamodb().transact_write_items(TransactItems=[{"Update": update}, *deletions])
        except ClientError as error:
            if lost_race(error):
                return False
            raise
        return True

    def delete_of(self, user_id: str) -> None:
        """Delete all positions of a person: one Query per page, one BatchWriteItem for each 25 positions.

        Raises:
            RetriesExhausted: DynamoDB has no capacity for it now. What was deleted stays deleted.
        """
        lesson_items_store.delete_all_of(self._positions_table, user_id)

    def of_person(self, user_id: str, after_course_id: str | None) -> Iterator[LessonPosition]:
        """A person's positions in the order of courses, after those in the given course: one Query for each page that
        is asked for."""
        query = {
            "TableName": self._positions_table,
            "KeyConditionExpression": "userId = :user AND courseLesson > :after",
            "ExpressionAttributeValues": to_item({":user": user_id, ":after": end_of(after_course_id or "")}),
            "ConsistentRead": True,
        }
        return map(LessonPosition.from_stored, query_all(query))

    def _unchanged(self, record: EnrollmentRecord, lesson_id: str, position: Position) -> Any:
        return {
            "TableName": self._positions_table,
            "Key": to_item(key_of(record.user_id, record.course_id, lesson_id)),
            "ConditionExpression": "#at = :at AND seconds = :seconds",
            "ExpressionAttributeNames": {"#at": "at"},
            "ExpressionAttributeValues": to_item({":at": position.at, ":seconds": position.seconds}),
        }
