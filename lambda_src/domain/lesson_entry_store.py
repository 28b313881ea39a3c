"""Changes of a lesson's entry in its course, in DynamoDB: one conditional UpdateItem each.

The course's `version` does not change: an upload is not an edit, and must not turn an instructor's unsaved changes
into a conflict. Which attributes a function changes is in domain.course_store.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from domain.courses import Course
from toolkit import clients
from toolkit.dynamo import Item, condition_failed, from_item, retry_conflicts, to_item


@dataclass(frozen=True)
class EntryChange:
    """A change, in DynamoDB's expressions; `#lesson` is the lesson's id in them."""

    course_id: str
    lesson_id: str
    update: str
    condition: str
    values: Mapping[str, Any]
    names: Mapping[str, str] = field(default_factory=dict)


def change(courses_table: str, wanted: EntryChange) -> bool:
    """Whether the condition was true, and the entry is changed."""
    return _changed(courses_table, wanted, returned="NONE") is not None


def change_and_read(courses_table: str, wanted: EntryChange) -> Course | None:
    """The course after the change; None if the condition is false."""
    found = _changed(courses_table, wanted, returned="ALL_NEW")
    return Course.from_stored(found) if found is not None else None


def _changed(courses_table: str, wanted: EntryChange, *, returned: Any) -> Item | None:
    try:
        answer = retry_conflicts(
            lambda: clients.dynamodb().update_item(
                TableName=courses_table,
                Key=to_item({"courseId": wanted.course_id}),
                UpdateExpression=wanted.update,
                ConditionExpression=wanted.condition,
                ExpressionAttributeNames={"#lesson": wanted.lesson_id, **wanted.names},
                ExpressionAttributeValues=to_item(wanted.values),
                ReturnValues=returned,
            )
        )
    except ClientError as error:
        if condition_failed(error):
            return None
        raise
    return from_item(answer.get("Attributes") or {})
