"""What is stored about some people and courses, to compare before with after: read from the tables themselves."""

import json
from collections.abc import Collection
from typing import Any

from shared.dynamo import from_item
from tests.integration.deployed import Deployed

TABLES = ("user_profiles_table_name", "courses_table_name", "course_progress_table_name")
# Differ from one attempt to the next without anything being different.
_OF_THE_MOMENT = frozenset(
    {
        *("at", "completedAt", "createdAt", "enrolledAt", "lastActivityAt", "publishedAt"),
        *("updatedAt", "waitlistedAt", "revision", "version", "erasureRequestId", "erasureRequestedAt"),
    }
)

State = tuple[str, ...]


def stored_state(deployed: Deployed, ids: Collection[str]) -> State:
    """Every item that names one of these ids, and the groups of those who are people."""
    dynamodb = deployed.client("dynamodb")
    found = []
    for table in TABLES:
        for page in dynamodb.get_paginator("scan").paginate(
            TableName=deployed.outputs[table], ConsistentRead=True
        ):
            texts = (_text(from_item(item)) for item in page["Items"])
            found += [text for text in texts if any(one in text for one in ids)]
    return tuple(sorted(found + [text for one in ids for text in _groups(deployed, one)]))


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
