"""Courses in DynamoDB: one item per course, with its lessons in a map. Lists of courses are in catalog.list_store.

Every write is one conditional UpdateItem that changes only its own attributes and raises the version. If the answer
to a write is lost, the AWS client sends the write again and its condition fails. Such a write is recognised by the
item that the first attempt wrote.
`catalogue` is set only while a course is published, so that the index contains only published courses.
"""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from catalog.rules import WriteRefused
from domain import course_store
from domain.audit import AuditEntry
from domain.audit_store import AuditTable
from domain.course_store import PUBLISHED_IN
from domain.courses import PUBLISHED, Course
from domain.people import tombstone_store
from domain.people.tombstones import Erased
from toolkit import clients
from toolkit.dynamo import (
    Item,
    cancellation_reasons,
    condition_failed,
    from_item,
    item_of,
    retry_conflicts,
    to_item,
)

_OPTIONAL = frozenset({"capacity", "opensAt", "closesAt"})


class CourseTable:
    """The courses table. The profiles table is used only to check for tombstones."""

    def __init__(self, name: str, *, profiles_table: str, audit: AuditTable) -> None:
        self._name = name
        self._profiles_table = profiles_table
        self._audit = audit

    def find(self, course_id: str) -> Course | None:
        """One course as it is now, also right after a write: one GetItem."""
        return course_store.find(self._name, course_id, consistent=True)

    def create(self, fields: Mapping[str, Any], now: str) -> Course:
        """Write a new course at version 1, or return the one that its owner has created under this id before.

        Raises:
            Erased: its owner has been erased.
        """
        beginning = {"version": 1, "lessons": {}, "lessonCount": 0, "createdAt": now, "updatedAt": now}
        item = {**fields, **beginning}
        put = {
            "TableName": self._name,
            "Item": to_item(item),
            "ConditionExpression": "attribute_not_exists(courseId)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        writes: list[Any] = [
            {"Put": put},
            tombstone_store.none_for(self._profiles_table, item["ownerId"]),
        ]
        try:
            retry_conflicts(lambda: clients.dynamodb().transact_write_items(TransactItems=writes))
        except ClientError as error:
            # By position in `writes`: the second is the check for a tombstone.
            if cancellation_reasons(error)[1:] == ("ConditionalCheckFailed",):
                raise Erased from error
            found = item_of(error)
            if found is None:
                raise
            return Course.from_stored(found)
        return Course.from_stored(item)

    def update(
        self,
        course_id: str,
        version: int,
        changes: Mapping[str, Any],
        now: str,
        entry: AuditEntry | None = None,
    ) -> Course:
        """Change fields of a course that has this version; None removes an optional field.

        An audit entry is written in the same transaction, and the course is read once more.

        Raises:
            WriteRefused: the course has another version, or does not exist.
        """
        names = {"#version": "version", "#updatedAt": "updatedAt"}
        values: dict[str, Any] = {":seen": version, ":one": 1, ":now": now}
        assignments = ["#version = #version + :one", "#updatedAt = :now"]
        removals = []
        for field, value in changes.items():
            names[f"#{field}"] = field
            if value is None and field in _OPTIONAL:
                removals.append(f"#{field}")
            else:
                values[f":{field}"] = value
                assignments.append(f"#{field} = :{field}")
        status = changes.get("status")
        if status is not None:
            names["#catalogue"] = "catalogue"
        if status == PUBLISHED:
            # The first publication counts: a course that is published again keeps its place in the catalogue.
            names["#publishedAt"] = "publishedAt"
            values |= {":catalogue": PUBLISHED_IN, ":publishedAt": f"{now}#{course_id}"}
            assignments += [
                "#catalogue = :catalogue",
                "#publishedAt = if_not_exists(#publishedAt, :publishedAt)",
            ]
        elif status is not None:
            removals.append("#catalogue")
        expression = "SET " + ", ".join(assignments)
        if removals:
            expression += " REMOVE " + ", ".join(removals)

        def is_done(found: Item) -> bool:
            asked_for = all(found.get(field) == value for field, value in changes.items())
            return found["version"] == version + 1 and asked_for

        return self._write(course_id, expression, "#version = :seen", names, values, is_done, entry)

    def _write(
        self,
        course_id: str,
        expression: str,
        condition: str,
        names: Mapping[str, str],
        values: Mapping[str, Any],
        is_done: Callable[[Item], bool],
        entry: AuditEntry | None = None,
    ) -> Course:
        """Update an existing course. `is_done` says of a stored course with this write's time whether this write
        has been carried out before."""
        update: Any = {
            "TableName": self._name,
            "Key": to_item({"courseId": course_id}),
            "UpdateExpression": expression,
            "ConditionExpression": f"attribute_exists(courseId) AND {condition}",
            "ExpressionAttributeNames": dict(names),
            "ExpressionAttributeValues": to_item(values),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        # Enrolments count seats on the same item in transactions, and a write that meets one is refused.
        try:
            if entry is None:
                answer = retry_conflicts(
                    lambda: clients.dynamodb().update_item(**update, ReturnValues="ALL_NEW")
                )
                return Course.from_stored(from_item(answer["Attributes"]))
            writes: list[Any] = [{"Update": update}, {"Put": self._audit.put(entry)}]
            retry_conflicts(lambda: clients.dynamodb().transact_write_items(TransactItems=writes))
        except ClientError as error:
            if not condition_failed(error):
                raise
            found = item_of(error)
            if found and found["updatedAt"] == values[":now"] and is_done(found):
                return Course.from_stored(found)
            raise WriteRefused(Course.from_stored(found) if found else None) from error
        # A transaction returns nothing.
        course = self.find(course_id)
        if course is None:
            raise WriteRefused(None)
        return course
