"""Each guard says the same in Python and as a DynamoDB condition, for every state of an admission item."""

from itertools import product
from typing import Any

import pytest

from domain.courses import STATUSES
from domain.enrollments.admission import Admission, key_of
from domain.enrollments.guards import Guard, condition_of
from tests.unit.domain.test_enrollment_rules import NOON
from tests.unit.emulator_fixture import Tables
from toolkit.dynamo import from_item, to_item

AFTER = "2026-01-01T12:00:00.001Z"
# Of either end of the window: none, now, and a moment after now.
WINDOWS = tuple(product((None, NOON, AFTER), (None, NOON, AFTER)))
# Seats taken and capacity: none at all, empty, partly taken, full, one too many.
SEATS = ((None, None), (1, None), (None, 3), (0, 3), (1, 3), (2, 3), (3, 3), (4, 3), (1, 1))
WAITING = (None, 0, 2)
# `countingSince` and `queueUntil`: not set, counting, queued until a moment ago and until a moment after now.
QUEUES = ((None, None), (NOON, None), (None, NOON), (None, AFTER))


def states() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for status, (opens, closes), (taken, capacity), waiting, (counting, queue) in product(
        STATUSES, WINDOWS, SEATS, WAITING, QUEUES
    ):
        # Only some of the states together: all would be too many to store.
        if (counting or queue) and (opens or closes):
            continue
        fields = {
            "status": status,
            "countingSince": counting,
            "queueUntil": queue,
            "opensAt": opens,
            "closesAt": closes,
            "seatsTaken": taken,
            "capacity": capacity,
            "waitlisted": waiting,
        }
        given = {name: value for name, value in fields.items() if value is not None}
        found.append({**key_of(f"course-{len(found)}"), "title": "Algebra", "version": 1, **given})
    return found


def true_in_dynamodb(tables: Tables, guard: Guard, seen: Admission, group_size: int) -> set[str]:
    """The ids of the courses for which a guard's condition is true: a filter is evaluated like a condition."""
    condition = condition_of(guard, NOON, seen=seen, group_size=group_size)
    parameters: dict[str, Any] = {
        "TableName": tables.courses,
        "FilterExpression": condition.expression,
        "ExpressionAttributeNames": condition.names,
        "ExpressionAttributeValues": to_item(condition.values),
    }
    pages = tables.client.get_paginator("scan").paginate(**parameters)
    found = (from_item(item) for page in pages for item in page["Items"])
    return {Admission.from_stored(item).course_id for item in found}


@pytest.fixture
def courses(dynamodb_tables: Tables) -> list[Admission]:
    """All states, stored."""
    items = states()
    for start in range(0, len(items), 25):
        dynamodb_tables.put_all({dynamodb_tables.courses: items[start : start + 25]})
    return [Admission.from_stored(item) for item in items]


def test_every_condition_is_true_exactly_when_the_predicate_is(
    dynamodb_tables: Tables, courses: list[Admission]
) -> None:
    assert len(courses) == 3 * 9 * 3 * (9 + 3)
    for guard in Guard:
        if guard is not Guard.GROUP_FITS:
            found = true_in_dynamodb(dynamodb_tables, guard, courses[0], 1)
            assert found == {course.course_id for course in courses if guard.is_met(course, NOON)}, guard


def test_a_group_fits_only_while_the_capacity_is_the_one_that_was_read(
    dynamodb_tables: Tables, courses: list[Admission]
) -> None:
    # The rules never give seats to a group that is larger than the capacity.
    for capacity, group_size in ((None, 2), (3, 1), (3, 2), (3, 3), (1, 1)):
        seen = next(course for course in courses if course.capacity == capacity)
        found = true_in_dynamodb(dynamodb_tables, Guard.GROUP_FITS, seen, group_size)
        assert found == {
            course.course_id
            for course in courses
            if course.capacity in (capacity, None) and Guard.GROUP_FITS.is_met(course, NOON, group_size)
        }, (capacity, group_size)


def test_every_guard_is_true_in_some_states_and_false_in_others() -> None:
    courses = [Admission.from_stored(item) for item in states()]
    for guard in Guard:
        held = {guard.is_met(course, NOON) for course in courses}
        assert held == ({True} if guard is Guard.COURSE_EXISTS else {True, False}), guard
