"""The AWS emulator obeys only signed calls, and refuses what a web page of another origin can send.

Only the emulator is started here, once for all tests. tests/integration/platform/test_canaries.py tries the same on a
deployed platform.
"""

import re
import stat
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from local_platform import emulator
from local_platform.aws import client
from local_platform.platform import Platform
from tests.ports import free_port

EVIL = {"Origin": "https://evil.example"}
CREATE_TABLE = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}
SIGN_UP = {
    "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
    "Content-Type": "application/x-amz-json-1.1",
}
CLAIM = "AWS4-HMAC-SHA256 Credential={}/20260101/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"
REFUSED = 403


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform whose emulator runs, with nothing in it but a bucket."""
    home = tmp_path_factory.mktemp("gate") / "home"
    platform = Platform(home, free_port(), home / "outputs" / "local.json")
    emulator.start(platform)
    client(platform, "s3").create_bucket(Bucket="gate-files")
    yield platform
    emulator.stop(platform)


def call(platform: Platform, method: str, path: str, headers: Mapping[str, str], data: Any = None) -> int:
    """The status of the answer to a request as a program sends it that knows no key."""
    with requests.Session() as session:
        session.trust_env = False
        answer = session.request(
            method, f"{platform.endpoint}{path}", headers={**EVIL, **headers}, data=data, timeout=30
        )
        return answer.status_code


def signed(platform: Platform, access_key: str, secret_key: str) -> Any:
    """A client with these keys."""
    return boto3.client(
        "dynamodb",
        endpoint_url=platform.endpoint,
        region_name="us-east-1",
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
    )


def test_a_call_signed_with_the_platforms_keys_is_obeyed(started: Platform) -> None:
    keys = started.keys
    assert signed(started, keys.access_key, keys.secret_key).list_tables()["TableNames"] == []


@pytest.mark.parametrize("key", ["test", "000000000000", "123456789012", "AKIAAAAAAAAAAAAAAAAA", "ROOT"])
def test_a_call_with_another_key_is_refused(started: Platform, key: str) -> None:
    access_key = started.keys.access_key if key == "ROOT" else key
    with pytest.raises(ClientError) as refusal:
        signed(started, access_key, "test").list_tables()
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == REFUSED


@pytest.mark.parametrize("service", ["dynamodb", "s3", "execute-api"])
@pytest.mark.parametrize("key", ["", "test", "000000000000", "ROOT"])
def test_a_claim_without_a_signature_is_refused(started: Platform, key: str, service: str) -> None:
    claim = CLAIM.format(started.keys.access_key if key == "ROOT" else key, service)
    assert call(started, "POST", "/", {**CREATE_TABLE, "Authorization": claim}, "{}") == REFUSED
    assert call(started, "GET", "/", {"Authorization": claim}) == REFUSED


@pytest.mark.parametrize("path", ["/", "/_aws/execute-api/abc/v1/courses", "/gate-files/x"])
def test_a_key_in_the_address_is_a_claim_too(started: Platform, path: str) -> None:
    query = f"?X-Amz-Credential={started.keys.access_key}/20260101/us-east-1/dynamodb/aws4_request"
    headers = {**CREATE_TABLE, "Authorization": "Bearer x"}
    assert call(started, "POST", path + query, headers, "{}") == REFUSED
    assert call(started, "GET", path + f"?AWSAccessKeyId={started.keys.access_key}", {}) == REFUSED


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("POST", "/", CREATE_TABLE),
        ("POST", "/", {"Content-Type": "application/x-www-form-urlencoded"}),
        ("GET", "/", {}),
        ("GET", "/gate-files", {}),
        ("PUT", "/gate-files/x", {}),
        ("DELETE", "/gate-files", {}),
        ("POST", "/2015-03-31/functions", {}),
        ("POST", "/_ministack/reset", {}),
        ("POST", "/_ministack/config", {}),
        ("GET", "/_aws/ses", {}),
        ("GET", "/v20180820/configuration/publicAccessBlock", {}),
        ("POST", "/_aws/execute-api/abc/v1/courses", CREATE_TABLE),
        (
            "POST",
            "/",
            {**SIGN_UP, "X-Amz-Target": "AWSCognitoIdentityProviderService.AdminCreateUser"},
        ),
    ],
)
def test_an_unsigned_call_is_refused(
    started: Platform, method: str, path: str, headers: Mapping[str, str]
) -> None:
    for host in ("127.0.0.1", "abc.cloudfront.localhost", "abc.execute-api.localhost"):
        named = {**headers, "Host": f"{host}:{started.port}"}
        assert call(started, method, path, named, "{}" if method == "POST" else None) == REFUSED, host


@pytest.mark.parametrize(
    "path", ["/abc", "/gate-files", "/oauth2/x", "/oauth2/token", "/login", "/zz_zz/.well-known/jwks.json"]
)
@pytest.mark.parametrize("kind", ["multipart/form-data", "application/x-www-form-urlencoded", "text/plain"])
def test_an_operation_that_hides_behind_another_is_refused(started: Platform, path: str, kind: str) -> None:
    """SNS serves Unsubscribe unsigned, and the emulator then does what the body says."""
    for query in (
        "?Action=Unsubscribe",
        "?action=Unsubscribe",
        "?Action=ConfirmSubscription&Version=2010-03-31",
    ):
        call(started, "POST", path + query, {"Content-Type": kind}, "Action=CreateTopic&Name=evil")
        call(started, "GET", path + query, {"Content-Type": kind}, "Action=CreateTopic&Name=evil")
    assert client(started, "sns").list_topics()["Topics"] == []


def test_what_aws_lets_everybody_call_needs_no_signature(started: Platform) -> None:
    assert call(started, "OPTIONS", "/_aws/execute-api/abc/v1/courses", {}) != REFUSED
    assert call(started, "GET", "/_aws/execute-api/abc/v1/courses", {"Authorization": "Bearer x"}) == 404
    body = '{"AuthFlow": "USER_SRP_AUTH", "ClientId": "none", "AuthParameters": {}}'
    assert call(started, "POST", "/", SIGN_UP, body) == 400
    assert call(started, "GET", "/_ministack/health", {}) == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "x"])
@pytest.mark.parametrize("path", ["/_ministack/health", "/_aws/execute-api/abc/v1/courses", "/"])
def test_another_host_name_is_refused(started: Platform, host: str, path: str) -> None:
    """A page whose own name was pointed to this machine is no other origin for the browser."""
    assert call(started, "GET", path, {"Host": f"{host}:{started.port}"}) == REFUSED


def _presigner(platform: Platform, version: str) -> Any:
    """S3 with the root user's keys, which presigns in this version."""
    return boto3.client(
        "s3",
        endpoint_url=platform.endpoint,
        region_name="us-east-1",
        config=Config(signature_version=version),
        aws_access_key_id=platform.keys.access_key,
        aws_secret_access_key=platform.keys.secret_key,
    )


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_presigned_address_is_obeyed_until_it_is_changed(started: Platform, version: str) -> None:
    address = _presigner(started, version).generate_presigned_url(
        "put_object", Params={"Bucket": "gate-files", "Key": "ä b.txt"}
    )
    path = address.removeprefix(started.endpoint)
    assert call(started, "PUT", path, {"Origin": "null"}, b"text") == 200
    assert call(started, "PUT", path.replace("b.txt", "c.txt"), {}, b"text") == REFUSED
    changed = re.sub(r"Expires=\d+", "Expires=9999999999", path)
    assert call(started, "PUT", changed, {}, b"text") == REFUSED
    assert call(started, "POST", path, CREATE_TABLE, b"{}") == REFUSED


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_browser_may_ask_whether_it_may_use_a_presigned_address(started: Platform, version: str) -> None:
    """Its preflight has the signature of the PUT. The bucket's rules alone answer it, as nobody's question."""
    rule = {"AllowedOrigins": [EVIL["Origin"]], "AllowedMethods": ["PUT"], "AllowedHeaders": ["*"]}
    client(started, "s3").put_bucket_cors(Bucket="gate-files", CORSConfiguration={"CORSRules": [rule]})
    address = _presigner(started, version).generate_presigned_url(
        "put_object", Params={"Bucket": "gate-files", "Key": "d.txt", "ContentLength": 4}
    )
    path = address.removeprefix(started.endpoint)
    asked = {"Access-Control-Request-Method": "PUT"}
    assert call(started, "OPTIONS", path, asked) == 200
    assert call(started, "OPTIONS", path, {"Access-Control-Request-Method": "DELETE"}) == REFUSED
    assert call(started, "OPTIONS", path, {**asked, "Origin": "https://another.example"}) == REFUSED
    assert call(started, "OPTIONS", path, {}) == REFUSED
    claim = CLAIM.format(started.keys.access_key, "s3")
    assert call(started, "OPTIONS", path, {**asked, "Authorization": claim}) == REFUSED


def test_only_the_root_user_may_ask_the_emulator_itself(started: Platform) -> None:
    iam = client(started, "iam")
    iam.create_user(UserName="reader")
    made = iam.create_access_key(UserName="reader")["AccessKey"]
    url = f"{started.endpoint}/_ministack/config"
    answers = []
    for access_key, secret_key in (
        (made["AccessKeyId"], made["SecretAccessKey"]),
        (started.keys.access_key, started.keys.secret_key),
    ):
        request = AWSRequest("POST", url, data=b"{}")
        SigV4Auth(Credentials(access_key, secret_key), "sts", "us-east-1").add_auth(request)
        answers.append(call(started, "POST", "/_ministack/config", dict(request.headers), b"{}"))
    assert answers == [REFUSED, 200]


def test_the_keys_are_random_and_only_their_owner_reads_them(started: Platform, platform: Platform) -> None:
    assert started.keys != platform.keys
    for home in (started.home, platform.home):
        assert stat.S_IMODE((home / "root-keys.json").stat().st_mode) == 0o600
