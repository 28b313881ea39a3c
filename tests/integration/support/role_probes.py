"""The credentials of a role, and calls to AWS that test what it is allowed to do.

The calls change nothing, even if they are allowed.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.support.deployed import Deployed
from tests.integration.support.used_permissions import Pair, resource_part

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sts import STSClient

Probe = tuple[Pair, Callable[[], Any]]


def credentials_of(deployed: Deployed, function: str) -> tuple[dict[str, str], str]:
    """Credentials of a function's role, and the role's name. On AWS, only Lambda may assume that role."""
    if not deployed.is_local:
        pytest.skip("on AWS only Lambda itself may assume a function's role")
    functions: LambdaClient = deployed.client("lambda")
    name = deployed.outputs[f"{function}_function_name"]
    role = functions.get_function_configuration(FunctionName=name)["Role"]
    sts: STSClient = deployed.client("sts")
    taken = sts.assume_role(RoleArn=role, RoleSessionName="canary")["Credentials"]
    credentials = {
        "aws_access_key_id": taken["AccessKeyId"],
        "aws_secret_access_key": taken["SecretAccessKey"],
        "aws_session_token": taken["SessionToken"],
    }
    return credentials, role.rpartition("/")[2]


def probes(deployed: Deployed, credentials: Mapping[str, str]) -> Iterator[Probe]:
    """Yield calls that use these credentials, each with the permission that it needs."""
    tables, dynamodb = deployed.client("dynamodb"), deployed.client("dynamodb", **credentials)
    for name in tables.list_tables()["TableNames"]:
        if name.startswith("education-") and "terraform" not in name:
            yield from _on_table(dynamodb, tables.describe_table(TableName=name)["Table"])
    yield from _on_bucket(deployed.client("s3", **credentials), deployed.outputs["content_bucket_name"])
    yield from _on_pool(deployed.client("cognito-idp", **credentials), deployed.outputs["user_pool_id"])
    yield from _on_link_keys(deployed, deployed.client("kms", **credentials))
    yield ("iam:ListRoles", "role/"), deployed.client("iam", **credentials).list_roles
    yield ("lambda:ListFunctions", "*"), deployed.client("lambda", **credentials).list_functions


def _on_table(client: Any, table: Mapping[str, Any]) -> Iterator[Probe]:
    name, keys = table["TableName"], [part["AttributeName"] for part in table["KeySchema"]]
    key = {attribute: {"S": "unknown"} for attribute in keys}
    never = {"ConditionExpression": "attribute_exists(neverThere)"}
    for operation, method, parameters in (
        ("GetItem", client.get_item, {"Key": key}),
        ("PutItem", client.put_item, {"Item": key, **never}),
        ("UpdateItem", client.update_item, {"Key": key, **never}),
        ("DeleteItem", client.delete_item, {"Key": key, **never}),
        ("Query", client.query, _query(keys[0])),
        ("Scan", client.scan, {"Limit": 1}),
    ):
        yield (f"dynamodb:{operation}", f"table/{name}"), partial(method, TableName=name, **parameters)
    several = partial(client.batch_get_item, RequestItems={name: {"Keys": [key]}})
    yield ("dynamodb:BatchGetItem", f"table/{name}"), several
    for index in table.get("GlobalSecondaryIndexes", ()):
        call = partial(client.query, TableName=name, IndexName=index["IndexName"])
        yield (
            ("dynamodb:Query", f"table/{name}/index/{index['IndexName']}"),
            partial(call, **_query(index["KeySchema"][0]["AttributeName"])),
        )


def _on_link_keys(deployed: Deployed, client: Any) -> Iterator[Probe]:
    for slot in ("a", "b"):
        alias = f"alias/education-link-key-{slot}-{deployed.outputs['environment_suffix']}"
        key = deployed.client("kms").describe_key(KeyId=alias)["KeyMetadata"]["Arn"]
        sign = partial(client.sign, KeyId=key, Message=b"x", SigningAlgorithm="ECDSA_SHA_256")
        yield ("kms:Sign", resource_part(key)), sign


def _query(hash_key: str) -> dict[str, Any]:
    return {
        "KeyConditionExpression": "#key = :key",
        "ExpressionAttributeNames": {"#key": hash_key},
        "ExpressionAttributeValues": {":key": {"S": "unknown"}},
    }


def _on_bucket(client: Any, bucket: str) -> Iterator[Probe]:
    for key in ("public/x", "other/x"):
        for action, method in (
            ("GetObject", client.get_object),
            ("DeleteObject", client.delete_object),
            ("PutObject", client.put_object),
        ):
            yield (f"s3:{action}", f"{bucket}/{key}"), partial(method, Bucket=bucket, Key=key)
    yield ("s3:ListBucket", bucket), partial(client.list_objects_v2, Bucket=bucket)


def _on_pool(client: Any, pool: str) -> Iterator[Probe]:
    for operation, method in (
        ("AdminGetUser", client.admin_get_user),
        ("AdminDeleteUser", client.admin_delete_user),
        ("AdminDisableUser", client.admin_disable_user),
        ("AdminListGroupsForUser", client.admin_list_groups_for_user),
    ):
        call = partial(method, UserPoolId=pool, Username="unknown")
        yield (f"cognito-idp:{operation}", f"userpool/{pool}"), call
    for operation, method in (
        ("AdminAddUserToGroup", client.admin_add_user_to_group),
        ("AdminRemoveUserFromGroup", client.admin_remove_user_from_group),
    ):
        call = partial(method, UserPoolId=pool, Username="unknown", GroupName="students")
        yield (f"cognito-idp:{operation}", f"userpool/{pool}"), call
    yield ("cognito-idp:ListUsers", f"userpool/{pool}"), partial(client.list_users, UserPoolId=pool)
