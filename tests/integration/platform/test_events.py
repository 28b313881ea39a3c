"""Events on EventBridge: each is sent once, even after repeated or broken records, and has no personal data."""

import json
import secrets
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.support.course_helpers import enroll, eventually, new_course, set_status
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, Person, SharedUsers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient

pytestmark = pytest.mark.intrusive

# How long to wait for an event that must not come.
SILENCE_SECONDS = 1.5


class EventQueue:
    """A queue that gets every event of the event bus, like the queue of another team."""

    def __init__(self, deployed: Deployed) -> None:
        suffix = deployed.outputs["environment_suffix"]
        self._sqs, self._events = deployed.client("sqs"), deployed.client("events")
        self._bus, self._rule = (
            f"education-events-{suffix}",
            f"education-test-{secrets.token_hex(4)}-{suffix}",
        )
        self._url = self._sqs.create_queue(QueueName=self._rule)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        rule = self._events.put_rule(
            Name=self._rule, EventBusName=self._bus, EventPattern=json.dumps({"source": ["education"]})
        )
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": arn,
                    "Condition": {"ArnEquals": {"aws:SourceArn": rule["RuleArn"]}},
                }
            ],
        }
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": json.dumps(policy)})
        self._events.put_targets(
            Rule=self._rule, EventBusName=self._bus, Targets=[{"Id": "event_queue", "Arn": arn}]
        )
        self.events: list[dict[str, Any]] = []

    def of(self, course_id: str) -> list[dict[str, Any]]:
        """Every event so far about a course."""
        while messages := self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=0
        ).get("Messages"):
            for message in messages:
                self.events.append(json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return [event for event in self.events if event["detail"]["object"]["id"].endswith(f"/{course_id}")]

    def wait(self, course_id: str, *kinds: str) -> list[dict[str, Any]]:
        """Wait until a course has events of these kinds. Fails if another event comes after them."""

        def came() -> list[str]:
            return sorted(event["detail-type"] for event in self.of(course_id))

        eventually(lambda: len(came()) >= len(kinds))
        time.sleep(SILENCE_SECONDS)
        assert came() == sorted(kinds)
        return self.of(course_id)

    def close(self) -> None:
        """Delete the rule and the queue."""
        self._events.remove_targets(Rule=self._rule, EventBusName=self._bus, Ids=["event_queue"])
        self._events.delete_rule(Name=self._rule, EventBusName=self._bus)
        self._sqs.delete_queue(QueueUrl=self._url)


@pytest.fixture(scope="module")
def event_queue(deployed: Deployed) -> Iterator[EventQueue]:
    event_queue = EventQueue(deployed)
    yield event_queue
    event_queue.close()


def complete(student: Person, course_id: str, *lesson_ids: str) -> None:
    for lesson_id in lesson_ids:
        student.put(f"/progress/{course_id}/lessons/{lesson_id}", {"completed": True})


def test_enrolment_completion_and_publication_are_sent_once_each(
    users: SharedUsers, people: People, event_queue: EventQueue
) -> None:
    course_id = new_course(users.owner, "one", "two")
    student = people.new()
    student.patch("/profile", {"displayName": "Trillian McMillan"})
    for _ in range(3):
        student.call("POST", "/enrollments", {"courseId": course_id}, expect=(200, 201))
    complete(student, course_id, "one", "two", "two", "one")
    student.put(f"/progress/{course_id}/lessons/one", {"positionSeconds": 7})
    version = users.owner.get(f"/courses/{course_id}")["version"]
    users.owner.patch(f"/courses/{course_id}", {"title": "Renamed", "version": version})
    events = event_queue.wait(course_id, "publication", "enrollment", "completion")
    statements = {event["detail-type"]: event["detail"] for event in events}
    assert statements["enrollment"]["actor"]["account"]["name"] == student.user_id
    assert statements["completion"]["actor"]["account"]["name"] == student.user_id
    assert statements["completion"]["result"] == {"completion": True}
    assert statements["publication"]["actor"]["account"]["name"] == users.owner.user_id
    assert statements["enrollment"]["verb"]["id"] == "http://adlnet.gov/expapi/verbs/registered"
    text = json.dumps(events)
    for person in (student, users.owner):
        assert person.email.partition("@")[0] not in text
    assert not [word for word in ("@", "Trillian", "Renamed") if word in text]


def test_a_new_enrolment_is_an_event_and_a_waitlist_entry_is_not(
    users: SharedUsers, people: People, event_queue: EventQueue
) -> None:
    course_id = new_course(users.owner, "one", capacity=1)
    first, second = people.many(2)
    enroll(first, course_id)
    assert enroll(second, course_id)["status"] == "waitlisted"
    event_queue.wait(course_id, "publication", "enrollment")
    first.delete(f"/enrollments/{course_id}")
    events = event_queue.wait(course_id, "publication", "enrollment", "enrollment")
    names = [event["detail"]["actor"]["account"]["name"] for event in events]
    assert {first.user_id, second.user_id} < set(names)
    second.delete(f"/enrollments/{course_id}")
    first.call("POST", "/enrollments", {"courseId": course_id}, expect=(200, 201))
    events = event_queue.wait(course_id, "publication", "enrollment", "enrollment", "enrollment")
    assert len({event["detail"]["id"] for event in events}) == 4


def test_a_second_publication_is_a_second_event(users: SharedUsers, event_queue: EventQueue) -> None:
    course_id = new_course(users.owner, "one")
    set_status(users.owner, course_id, "archived")
    set_status(users.owner, course_id, "published")
    event_queue.wait(course_id, "publication", "publication")


def test_a_repeated_stream_record_sends_no_second_event(
    deployed: Deployed, users: SharedUsers, people: People, event_queue: EventQueue
) -> None:
    """A stream delivers a record at least once. Here the same record comes five more times."""
    course_id = new_course(users.owner, "one")
    student = people.new()
    enroll(student, course_id)
    event_queue.wait(course_id, "publication", "enrollment")
    record = stream_record(deployed, student.user_id, course_id)
    functions: LambdaClient = deployed.client("lambda")
    for count in (1, 1, 3):
        answer = functions.invoke(
            FunctionName=f"education-events-{deployed.outputs['environment_suffix']}",
            Payload=json.dumps({"Records": [record] * count}).encode(),
        )
        assert "FunctionError" not in answer, answer["Payload"].read()
    event_queue.wait(course_id, "publication", "enrollment")


def test_a_broken_record_goes_to_the_dead_letters_and_blocks_no_other(
    deployed: Deployed, users: SharedUsers, people: People, event_queue: EventQueue
) -> None:
    dynamodb: DynamoDBClient = deployed.client("dynamodb")
    table = deployed.outputs["course_progress_table_name"]
    poison = f"poison-{secrets.token_hex(6)}"
    key: Any = {"userId": {"S": poison}, "courseId": {"S": "none"}}
    course_id = new_course(users.owner, "one")
    before, after = people.many(2)
    try:
        enroll(before, course_id)
        dynamodb.put_item(TableName=table, Item={**key, "status": {"S": "active"}})
        enroll(after, course_id)
        event_queue.wait(course_id, "publication", "enrollment", "enrollment")
        letter = eventually(lambda: dead_letter(deployed, poison))
        assert letter is not None
        assert letter["keys"] == key
        assert letter["error"] in ("KeyError", "TypeError")
    finally:
        dynamodb.delete_item(TableName=table, Key=key)


def stream_record(deployed: Deployed, user_id: str, course_id: str) -> dict[str, Any]:
    """The stream record of an enrolment."""
    dynamodb: DynamoDBClient = deployed.client("dynamodb")
    table = deployed.outputs["course_progress_table_name"]
    key: Any = {"userId": {"S": user_id}, "courseId": {"S": course_id}}
    return {
        "eventID": secrets.token_hex(16),
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "eventSourceARN": dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"],
        "dynamodb": {
            "ApproximateCreationDateTime": int(time.time()),
            "Keys": key,
            "SequenceNumber": "1",
            "NewImage": dynamodb.get_item(TableName=table, Key=key)["Item"],
        },
    }


def dead_letter(deployed: Deployed, mark: str) -> dict[str, Any] | None:
    """Take the dead letter with this text out of the queue. Returns None if there is none."""
    sqs = deployed.client("sqs")
    url = sqs.get_queue_url(QueueName=f"education-dead-letters-{deployed.outputs['environment_suffix']}")[
        "QueueUrl"
    ]
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=1)
    for message in messages.get("Messages", ()):
        if mark in message["Body"]:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return dict(json.loads(message["Body"]))
    return None
