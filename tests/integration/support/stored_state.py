"""What is stored about some people and courses, to compare before with after: read from the tables themselves."""

import json
from typing import Any

from tests.integration.support.deployed import Deployed
from toolkit.dynamo import from_item

# With the attributes that name people and courses; None where a name may stand inside of another text.
TABLES = {
    "user_profiles_table_name": None,
    "courses_table_name": "courseId = :id OR ownerId = :id",
    "course_progress_table_name": "courseId = :id OR userId = :id",
}
# Differ from one attempt to the next without anything being different.
_OF_THE_MOMENT = frozenset(
    {
        *("at", "completedAt", "createdAt", "enrolledAt", "lastActivityAt", "publishedAt"),
        *("updatedAt", "waitlistedAt", "revision", "version", "erasureRequestId", "erasureRequestedAt"),
    }
)

State = tuple[str, ...]


def stored_state(deployed: Deployed, one: str) -> State:
    """Every item that names this person or course, and the groups of a person."""
    dynamodb = deployed.client("dynamodb")
    found = []
    for table, condition in TABLES.items():
        chosen: dict[str, Any] = {}
        if condition is not None:
            chosen = {"FilterExpression": condition, "ExpressionAttributeValues": {":id": {"S": one}}}
        for page in dynamodb.get_paginator("scan").paginate(
            TableName=deployed.outputs[table], ConsistentRead=True, **chosen
        ):
            found += [text for item in page["Items"] if one in (text := _text(from_item(item)))]
    return tuple(sorted(found + _groups(deployed, one)))


def _groups(deployed: Deployed, user_id: str) -> list[str]:
    cognito, pool = deployed.client("cognito-idp"), deployed.outputs["user_pool_id"]
    users = cognito.list_users(UserPoolId=pool, Filter=f'sub = "{user_id}"')["Users"]
    return [
        f"{user_id} in {group['GroupName']}"
        for user in users
        for group in cognito.admin_list_groups_for_user(UserPoolId=pool, Username=user["Username"])["Groups"]
    ]


def _text(value: Any) -> str:
    return json.dumps(_lasting(value), sort_keys=True)


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lasting(member) for name, member in value.items() if name not in _OF_THE_MOMENT}
    if isinstance(value, set):
        return sorted(value)
    return [_lasting(member) for member in value] if isinstance(value, list) else value
