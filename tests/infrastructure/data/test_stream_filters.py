"""Which records of the streams start the function that sends events: those that become events, and no others.

The patterns are read from the synthesized stack, and evaluated as AWS describes it. What becomes an event is asked of
the function's own rules.
"""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import yaml

from events import statements
from tests.infrastructure.synthesized import ROOT, Synthesized
from toolkit.dynamo import to_item
from toolkit.streams import ItemChange

NOON = "2026-01-01T12:00:00.000Z"
SCHEMAS = yaml.safe_load((ROOT / "api" / "openapi.yaml").read_text())["components"]["schemas"]
# A status that the description gets later is tried, too.
ENROLLMENT_STATUSES = SCHEMAS["EnrollmentStatus"]["enum"]
COURSE_STATUSES = SCHEMAS["CourseStatus"]["enum"]
HOME = "https://portal.example.org"
MOST_READERS = 2


def patterns_of(stack: Synthesized, mapping: str) -> list[Any]:
    """The patterns of the only event source mapping whose id contains this text."""
    (found,) = (
        body for name, body in stack.resources("aws_lambda_event_source_mapping").items() if mapping in name
    )
    return [json.loads(each["pattern"]) for each in found["filter_criteria"]["filter"]]


def matches(pattern: Any, value: Any) -> bool:
    """Whether a record matches a pattern: a list has the values, or the rules, of which one must be met."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(matches(part, value.get(key)) for key, part in pattern.items())
    return any(value is not None if rule == {"exists": True} else value == rule for rule in pattern)


def is_passed(stack: Synthesized, mapping: str, before: Any, after: Any) -> bool:
    images = {"OldImage": before, "NewImage": after}
    record = {
        "eventName": "INSERT" if before is None else "REMOVE" if after is None else "MODIFY",
        "dynamodb": {name: to_item(image) for name, image in images.items() if image is not None},
    }
    return any(matches(pattern, record) for pattern in patterns_of(stack, mapping))


def record(status: str, *, is_done: bool = False, revision: int = 1) -> dict[str, Any]:
    item = {"userId": "ada", "courseId": "c-1", "status": status, "revision": revision}
    return {**item, "completedAt": NOON} if is_done else item


def course(status: str) -> dict[str, Any]:
    return {"courseId": "c-1", "ownerId": "teacher", "version": 1, "updatedAt": NOON, "status": status}


def changes_of_records() -> Iterator[tuple[dict[str, Any] | None, dict[str, Any]]]:
    """Every change of a status that the rules of enrolment make, and the completion of a course."""
    yield record("active"), record("completed", is_done=True, revision=2)
    for is_done in (False, True):
        # A student who has completed the course is `completed` while enrolled, also after a withdrawal.
        statuses = [each for each in ENROLLMENT_STATUSES if each != ("active" if is_done else "completed")]
        for before, after in product([None, *statuses], statuses):
            if before is not None or not is_done:
                yield record(before, is_done=is_done) if before else None, record(after, is_done=is_done)


def test_exactly_the_records_that_become_events_are_passed(stack: Synthesized) -> None:
    for before, after in changes_of_records():
        change = ItemChange("table", NOON, before, after)
        becomes_event = bool(statements.of_record(change, HOME))
        assert is_passed(stack, "events-of-progress", before, after) is becomes_event, (before, after)


def test_exactly_publications_are_passed(stack: Synthesized) -> None:
    for before, after in product([None, *COURSE_STATUSES], COURSE_STATUSES):
        old, new = course(before) if before else None, course(after)
        becomes_event = bool(statements.of_course(ItemChange("table", NOON, old, new), HOME))
        assert is_passed(stack, "events-of-courses", old, new) is becomes_event, (before, after)


def test_a_position_and_what_is_no_course_are_not_passed(stack: Synthesized) -> None:
    learned = {**record("active", revision=2), "lastActivityAt": NOON}
    assert not is_passed(stack, "events-of-progress", record("active"), learned)
    assert not is_passed(
        stack, "events-of-courses", None, {"courseId": "admission#c-1", "status": "published"}
    )
    assert not is_passed(stack, "events-of-courses", None, {"courseId": "staff#c-1#ada", "ownerId": "ada"})


def test_no_filter_asks_that_something_is_absent(stack: Synthesized) -> None:
    """`"exists": false` below an image that a record lacks lost completions."""
    for name, body in stack.resources("aws_lambda_event_source_mapping").items():
        for each in body["filter_criteria"]["filter"]:
            assert '"exists": false' not in each["pattern"], name
            assert '"exists":false' not in each["pattern"], name


def test_a_stream_has_two_readers_at_most(stack: Synthesized) -> None:
    """More readers of a shard may be throttled. docs/decisions.md says what a third one would do.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
    """
    readers: dict[str, list[str]] = {}
    for name, body in stack.resources("aws_lambda_event_source_mapping").items():
        readers.setdefault(body["event_source_arn"], []).append(name)
    assert readers
    assert {stream: names for stream, names in readers.items() if len(names) > MOST_READERS} == {}
