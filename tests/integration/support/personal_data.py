"""Finds all data about a user in an environment: in all tables and indexes, and in the user pool."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.integration.support.deployed import Deployed
from tests.integration.support.people import Person

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient


def tables(deployed: Deployed) -> list[str]:
    """The names of all tables of the environment."""
    suffix = "-" + deployed.outputs["environment_suffix"]
    client: DynamoDBClient = deployed.client("dynamodb")
    names = [
        name
        for page in client.get_paginator("list_tables").paginate()
        for name in page["TableNames"]
        if name.startswith("education-") and name.endswith(suffix) and "terraform" not in name
    ]
    assert deployed.outputs["user_profiles_table_name"] in names
    return names


def items(deployed: Deployed, table: str) -> Iterator[dict[str, Any]]:
    """Yield every item of a table and of each of its indexes."""
    client: DynamoDBClient = deployed.client("dynamodb")
    described = client.describe_table(TableName=table)["Table"]
    for index in [None, *(each["IndexName"] for each in described.get("GlobalSecondaryIndexes", ()))]:
        more: Any = {"IndexName": index} if index else {}
        for page in client.get_paginator("scan").paginate(TableName=table, **more):
            yield from page["Items"]


def find_personal_data(deployed: Deployed, person: Person) -> list[str]:
    """The places that still have the id or the e-mail address of a user."""
    found = [
        f"{table}: {item}"
        for table in tables(deployed)
        for item in items(deployed, table)
        if person.user_id in (text := json.dumps(item, default=repr)) or person.email in text
    ]
    return found + (["the account"] if has_account(deployed, person) else [])


def has_account(deployed: Deployed, person: Person) -> bool:
    """Whether the user pool still has the account of a user."""
    client: CognitoIdentityProviderClient = deployed.client("cognito-idp")
    try:
        client.admin_get_user(UserPoolId=deployed.outputs["user_pool_id"], Username=person.email)
    except client.exceptions.UserNotFoundException:
        return False
    return True
