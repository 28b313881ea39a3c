"""The DynamoDB side of an erasure; its sequence is in domain.people.erasure."""

import time
from collections.abc import Collection, Iterator
from typing import Any

from botocore.exceptions import ClientError

from domain import staff
from domain.addresses.store import AddressTable
from domain.audit import AuditEntry
from domain.audit_store import AuditTable
from domain.course_store import OWNER_INDEX
from domain.enrollments.store import EnrollmentTable
from domain.people import second_factors, tombstones
from domain.positions.store import PositionTable
from domain.rosters import hidden_store
from domain.runtime.store import RuntimeTable
from toolkit import clients
from toolkit.dynamo import Item, cancellation_reasons, condition_failed, retry_conflicts, to_item
from toolkit.reads import query_all

_PAGE = 50
# The cancellation reasons of `close`, by position in its `writes`, if the audit entry exists: another call has finished
# this erasure.
_ALREADY_FINISHED = ("None", "None", "ConditionalCheckFailed", "None", "None")


class ErasureTables(EnrollmentTable):
    """All tables with data of people.

    Args:
        courses_table, progress_table, positions_table, runtime_table, profiles_table: names of tables.
        shards: over how many index partitions a course's roster is spread.
        audit: where the erasure is recorded.
    """

    def __init__(
        self,
        *,
        courses_table: str,
        progress_table: str,
        positions_table: str,
        runtime_table: str,
        profiles_table: str,
        shards: int,
        audit: AuditTable,
    ) -> None:
        super().__init__(
            courses_table=courses_table,
            progress_table=progress_table,
            profiles_table=profiles_table,
            shards=shards,
        )
        self._positions = PositionTable(positions_table=positions_table, progress_table=progress_table)
        self._runtime = RuntimeTable(runtime_table)
        self._addresses = AddressTable(profiles_table)
        self._audit = audit

    def records_of(self, user_id: str) -> Iterator[tuple[str, str]]:
        """Course id and status of each of a student's records: one Query per page."""
        query = {
            "TableName": self._progress_table,
            "KeyConditionExpression": "userId = :user",
            "ExpressionAttributeValues": to_item({":user": user_id}),
            "ProjectionExpression": "courseId, #status",
            "ExpressionAttributeNames": {"#status": "status"},
            "ConsistentRead": True,
        }
        return ((item["courseId"], item["status"]) for item in query_all(query, page_size=_PAGE))

    def delete_record(self, user_id: str, course_id: str) -> None:
        """Delete a student's record: one DeleteItem."""
        retry_conflicts(
            lambda: clients.dynamodb().delete_item(
                TableName=self._progress_table, Key=to_item({"userId": user_id, "courseId": course_id})
            )
        )

    def delete_positions(self, user_id: str) -> None:
        """Delete all positions of a student: one Query per page, one BatchWriteItem for each 25 positions."""
        self._positions.delete_of(user_id)

    def delete_runtime(self, user_id: str) -> None:
        """Delete all run-time data of a student: one Query per page, one BatchWriteItem for each 25 lessons."""
        self._runtime.delete_of(user_id)

    def courses_of(self, owner_id: str) -> Iterator[Item]:
        """The keys of the courses of an owner, and of the person's items as a co-teacher, as of a moment ago: one Query
        per page."""
        query = {
            "TableName": self._courses_table,
            "IndexName": OWNER_INDEX,
            "KeyConditionExpression": "ownerId = :user",
            "ExpressionAttributeValues": to_item({":user": owner_id}),
            "ProjectionExpression": "courseId",
        }
        return query_all(query, page_size=_PAGE)

    def replace_owner(self, course_id: str, owner_id: str, new_owner_id: str) -> None:
        """Replace the owner of a course, if it still has this owner: one UpdateItem.

        The version does not change: otherwise an administrator's unsaved edit would become a conflict.
        """
        try:
            retry_conflicts(
                lambda: clients.dynamodb().update_item(
                    TableName=self._courses_table,
                    Key=to_item({"courseId": course_id}),
                    UpdateExpression="SET ownerId = :new",
                    ConditionExpression="ownerId = :user",
                    ExpressionAttributeValues=to_item({":new": new_owner_id, ":user": owner_id}),
                )
            )
        except ClientError as error:
            if not condition_failed(error):
                raise

    def leave_staff(self, course_id: str, user_id: str) -> None:
        """Take a person out of the co-teachers of a course: one UpdateItem and one DeleteItem, in this order, because
        the item that is deleted leads to the course."""
        try:
            retry_conflicts(
                lambda: clients.dynamodb().update_item(
                    TableName=self._courses_table,
                    Key=to_item({"courseId": course_id}),
                    UpdateExpression="DELETE staff :user",
                    ConditionExpression="attribute_exists(courseId)",
                    ExpressionAttributeValues=to_item({":user": {user_id}}),
                )
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
        retry_conflicts(
            lambda: clients.dynamodb().delete_item(
                TableName=self._courses_table, Key=to_item(staff.key_of(course_id, user_id))
            )
        )

    def forget_addresses(self, emails: Collection[str], user_id: str) -> None:
        """Delete these addresses and all others of the person, except those that another person owns by now: one Query,
        one DeleteItem for each address."""
        self._addresses.forget(emails, user_id)

    def close(self, user_id: str, tombstone_expires_at: int, entry: AuditEntry) -> None:
        """Delete the profile and what is known about a second factor, let the tombstone expire (in seconds since 1970)
        and the entry in the list of hidden people, and write the audit entry: one BatchGetItem, one
        TransactWriteItems."""
        writes: list[Any] = [
            {"Delete": {"TableName": self._profiles_table, "Key": to_item({"userId": user_id})}},
            {
                "Update": {
                    "TableName": self._profiles_table,
                    "Key": to_item(tombstones.key_of(user_id)),
                    "UpdateExpression": "SET expiresAt = :end",
                    "ExpressionAttributeValues": to_item({":end": tombstone_expires_at}),
                }
            },
            {"Put": self._audit.put(entry)},
            {"Delete": {"TableName": self._profiles_table, "Key": to_item(second_factors.key_of(user_id))}},
            hidden_store.release(self._profiles_table, user_id, round(time.time())),
        ]
        try:
            retry_conflicts(lambda: clients.dynamodb().transact_write_items(TransactItems=writes))
        except ClientError as error:
            if cancellation_reasons(error) != _ALREADY_FINISHED:
                raise
