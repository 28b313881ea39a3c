"""Brings the copies of a person's name and address in the person's records in line with the profile.

What the copies are for is in domain.rosters.contacts. Every step may be done again.
"""

from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from domain.enrollments.model import WITHDRAWN
from domain.people.erasure import REQUESTED_AT
from domain.rosters.contacts import CHANGED_AT, Contact
from toolkit import clients
from toolkit.dynamo import Item, condition_failed, from_item, retry_conflicts, to_item
from toolkit.reads import query_all

# As many as the connections that one client keeps open.
_WRITES_AT_ONCE = 10
_PAGE = 100


class NameCopies:
    """The copies in the table of records, and the profiles that they follow."""

    def __init__(self, *, profiles_table: str, progress_table: str) -> None:
        self._profiles_table = profiles_table
        self._progress_table = progress_table

    def follow(self, user_id: str) -> int:
        """Bring the copies in line with the profile as it is now, and remove its mark; how many were written.

        One GetItem; one Query for each page of records, one UpdateItem for each record with another name or address;
        and one UpdateItem. Nothing but the GetItem if there is no mark, or the person is being erased.
        """
        profile = self._profile(user_id)
        contact = Contact.from_stored(profile)
        if contact is None or CHANGED_AT not in profile or REQUESTED_AT in profile:
            return 0
        writes = [
            _threads().submit(self._write, user_id, item["courseId"], contact)
            for item in self._records(user_id)
            if item["status"] != WITHDRAWN and Contact.from_stored(item) != contact
        ]
        wait(writes)  # no thread may go on after the function has answered
        written = sum(write.result() for write in writes)
        self._remove_mark(user_id, profile[CHANGED_AT])
        return written

    def _profile(self, user_id: str) -> Item:
        answer = clients.dynamodb().get_item(
            TableName=self._profiles_table,
            Key=to_item({"userId": user_id}),
            ConsistentRead=True,
            ProjectionExpression=f"userId, displayName, email, {CHANGED_AT}, {REQUESTED_AT}",
        )
        return from_item(answer.get("Item") or {})

    def _records(self, user_id: str) -> Any:
        query = {
            "TableName": self._progress_table,
            "KeyConditionExpression": "userId = :user",
            "ExpressionAttributeValues": to_item({":user": user_id}),
            "ProjectionExpression": "courseId, #status, displayName, email",
            "ExpressionAttributeNames": {"#status": "status"},
            "ConsistentRead": True,
        }
        return query_all(query, page_size=_PAGE)

    def _write(self, user_id: str, course_id: str, contact: Contact) -> bool:
        copy = contact.to_stored()
        expression = "SET " + ", ".join(f"{name} = :{name}" for name in copy)
        if not contact.email:
            expression += " REMOVE email"
        update: Any = {
            "TableName": self._progress_table,
            "Key": to_item({"userId": user_id, "courseId": course_id}),
            # A write that began before must not bring the former name back, so the revision rises too.
            "UpdateExpression": f"{expression} ADD revision :one",
            "ConditionExpression": "attribute_exists(userId) AND #status <> :withdrawn",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": to_item(
                {":one": 1, ":withdrawn": WITHDRAWN, **{f":{name}": value for name, value in copy.items()}}
            ),
        }
        try:
            retry_conflicts(lambda: clients.dynamodb().update_item(**update))
        except ClientError as error:
            if not condition_failed(error):
                raise
            return False
        return True

    def _remove_mark(self, user_id: str, seen: str) -> None:
        """Remove the mark, unless the profile has been changed again: then the stream calls again."""
        try:
            retry_conflicts(
                lambda: clients.dynamodb().update_item(
                    TableName=self._profiles_table,
                    Key=to_item({"userId": user_id}),
                    UpdateExpression=f"REMOVE {CHANGED_AT}",
                    ConditionExpression=f"{CHANGED_AT} = :seen",
                    ExpressionAttributeValues=to_item({":seen": seen}),
                )
            )
        except ClientError as error:
            if not condition_failed(error):
                raise


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_WRITES_AT_ONCE, thread_name_prefix="names")
