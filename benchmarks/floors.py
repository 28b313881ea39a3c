"""How much time the AWS emulator itself needs for a request: Lambda functions that do nothing, or almost nothing.

They are deployed beside the platform, behind an authorizer of the same user pool.
"""

import contextlib
import io
import json
import secrets
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from tests.integration.support.deployed import Deployed


@dataclass(frozen=True)
class Floor:
    """A Lambda function and its label in the table."""

    label: str
    source: str


_ANSWER = "    return {'statusCode': 200, 'body': '{}'}\n"
_LOGGING = f"def handler(event, context):\n    print('{{}}')\n{_ANSWER}"
_READING = f"""
import os
import boto3
dynamodb = boto3.client("dynamodb")
def handler(event, context):
    dynamodb.get_item(TableName=os.environ["TABLE"], Key={{"courseId": {{"S": "none"}}}})
    print('{{}}')
{_ANSWER}"""

FLOORS = (
    Floor("a Lambda that returns a constant", f"def handler(event, context):\n{_ANSWER}"),
    # The AWS emulator waits up to 50 ms for the log of a function. A function that logs nothing takes the whole wait.
    Floor("the same with a line in its log", _LOGGING),
    Floor("the same with a line and one GetItem", _READING),
)


@contextlib.contextmanager
def deployed_floor(deployed: Deployed, floor: Floor) -> Iterator[str]:
    """Deploy a floor behind a REST API with one resource, yield the path of that resource, and delete both."""
    name = f"benchmark-floor-{secrets.token_hex(4)}"
    functions, gateway, iam = (deployed.client(service) for service in ("lambda", "apigateway", "iam"))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("floor.py", floor.source)
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )["Role"]
    table = deployed.outputs["courses_table_name"]
    arn = f"arn:aws:dynamodb:{deployed.outputs['aws_region']}:*:table/{table}"
    read = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": arn}
    iam.put_role_policy(
        RoleName=name,
        PolicyName="read",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [read]}),
    )
    function = functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role["Arn"],
        Handler="floor.handler",
        Code={"ZipFile": archive.getvalue()},
        MemorySize=deployed.settings.functions.memory_mib,
        Timeout=10,
        Environment={"Variables": {"TABLE": table}},
    )
    region = deployed.outputs["aws_region"]
    invoke = (
        f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function['FunctionArn']}/invocations"
    )
    api = gateway.create_rest_api(name=name)["id"]
    try:
        root = gateway.get_resources(restApiId=api)["items"][0]["id"]
        pool = deployed.client("cognito-idp").describe_user_pool(UserPoolId=deployed.outputs["user_pool_id"])
        authorizer = gateway.create_authorizer(
            restApiId=api,
            name="floor",
            type="COGNITO_USER_POOLS",
            providerARNs=[pool["UserPool"]["Arn"]],
            identitySource="method.request.header.Authorization",
        )["id"]
        method = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
        gateway.put_method(**method, authorizationType="COGNITO_USER_POOLS", authorizerId=authorizer)
        gateway.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=invoke)
        gateway.create_deployment(restApiId=api, stageName="v1")
        functions.add_permission(
            FunctionName=name,
            StatementId="gateway",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
        )
        yield f"/_aws/execute-api/{api}/v1/"
    finally:
        gateway.delete_rest_api(restApiId=api)
        functions.delete_function(FunctionName=name)
        iam.delete_role_policy(RoleName=name, PolicyName="read")
        iam.delete_role(RoleName=name)
