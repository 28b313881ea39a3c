"""Canaries: the environment refuses what it must refuse. If one of these fails, the other tests prove little."""

import base64
import json
import secrets
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from pycognito.aws_srp import AWSSRP

from local_platform.accounts import random_password
from tests.integration.support.course_helpers import new_course, upload
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import Caller, People, SharedUsers
from tests.integration.support.role_probes import credentials_of

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient


@pytest.mark.parametrize("path", ["/courses", "/enrollments", "/profile"])
def test_a_request_without_a_token_is_refused(anonymous: Caller, path: str) -> None:
    """The gateway refuses a caller without a token."""
    answer = anonymous.call("GET", path, expect=401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def _claims_changed(token: str) -> str:
    """Change the groups in a token to administrators and keep the old signature."""
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    claims["cognito:groups"] = ["administrators"]
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{header}.{changed}.{signature}"


def _signature_changed(token: str) -> str:
    signed, _, signature = token.rpartition(".")
    middle = len(signature) // 2
    other = "A" if signature[middle] != "A" else "B"
    return f"{signed}.{signature[:middle]}{other}{signature[middle + 1 :]}"


def _unsigned(token: str) -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    return f"{header}.{token.split('.')[1]}."


@pytest.mark.parametrize("tamper", [_claims_changed, _signature_changed, _unsigned, lambda _: "no-token"])
def test_a_tampered_token_is_refused(users: SharedUsers, people: People, tamper: Any) -> None:
    """A token is valid only with the signature of the user pool."""
    people.caller(tamper(users.other_student.token)).get("/courses", expect=401)


def test_an_access_token_is_refused(users: SharedUsers, people: People) -> None:
    """Only an ID token has the groups that the pre-token trigger allows."""
    people.caller(users.administrator.access_token).get("/courses", expect=401)


@pytest.mark.intrusive
def test_a_token_of_another_pool_is_refused(deployed: Deployed, people: People) -> None:
    """The token of an administrator of another user pool is refused."""
    cognito: CognitoIdentityProviderClient = deployed.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName=f"foreign-{secrets.token_hex(4)}")["UserPool"]["Id"]
    try:
        client = cognito.create_user_pool_client(
            UserPoolId=pool, ClientName="foreign", ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"]
        )["UserPoolClient"]["ClientId"]
        cognito.create_group(UserPoolId=pool, GroupName="administrators")
        password = random_password()
        cognito.admin_create_user(UserPoolId=pool, Username="foreigner", MessageAction="SUPPRESS")
        cognito.admin_set_user_password(
            UserPoolId=pool, Username="foreigner", Password=password, Permanent=True
        )
        cognito.admin_add_user_to_group(UserPoolId=pool, Username="foreigner", GroupName="administrators")
        srp = AWSSRP("foreigner", password, pool_id=pool, client_id=client, client=cognito)
        token = srp.authenticate_user()["AuthenticationResult"]["IdToken"]
    finally:
        cognito.delete_user_pool(UserPoolId=pool)
    people.caller(token).get("/courses", expect=401)


@pytest.mark.intrusive
@pytest.mark.parametrize(
    ("function", "allowed", "forbidden"),
    [
        ("catalog", "courses", "user_profiles"),
        ("enrollment", None, "user_profiles"),
        ("progress", "courses", "user_profiles"),
        ("content", "courses", "user_profiles"),
        ("profile", "user_profiles", "course_progress"),
    ],
)
def test_a_forbidden_action_is_denied(
    deployed: Deployed, function: str, allowed: str | None, forbidden: str
) -> None:
    """A function may read its own tables by key, but no other table, and it may not scan a table."""
    dynamodb = _as_function(deployed, function)
    keys = {
        "courses": {"courseId": {"S": "none"}},
        "user_profiles": {"userId": {"S": "none"}},
        "course_progress": {"userId": {"S": "none"}, "courseId": {"S": "none"}},
    }

    def read(table: str) -> None:
        dynamodb.get_item(TableName=deployed.outputs[f"{table}_table_name"], Key=keys[table])

    if allowed is not None:
        read(allowed)  # this shows that the credentials work
    with pytest.raises(ClientError, match="AccessDenied"):
        read(forbidden)
    with pytest.raises(ClientError, match="AccessDenied"):
        dynamodb.scan(TableName=deployed.outputs[f"{allowed or 'courses'}_table_name"])
    with pytest.raises(ClientError, match="AccessDenied"):
        dynamodb.delete_table(TableName=deployed.outputs["courses_table_name"])


@pytest.mark.intrusive
def test_a_role_cannot_give_itself_more(deployed: Deployed) -> None:
    """A function may not change IAM policies."""
    credentials, role = credentials_of(deployed, "catalog")
    iam: IAMClient = deployed.client("iam", **credentials)
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.put_role_policy(RoleName=role, PolicyName="more", PolicyDocument="{}")


@pytest.mark.parametrize("key", ["", "test", "000000000000"])
def test_an_aws_call_without_a_valid_signature_is_refused(deployed: Deployed, key: str) -> None:
    """A web page can send such a request to an emulator on this machine."""
    if not deployed.is_local:
        pytest.skip("AWS itself checks the signatures there")
    claim = f"AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0"
    answer = deployed.http.post(
        deployed.outputs["aws_endpoint_url"],
        headers={"Origin": "https://evil.example", **({"Authorization": claim} if key else {})},
        data={"Action": "ListRoles", "Version": "2010-05-08"},
        timeout=30,
    )
    assert answer.status_code == 403


def test_a_private_object_is_forbidden(deployed: Deployed, users: SharedUsers) -> None:
    """Only CloudFront serves an object, S3 never does. An unknown path is refused as well."""
    course_id = new_course(users.owner, "page")
    key = upload(deployed, users.owner, course_id, "page")
    bucket = deployed.outputs["content_bucket_name"]
    base = deployed.outputs["aws_endpoint_url"]
    direct = (
        f"{base}/{bucket}" if base else f"https://{bucket}.s3.{deployed.outputs['aws_region']}.amazonaws.com"
    )
    assert deployed.fetch(f"{deployed.outputs['content_base_url']}/{key}").status_code == 200
    assert deployed.fetch(f"{direct}/{key}").status_code == 403
    assert deployed.fetch(f"{direct}?list-type=2").status_code == 403
    for path in ("", "public/", "public/unknown", "premium/unknown", f"{key}x", "unknown"):
        answer = deployed.fetch(f"{deployed.outputs['content_base_url']}/{path}")
        assert answer.status_code in (403, 404), path


def _as_function(deployed: Deployed, function: str) -> "DynamoDBClient":
    credentials, _ = credentials_of(deployed, function)
    dynamodb: DynamoDBClient = deployed.client("dynamodb", **credentials)
    return dynamodb
