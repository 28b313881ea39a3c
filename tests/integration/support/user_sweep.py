"""Deletes users as they can do themselves with Cognito's API, and calls the function that finds them."""

import json
from typing import TYPE_CHECKING, Any

from tests.integration.support.deployed import Deployed
from tests.integration.support.people import Person

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient

# Other tests delete users too.
MOST = 100


def delete_own_user(deployed: Deployed, person: Person) -> None:
    """What any program can do that has the access token of a user. The sweep only looks at profiles that are older."""
    person.get("/profile")
    dynamodb: DynamoDBClient = deployed.client("dynamodb")
    dynamodb.update_item(
        TableName=deployed.outputs["user_profiles_table_name"],
        Key={"userId": {"S": person.user_id}},
        UpdateExpression="SET createdAt = :then",
        ExpressionAttributeValues={":then": {"S": "2026-03-01T12:00:00.000Z"}},
    )
    cognito: CognitoIdentityProviderClient = deployed.client("cognito-idp")
    cognito.delete_user(AccessToken=person.access_token)


def sweep(deployed: Deployed, *, allow: int = MOST) -> dict[str, Any]:
    """Run the sweep once, as the schedule does. Returns what it did."""
    functions: Any = deployed.client("lambda")
    answer = functions.invoke(
        FunctionName=f"education-sweep-{deployed.outputs['environment_suffix']}",
        Payload=json.dumps({"allow": allow}),
    )
    did: dict[str, Any] = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, did
    return did
