"""Co-teachers in DynamoDB: each change is one transaction of the course, the co-teacher's item and audit entries.

The course's version does not change: otherwise an unsaved edit would become a conflict.
"""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from domain import course_store, staff
from domain.audit import AuditEntry
from domain.audit_store import AuditTable
from domain.courses import Course
from domain.people import tombstone_store
from domain.people.tombstones import Erased
from toolkit import clients
from toolkit.dynamo import cancellation_reasons, condition_failed, lost_race, retry_conflicts, to_item


class StaffTable:
    """The co-teachers in the courses table. The profiles table is used only to check for tombstones."""

    def __init__(self, courses_table: str, *, profiles_table: str, audit: AuditTable) -> None:
        self._table = courses_table
        self._profiles_table = profiles_table
        self._audit = audit

    def course(self, course_id: str) -> Course | None:
        """One course as it is now: one GetItem."""
        return course_store.find(self._table, course_id, consistent=True)

    def add(self, course: Course, user_id: str, entries: Sequence[AuditEntry]) -> bool:
        """Make a person a co-teacher: one TransactWriteItems. False if the course has changed in the meantime.

        Raises:
            Erased: the person is being or has been erased.
        """
        change = self._change(
            course.course_id,
            user_id,
            "ADD staff :user",
            "attribute_exists(courseId) AND ownerId <> :id AND NOT contains(staff, :id)"
            " AND (attribute_not_exists(staff) OR size(staff) < :most)",
            {":id": user_id, ":most": staff.MOST_CO_TEACHERS},
        )
        put = {"Put": {"TableName": self._table, "Item": to_item(staff.item_of(course, user_id))}}
        # The order matters: DynamoDB returns one cancellation reason for each write, in this order.
        return self._write(
            [tombstone_store.none_for(self._profiles_table, user_id), change, put], entries, has_check=True
        )

    def remove(self, course_id: str, user_id: str, entries: Sequence[AuditEntry]) -> bool:
        """Remove a co-teacher: one TransactWriteItems. False if the course has changed in the meantime."""
        change = self._change(
            course_id, user_id, "DELETE staff :user", "contains(staff, :id)", {":id": user_id}
        )
        return self._write([change, item_deletion(self._table, course_id, user_id)], entries)

    def _change(
        self, course_id: str, user_id: str, expression: str, condition: str, values: dict[str, Any]
    ) -> Any:
        return {
            "Update": {
                "TableName": self._table,
                "Key": to_item({"courseId": course_id}),
                "UpdateExpression": expression,
                "ConditionExpression": condition,
                "ExpressionAttributeValues": to_item({":user": {user_id}, **values}),
            }
        }

    def _write(self, writes: list[Any], entries: Sequence[AuditEntry], *, has_check: bool = False) -> bool:
        recorded: list[Any] = [{"Put": self._audit.put(entry)} for entry in entries]
        try:
            clients.dynamodb().transact_write_items(TransactItems=[*writes, *recorded])
        except ClientError as error:
            if has_check and cancellation_reasons(error)[:1] == ("ConditionalCheckFailed",):
                raise Erased from error
            if lost_race(error):
                return False
            raise
        return True


def item_deletion(courses_table: str, course_id: str, user_id: str) -> Any:
    """The part of a transaction that deletes a co-teacher's item."""
    return {"Delete": {"TableName": courses_table, "Key": to_item(staff.key_of(course_id, user_id))}}


def copy_course(courses_table: str, course: Course, user_id: str) -> None:
    """Renew the copy of a course in a co-teacher's item, unless the item is gone: one UpdateItem."""
    values = {name: value for name, value in staff.copy_of(course).items() if value is not None}
    removed = [name for name in staff.copy_of(course) if name not in values]
    expression = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
    if removed:
        expression += " REMOVE " + ", ".join(f"#{name}" for name in removed)
    try:
        retry_conflicts(
            lambda: clients.dynamodb().update_item(
                TableName=courses_table,
                Key=to_item(staff.key_of(course.course_id, user_id)),
                UpdateExpression=expression,
                ConditionExpression="attribute_exists(courseId)",
                ExpressionAttributeNames={f"#{name}": name for name in (*values, *removed)},
                ExpressionAttributeValues=to_item({f":{name}": value for name, value in values.items()}),
            )
        )
    except ClientError as error:
        if not condition_failed(error):
            raise
