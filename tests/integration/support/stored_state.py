"""Reads the stored data about a user or a course from the tables, to compare it before and after a request.

It also stores what would take too long to bring about: the state between two slices of a pass through a large roster.
"""

import json
from typing import TYPE_CHECKING, Any

from tests.integration.support.deployed import Deployed
from toolkit.dynamo import from_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

POSITIONS = "education-positions-"
RUNTIME = "education-runtime-"
# For each table the filter that finds a user or a course. None: read all items, because an id may be part of a text.
TABLES = {
    "user_profiles_table_name": None,
    "courses_table_name": "contains(courseId, :id) OR ownerId = :id",
    "course_progress_table_name": "courseId = :id OR userId = :id",
    POSITIONS: "begins_with(courseLesson, :id) OR userId = :id",
    RUNTIME: "begins_with(courseLesson, :id) OR userId = :id",
}
# These attributes change with every write. A difference in them means nothing.
_CHANGING_ATTRIBUTES = frozenset(
    {
        *("at", "completedAt", "createdAt", "enrolledAt", "lastActivityAt", "publishedAt"),
        *(
            "updatedAt",
            "waitlistedAt",
            "revision",
            "version",
            "queueUntil",
            "erasureRequestId",
            "namesChangedAt",
            "erasureRequestedAt",
            "launch",
            "savedAt",
        ),
    }
)

State = tuple[str, ...]


def stored_state(deployed: Deployed, one: str) -> State:
    """All items with the id of this user or course, and the groups of a user."""
    dynamodb = deployed.client("dynamodb")
    found = []
    for table, condition in TABLES.items():
        chosen: dict[str, Any] = {}
        if condition is not None:
            chosen = {"FilterExpression": condition, "ExpressionAttributeValues": {":id": {"S": one}}}
        for page in dynamodb.get_paginator("scan").paginate(
            TableName=_name(deployed, table), ConsistentRead=True, **chosen
        ):
            items = (item for item in map(from_item, page["Items"]) if not _is_late(item))
            found += [text for item in items if one in (text := _text(item))]
    return tuple(sorted(found + _groups(deployed, one)))


def _is_late(item: dict[str, Any]) -> bool:
    """Whether the stream changes an item at any time after a request: the count of a course's seats."""
    return str(item.get("courseId", "")).startswith("count#")


def _name(deployed: Deployed, table: str) -> str:
    """The table of an output, or the one whose name begins so, which has no output."""
    return str(deployed.outputs.get(table, table + deployed.outputs["environment_suffix"]))


def leave_unfinished(deployed: Deployed, course_id: str, partition: str) -> None:
    """Store what a slice of a pass stores when it ends, with one partition of the roster left: the next slice has its
    turn (lambda_src/followups/pass_store.py)."""
    dynamodb: DynamoDBClient = deployed.client("dynamodb")
    table, key = deployed.outputs["courses_table_name"], _key_of_pass(course_id)
    item: Any = {
        **key,
        "slice": {"N": "1"},
        "asked": {"N": "1"},
        "since": {"N": "1"},
        "places": {"M": {partition: {"NULL": True}}},
        "touchedAt": {"S": "2026-01-01T00:00:00.000Z"},
        "createdAt": {"S": "2026-01-01T00:00:00.000Z"},
    }
    for number in ("1", "2"):
        dynamodb.put_item(TableName=table, Item={**item, "slice": {"N": number}})


def pass_of(deployed: Deployed, course_id: str) -> Any:
    """The item of an unfinished pass, None if there is none."""
    dynamodb: DynamoDBClient = deployed.client("dynamodb")
    return dynamodb.get_item(
        TableName=deployed.outputs["courses_table_name"], Key=_key_of_pass(course_id)
    ).get("Item")


def _key_of_pass(course_id: str) -> Any:
    return {"courseId": {"S": f"pass#{course_id}"}}


def _groups(deployed: Deployed, user_id: str) -> list[str]:
    cognito, pool = deployed.client("cognito-idp"), deployed.outputs["user_pool_id"]
    users = cognito.list_users(UserPoolId=pool, Filter=f'sub = "{user_id}"')["Users"]
    return [
        f"{user_id} in {group['GroupName']}"
        for user in users
        for group in cognito.admin_list_groups_for_user(UserPoolId=pool, Username=user["Username"])["Groups"]
    ]


def _text(value: Any) -> str:
    return json.dumps(_lasting_part(value), sort_keys=True)


def _lasting_part(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _lasting_part(member) for name, member in value.items() if name not in _CHANGING_ATTRIBUTES
        }
    if isinstance(value, set):
        return sorted(value)
    if isinstance(value, bytes):
        return value.hex()
    return [_lasting_part(member) for member in value] if isinstance(value, list) else value
