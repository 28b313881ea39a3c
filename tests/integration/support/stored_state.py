"""Reads the stored data about a user or a course from the tables, to compare it before and after a request."""

import json
from typing import Any

from tests.integration.support.deployed import Deployed
from toolkit.dynamo import from_item

POSITIONS = "education-positions-"
# For each table the filter that finds a user or a course. None: read all items, because an id may be part of a text.
TABLES = {
    "user_profiles_table_name": None,
    "courses_table_name": "contains(courseId, :id) OR ownerId = :id",
    "course_progress_table_name": "courseId = :id OR userId = :id",
    POSITIONS: "begins_with(courseLesson, :id) OR userId = :id",
}
# These attributes change with every write. A difference in them means nothing.
_CHANGING_ATTRIBUTES = frozenset(
    {
        *("at", "completedAt", "createdAt", "enrolledAt", "lastActivityAt", "publishedAt"),
        *("updatedAt", "waitlistedAt", "revision", "version", "erasureRequestId", "erasureRequestedAt"),
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
            found += [text for item in page["Items"] if one in (text := _text(from_item(item)))]
    return tuple(sorted(found + _groups(deployed, one)))


def _name(deployed: Deployed, table: str) -> str:
    """The table of an output, or the one whose name begins so, which has no output."""
    return str(deployed.outputs.get(table, table + deployed.outputs["environment_suffix"]))


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
    return [_lasting_part(member) for member in value] if isinstance(value, list) else value
