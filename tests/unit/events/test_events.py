"""Which changes become events, what the events contain, and that each is sent once in spite of failures."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from domain import staff
from events import statements
from events.outbox import KEPT_SECONDS, NotSent, Outbox
from tests.unit.lambda_api_fixture import Context
from toolkit import clients
from toolkit.config import StreamConfig
from toolkit.dynamo import to_item
from toolkit.errors import Unavailable
from toolkit.streams import ItemChange, TryAgain, change_of, stream_handler

HOME = "https://portal.example.org"
NOON = "2026-01-01T12:00:00.000Z"
LATER = "2026-01-02T12:00:00.000Z"
RECORD: dict[str, Any] = {
    "userId": "u-1",
    "courseId": "c-1",
    "courseTitle": "Algebra",
    "status": "active",
    "revision": 1,
}
COURSE: dict[str, Any] = {
    "courseId": "c-1",
    "title": "Algebra",
    "status": "draft",
    "ownerId": "o-1",
    "version": 1,
    "updatedAt": NOON,
}


def test_a_new_co_teacher_is_no_event() -> None:
    item = {**staff.key_of("c-1", "u-1"), "ownerId": "u-1", "createdAt": NOON}
    assert statements.of_course(ItemChange("courses", LATER, None, item), HOME) == []


def of_record(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[statements.Event]:
    return statements.of_record(
        ItemChange("progress", LATER, dict(before) if before else None, dict(after) if after else None), HOME
    )


def kinds(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[str]:
    return [event.verb.detail_type for event in of_record(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "sent"),
    [
        (None, "active", ["enrollment"]),
        (None, "waitlisted", []),
        ("waitlisted", "active", ["enrollment"]),
        ("withdrawn", "active", ["enrollment"]),
        ("withdrawn", "completed", ["enrollment"]),
        ("active", "active", []),
        ("active", "completed", []),
        ("completed", "completed", []),
        ("active", "withdrawn", []),
        ("active", None, []),
    ],
)
def test_an_enrolment_event_is_sent_when_a_student_takes_a_seat(
    before: str | None, after: str | None, sent: list[str]
) -> None:
    items = [None if status is None else {**RECORD, "status": status} for status in (before, after)]
    assert kinds(*items) == sent


def test_a_completion_event_is_sent_once() -> None:
    done = {**RECORD, "status": "completed", "completedAt": NOON}
    assert kinds(RECORD, done) == ["completion"]
    assert kinds(done, {**done, "revision": 9}) == []
    assert kinds({**done, "status": "withdrawn"}, done) == ["enrollment"]


@given(st.lists(st.sampled_from(["active", "completed", "waitlisted", "withdrawn"]), min_size=1, max_size=12))
def test_every_entrance_has_an_id_of_its_own(course_of_events: list[str]) -> None:
    before, ids, entrances = None, [], 0
    for revision, status in enumerate(course_of_events, start=1):
        after = {**RECORD, "status": status, "revision": revision}
        ids += [event.event_id for event in of_record(before, after)]
        inside = {"active", "completed"}
        entrances += status in inside and (before is None or before["status"] not in inside)
        before = after
    assert len(ids) == len(set(ids)) == entrances


def test_a_publication_event_has_the_owner_as_actor() -> None:
    def events_of(before: str | None, after: str) -> list[statements.Event]:
        items = [None if status is None else {**COURSE, "status": status} for status in (before, after)]
        return statements.of_course(ItemChange("courses", LATER, *items), HOME)

    (event,) = events_of("draft", "published")
    assert event.verb.detail_type == "publication"
    assert event.statement["actor"]["account"]["name"] == "o-1"
    assert events_of("archived", "published")
    assert not events_of("published", "published")
    assert not events_of("published", "archived")
    assert not events_of(None, "draft")


def test_statements_are_xapi_without_personal_data() -> None:
    done = {**RECORD, "status": "completed", "completedAt": NOON}
    (event,) = of_record({**RECORD, "email": "x@example.org"}, {**done, "email": "x@example.org"})
    assert UUID(event.event_id).version == 5
    assert event.statement == {
        "id": event.event_id,
        "version": "1.0.3",
        "timestamp": NOON,
        "actor": {"objectType": "Agent", "account": {"homePage": HOME, "name": "u-1"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed", "display": {"en": "completed"}},
        "object": {
            "objectType": "Activity",
            "id": f"{HOME}/courses/c-1",
            "definition": {"type": "http://adlnet.gov/expapi/activities/course"},
        },
        "result": {"completion": True},
        "context": {"platform": "education"},
    }


class Aws:
    """DynamoDB, EventBridge and SQS as far as an outbox and a stream need them; `failing` breaks one of them."""

    def __init__(self) -> None:
        self.noted: dict[str, Any] = {}
        self.entries: list[dict[str, Any]] = []
        self.letters: list[dict[str, Any]] = []
        self.code: str | None = None
        self.failing: set[str] = set()

    def get_item(self, *, Key: dict[str, Any], **_: object) -> dict[str, Any]:  # noqa: N803 - AWS's names
        self._fail("get_item")
        item = self.noted.get(Key["eventId"]["S"])
        return {"Item": item} if item else {}

    def put_item(self, *, Item: dict[str, Any], **_: object) -> None:  # noqa: N803
        self._fail("put_item")
        self.noted[Item["eventId"]["S"]] = Item

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        self._fail("put_events")
        if self.code:
            return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": self.code}]}
        self.entries += Entries
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}

    def send_message(self, *, MessageBody: str, **_: object) -> None:  # noqa: N803
        self._fail("send_message")
        self.letters.append(json.loads(MessageBody))

    def _fail(self, operation: str) -> None:
        if operation in self.failing:
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow"}}, operation)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    aws = Aws()
    for client in ("dynamodb", "event_bridge", "sqs"):
        monkeypatch.setattr(clients, client, lambda: aws)
    return aws


EVENT = of_record(None, RECORD)[0]


def test_an_event_leaves_once(aws: Aws) -> None:
    outbox = Outbox("bus", "sent")
    assert outbox.send(EVENT) is True
    assert outbox.send(EVENT) is False
    (entry,) = aws.entries
    assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == ("bus", "education", "enrollment")
    assert json.loads(entry["Detail"]) == EVENT.statement
    assert KEPT_SECONDS > 14 * 24 * 3600, "what the dead-letter queue keeps may be sent again"


def test_an_entry_that_was_not_taken_is_not_taken_for_sent(aws: Aws) -> None:
    outbox = Outbox("bus", "sent")
    aws.code = "ThrottlingException"
    with pytest.raises(Unavailable):
        outbox.send(EVENT)
    aws.code = "NotAuthorizedForSourceException"
    with pytest.raises(NotSent):
        outbox.send(EVENT)
    aws.code = None
    assert outbox.send(EVENT) is True


def record(number: int, after: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A stream record."""
    return {
        "eventID": f"event-{number}",
        "eventName": "MODIFY",
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:0:table/progress/stream/1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1767355200,
            "Keys": to_item({"userId": f"u-{number}"}),
            "SequenceNumber": str(number),
            "NewImage": to_item({**(after or {"userId": f"u-{number}"})}),
        },
    }


def test_a_change_is_read_from_a_stream_record() -> None:
    change = change_of(record(1))
    assert change == ItemChange("progress", LATER, None, {"userId": "u-1"}, id="event-1")
    assert change_of({**record(1), "eventSourceARN": "x"}) == replace(change, table="")


@pytest.mark.parametrize("broken", [{}, {"dynamodb": {}}, {"dynamodb": None, "eventSourceARN": 3}])
def test_a_bad_record_goes_to_the_dead_letter_queue_and_blocks_no_other(
    aws: Aws, broken: dict[str, Any]
) -> None:
    seen: list[Any] = []
    handler = stream_handler(StreamConfig("test", "INFO", "queue"), lambda change: seen.append(change.after))
    handler({"Records": [record(1), broken, record(2)]}, Context())
    assert seen == [{"userId": "u-1"}, {"userId": "u-2"}]
    (letter,) = aws.letters
    assert letter["error"] in ("KeyError", "TypeError", "AttributeError")


def test_a_defect_of_ours_is_kept_with_what_repairing_needs(aws: Aws) -> None:
    def act(_change: ItemChange) -> None:
        raise RuntimeError("somebody@example.org")

    stream_handler(StreamConfig("test", "INFO", "queue"), act)({"Records": [record(1)]}, Context())
    (letter,) = aws.letters
    assert letter["keys"] == {"userId": {"S": "u-1"}}
    assert letter["sequenceNumber"] == "1"
    assert "example.org" not in json.dumps(letter)


def test_after_a_temporary_failure_the_batch_is_repeated(aws: Aws) -> None:
    seen: list[Any] = []

    def act(change: ItemChange) -> None:
        seen.append(change.after)
        if len(seen) == 1:
            raise Unavailable()

    handler = stream_handler(StreamConfig("test", "INFO", "queue"), act)
    with pytest.raises(TryAgain, match="1 of 2"):
        handler({"Records": [record(1), record(2)]}, Context())
    assert len(seen) == 2
    assert not aws.letters


def test_no_record_is_lost_while_the_dead_letter_queue_is_unavailable(aws: Aws) -> None:
    aws.failing = {"send_message"}
    handler = stream_handler(StreamConfig("test", "INFO", "queue"), lambda change: None)
    with pytest.raises(TryAgain):
        handler({"Records": [{}]}, Context())


def test_nothing_is_lost_when_the_note_cannot_be_written(aws: Aws) -> None:
    """The event leaves again then, under the same id, by which listeners know it."""
    outbox = Outbox("bus", "sent")
    aws.failing = {"put_item"}
    with pytest.raises(ClientError):
        outbox.send(EVENT)
    aws.failing = set()
    outbox.send(EVENT)
    assert len({json.loads(entry["Detail"])["id"] for entry in aws.entries}) == 1
