"""Work that functions gave up is repeated after its cause was corrected: with real queues and streams."""

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest

from tests.unit.emulator_fixture import Tables, client_at
from toolkit.streams import change_of
from tools.operate.redrive import Redrive

FUNCTION = "education-events-test"
UPLOADS = "education-uploads-test"


class Functions:
    """Takes calls; fails while `failing`."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.failing = False

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto3's names
        if self.failing:
            answer = io.BytesIO(json.dumps({"errorMessage": "1 of 1 records"}).encode())
            return {"FunctionError": "Unhandled", "Payload": answer}
        self.calls.append((FunctionName, json.loads(Payload)))
        return {"Payload": io.BytesIO(b"null")}


class Desk:
    """A table with a stream, a queue of dead letters, and who works them off."""

    def __init__(self, emulator: str, tables: Tables) -> None:
        self.sqs, self.streams = client_at(emulator, "sqs"), client_at(emulator, "dynamodbstreams")
        self.url = self.sqs.create_queue(QueueName=f"dead-letters-{uuid4().hex}")["QueueUrl"]
        self.tables, self.functions = tables, Functions()
        self.redrive = Redrive(self.url, UPLOADS, self.sqs, self.streams, self.functions, wait_seconds=0)
        table = tables.client.update_table(
            TableName=tables.progress,
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )["TableDescription"]
        self.stream = table["LatestStreamArn"]

    def changes(self, *users: str) -> list[str]:
        """Change the items of these people; returns the changes' sequence numbers."""
        for user in users:
            self.tables.put(self.tables.progress, {"userId": user, "courseId": "c"})
        shard = self.streams.describe_stream(StreamArn=self.stream)["StreamDescription"]["Shards"][0]
        iterator = self.streams.get_shard_iterator(
            StreamArn=self.stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        records = self.streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
        return [record["dynamodb"]["SequenceNumber"] for record in records]

    def letter(self, body: Mapping[str, Any] | str) -> None:
        self.sqs.send_message(
            QueueUrl=self.url, MessageBody=body if isinstance(body, str) else json.dumps(body)
        )

    def waiting(self) -> int:
        attributes = self.sqs.get_queue_attributes(
            QueueUrl=self.url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(attributes["Attributes"]["ApproximateNumberOfMessages"])

    def given_up(self, number: str) -> dict[str, Any]:
        return {"function": FUNCTION, "eventSourceArn": self.stream, "sequenceNumber": number, "keys": {}}


@pytest.fixture
def desk(emulator: str, dynamodb_tables: Tables) -> Iterator[Desk]:
    desk = Desk(emulator, dynamodb_tables)
    yield desk
    desk.sqs.delete_queue(QueueUrl=desk.url)
    desk.sqs.close()
    desk.streams.close()


def test_a_record_that_a_function_gave_up_is_given_to_it_again(desk: Desk) -> None:
    _, wanted, _ = desk.changes("ada", "bo", "cy")
    desk.letter(desk.given_up(wanted))
    assert desk.redrive.run(dry_run=False) == (1, 0)
    ((function, event),) = desk.functions.calls
    assert function == FUNCTION
    (change,) = map(change_of, event["Records"])
    assert (change.table, change.after) == (desk.tables.progress, {"userId": "bo", "courseId": "c"})
    assert desk.waiting() == 0


def test_a_batch_that_lambda_gave_up_comes_whole(desk: Desk) -> None:
    _, first, last, _ = desk.changes("ada", "bo", "cy", "di")
    batch = {"streamArn": desk.stream, "startSequenceNumber": first, "endSequenceNumber": last}
    arn = f"arn:aws:lambda:us-east-1:1:function:{FUNCTION}"
    desk.letter({"requestContext": {"functionArn": arn}, "DDBStreamBatchInfo": batch})
    assert desk.redrive.run(dry_run=False) == (1, 0)
    ((function, event),) = desk.functions.calls
    assert function == arn
    assert [(change_of(record).after or {})["userId"] for record in event["Records"]] == ["bo", "cy"]


def test_a_package_that_was_not_unpacked_is_unpacked(desk: Desk) -> None:
    event = {"function": "education-packages-test", "key": "incoming/k", "version": "v1"}
    desk.letter(event)
    assert desk.redrive.run(dry_run=False) == (1, 0)
    assert desk.functions.calls == [("education-packages-test", event)]


def test_an_upload_that_was_not_noted_is_noted(desk: Desk) -> None:
    event = {"Records": [{"eventSource": "aws:s3", "s3": {"object": {"key": "k"}}}]}
    desk.letter(event)
    assert desk.redrive.run(dry_run=False) == (1, 0)
    assert desk.functions.calls == [(UPLOADS, event)]


def test_a_run_of_a_schedule_is_repeated(desk: Desk) -> None:
    rule = "arn:aws:events:eu-central-1:123456789012:rule/education-sweep-test"
    event = {"source": "aws.events", "detail-type": "Scheduled Event", "resources": [rule], "detail": {}}
    desk.letter(event)
    assert desk.redrive.run(dry_run=False) == (1, 0)
    assert desk.functions.calls == [("education-sweep-test", event)]


def test_what_fails_again_or_is_only_looked_at_stays(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    (number,) = desk.changes("ada")
    desk.letter(desk.given_up(number))
    assert desk.redrive.run(dry_run=True) == (0, 1)
    assert "education-events-test: records from" in capsys.readouterr().out
    desk.functions.failing = True
    assert desk.redrive.run(dry_run=False) == (0, 1)
    assert "failed again: 1 of 1 records" in capsys.readouterr().out
    assert desk.waiting() == 1
    desk.functions.failing = False
    assert desk.redrive.run(dry_run=False) == (1, 0)


@pytest.mark.parametrize(
    ("letter", "why"),
    [
        ("no JSON", "does not know what it is"),
        ({"sequenceNumber": None}, "does not know what it is"),
        ({"function": FUNCTION, "sequenceNumber": "1"}, "does not know what it is"),
        (
            {"function": FUNCTION, "eventSourceArn": "x", "sequenceNumber": None},
            "does not know what it is",
        ),
        ("gone", "no longer has its records"),
    ],
)
def test_an_event_that_fails_again_stays_and_the_rest_is_done(
    desk: Desk, letter: Mapping[str, Any] | str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (number,) = desk.changes("ada")
    desk.letter(desk.given_up("7") if letter == "gone" else letter)
    desk.letter(desk.given_up(number))
    assert desk.redrive.run(dry_run=False) == (1, 1)
    assert why in capsys.readouterr().out
    assert (len(desk.functions.calls), desk.waiting()) == (1, 1)
