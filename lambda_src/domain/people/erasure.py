"""Erasing a person: every step after the request was noted, each of which may be done twice.

Who was erased is known from their profile's item, which carries the mark of the request and goes last.
So whoever finds such an item does what is left: the request itself, and the erasure function, which the
table's stream tells of every mark. Nothing can be made anew meanwhile: see domain.people.tombstones.

Courses belong to the school and stay; only who owned them is forgotten, and administrators edit them.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from domain import audit
from domain.audit import AuditEntry
from domain.audit_store import AuditTable
from domain.course_store import OWNER_INDEX
from domain.enrollments import rules as enrollments
from domain.enrollments.model import WITHDRAWN
from domain.enrollments.store import Places
from domain.people import tombstones
from domain.people.address_store import AddressTable
from domain.people.user_pool import SignIns
from toolkit import clients, clock, retries
from toolkit.caller import canonical_email
from toolkit.dynamo import (
    Item,
    cancellation_reasons,
    condition_failed,
    from_item,
    to_item,
    transaction_conflict,
)
from toolkit.errors import NotFound

NO_OWNER = "erased"
MARK = "erasureRequestedAt"
_PAGE = 50
_DONE = ["None", "None", "ConditionalCheckFailed"]


@dataclass(frozen=True)
class ErasureRequest:
    """Who wants to be erased, by which HTTP request; `email` is the profile's, canonical, None if unknown."""

    user_id: str
    request_id: str
    email: str | None

    @classmethod
    def from_stored(cls, item: Item) -> "ErasureRequest":
        """The request in a marked profile's item."""
        return cls(user_id=item["userId"], request_id=item["erasureRequestId"], email=item.get("email"))


class Erasure:
    """The steps of an erasure over the platform's tables and user pool.

    Args:
        profiles_table, courses_table, progress_table: names of tables.
        shards: over how many index partitions a course's roster is spread.
        sign_ins: the user pool.
        trail: where the erasure is recorded.
    """

    def __init__(
        self,
        *,
        profiles_table: str,
        courses_table: str,
        progress_table: str,
        shards: int,
        sign_ins: SignIns,
        trail: AuditTable,
    ) -> None:
        self._profiles_table = profiles_table
        self._courses_table = courses_table
        self._progress_table = progress_table
        self._places = Places(
            courses_table=courses_table,
            progress_table=progress_table,
            profiles_table=profiles_table,
            shards=shards,
        )
        self._sign_ins = sign_ins
        self._trail = trail
        self._addresses = AddressTable(profiles_table)

    def finish(self, request: ErasureRequest) -> None:
        """Do what is left of an erasure; returns when nothing is.

        Raises:
            Unavailable, ClientError: it was interrupted; what was done stays done.
        """
        self._leave_courses(request.user_id)
        self._give_up_ownership(request.user_id)
        self._forget_addresses(request)
        self._sign_ins.delete(request.user_id)
        self._close(request)

    def _leave_courses(self, user_id: str) -> None:
        """Give every place back, by the rules of a withdrawal, and delete the records."""
        for item in _query_all(
            TableName=self._progress_table,
            KeyConditionExpression="userId = :user",
            ExpressionAttributeValues=to_item({":user": user_id}),
            ProjectionExpression="courseId, #status",
            ExpressionAttributeNames={"#status": "status"},
            ConsistentRead=True,
        ):
            if item["status"] != WITHDRAWN:
                self._withdraw(user_id, item["courseId"])
            self._delete_record(user_id, item["courseId"])

    def _withdraw(self, user_id: str, course_id: str) -> None:
        course, _ = self._places.look(user_id, course_id)
        if course is None:
            return  # a place in a course that is gone is nobody's
        try:
            enrollments.withdraw(self._places, user_id, course_id, clock.now(), retries.attempts())
        except NotFound:
            return  # somebody else is finishing the same erasure

    def _delete_record(self, user_id: str, course_id: str) -> None:
        for _ in retries.attempts():
            try:
                clients.dynamodb().delete_item(
                    TableName=self._progress_table, Key=to_item({"userId": user_id, "courseId": course_id})
                )
                return
            except ClientError as error:
                if not transaction_conflict(error):
                    raise

    def _give_up_ownership(self, user_id: str) -> None:
        for item in _query_all(
            TableName=self._courses_table,
            IndexName=OWNER_INDEX,
            KeyConditionExpression="ownerId = :user",
            ExpressionAttributeValues=to_item({":user": user_id}),
            ProjectionExpression="courseId",
        ):
            self._disown(user_id, item["courseId"])

    def _disown(self, user_id: str, course_id: str) -> None:
        # The version stays: nobody's unsaved edit becomes a conflict by this.
        for _ in retries.attempts():
            try:
                clients.dynamodb().update_item(
                    TableName=self._courses_table,
                    Key=to_item({"courseId": course_id}),
                    UpdateExpression="SET ownerId = :nobody",
                    ConditionExpression="ownerId = :user",
                    ExpressionAttributeValues=to_item({":nobody": NO_OWNER, ":user": user_id}),
                )
                return
            except ClientError as error:
                if condition_failed(error):
                    return
                if not transaction_conflict(error):
                    raise

    def _forget_addresses(self, request: ErasureRequest) -> None:
        """Delete what leads from an e-mail address to the person, invitations included."""
        sign_in = self._sign_ins.find(request.user_id)
        known = (request.email, sign_in.email if sign_in else None)
        self._addresses.forget({canonical_email(each) for each in known if each}, request.user_id)

    def _close(self, request: ErasureRequest) -> None:
        """Remove the marked profile, let the tombstone run out, and record the erasure: all or nothing."""
        user_id = request.user_id
        recorded = self._trail.put(
            AuditEntry(
                audit.PERSON_ERASED,
                by=user_id,
                on=audit.person(user_id),
                request_id=request.request_id,
                once=True,
            )
        )
        writes: list[Any] = [
            {"Delete": {"TableName": self._profiles_table, "Key": to_item({"userId": user_id})}},
            {
                "Update": {
                    "TableName": self._profiles_table,
                    "Key": to_item(tombstones.key_of(user_id)),
                    "UpdateExpression": "SET expiresAt = :end",
                    "ExpressionAttributeValues": to_item(
                        {":end": round(time.time()) + tombstones.KEPT_SECONDS}
                    ),
                }
            },
            {"Put": recorded},
        ]
        for _ in retries.attempts():
            try:
                clients.dynamodb().transact_write_items(TransactItems=writes)
                return
            except ClientError as error:
                reasons = cancellation_reasons(error)
                if list(reasons) == _DONE:
                    return  # it was closed before
                if "TransactionConflict" not in reasons:
                    raise


def _query_all(**parameters: Any) -> Iterator[Item]:
    """Every item that a query finds, page by page."""
    more: Any = {}
    while True:
        answer = clients.dynamodb().query(**parameters, **more, Limit=_PAGE)
        yield from (from_item(item) for item in answer["Items"])
        if not answer.get("LastEvaluatedKey"):
            return
        more = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
