"""A Terraform on a busy machine gets its state lock, also when an answer of the AWS emulator is lost on the way."""

import json
import socket
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from local_platform import emulator
from local_platform.aws import client
from local_platform.platform import Platform
from tests.ports import free_port

ANSWERS = 200
TABLE = "locks"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform whose emulator runs and has a lock table."""
    home = tmp_path_factory.mktemp("lock") / "home"
    platform = Platform(home, free_port(), home / "outputs" / "local.json")
    emulator.start(platform)
    client(platform, "dynamodb").create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield platform
    emulator.stop(platform)


def lock(state: str, lock_id: str) -> Mapping[str, Any]:
    """The PutItem with which Terraform's S3 backend locks a state."""
    return {
        "TableName": TABLE,
        "Item": {"LockID": {"S": state}, "Info": {"S": json.dumps({"ID": lock_id})}},
        "ConditionExpression": "attribute_not_exists(LockID)",
    }


def ask_and_hang_up(platform: Platform, body: Mapping[str, Any]) -> None:
    """Send a PutItem, and close the connection without reading its answer, once the item is there."""
    text = json.dumps(body)
    request = AWSRequest(
        "POST",
        f"{platform.endpoint}/",
        headers={
            "Host": f"127.0.0.1:{platform.port}",
            "X-Amz-Target": "DynamoDB_20120810.PutItem",
            "Content-Type": "application/x-amz-json-1.0",
            "Content-Length": str(len(text)),
        },
        data=text,
    )
    keys = Credentials(platform.keys.access_key, platform.keys.secret_key)
    SigV4Auth(keys, "dynamodb", "us-east-1").add_auth(request)
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    with socket.create_connection(("127.0.0.1", platform.port)) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\n{head}\r\n{text}".encode())
        table = client(platform, "dynamodb")
        key = {"LockID": body["Item"]["LockID"]}
        deadline = time.monotonic() + 30
        while "Item" not in table.get_item(TableName=TABLE, Key=key, ConsistentRead=True):
            assert time.monotonic() < deadline


def test_a_lock_is_given_again_to_the_one_who_did_not_hear_of_it(started: Platform) -> None:
    mine = lock("hung-up", "mine")
    ask_and_hang_up(started, mine)
    client(started, "dynamodb").put_item(**mine)


def test_a_lock_is_not_given_to_a_second_one(started: Platform) -> None:
    locks = client(started, "dynamodb")
    locks.put_item(**lock("taken", "mine"))
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        locks.put_item(**lock("taken", "another"))


def test_another_conditional_write_is_refused_the_second_time(started: Platform) -> None:
    locks = client(started, "dynamodb")
    record = {**lock("record", "mine"), "ConditionExpression": "attribute_not_exists(Info)"}
    locks.put_item(**record)
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        locks.put_item(**record)


def test_an_answer_comes_in_one_piece(started: Platform) -> None:
    """Terraform sometimes closes the connection when the body is not there yet, and repeats the request."""
    with socket.create_connection(("127.0.0.1", started.port)) as connection:
        for _ in range(ANSWERS):
            connection.sendall(
                f"GET /_ministack/health HTTP/1.1\r\nHost: 127.0.0.1:{started.port}\r\n\r\n".encode()
            )
            head, _, body = connection.recv(65536).partition(b"\r\n\r\n")
            length = next(
                int(line.partition(b":")[2])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            )
            assert len(body) == length
