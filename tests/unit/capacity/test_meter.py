"""The meter computes units from what the tables have, whatever the answers show. Tables are those of the emulator."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.capacity.meter import CapacityMeter, Units
from tests.unit.emulator_fixture import Tables
from toolkit.dynamo import to_item

Measure = Callable[..., Units]
LARGE = "x" * 5_000


@pytest.fixture
def measure(dynamodb_tables: Tables) -> Measure:
    """Makes a call, given by its operation and its request, and returns its units."""
    meter = CapacityMeter(dynamodb_tables.client)

    def send(operation: str, **request: Any) -> Units:
        with meter.measuring(operation, request) as units:
            dynamodb_tables.client._make_api_call(operation, request)  # type: ignore[attr-defined]
        return units

    return send


def course(course_id: str, **more: Any) -> dict[str, Any]:
    """An item of the courses table that is in the index of its owner."""
    return {"courseId": course_id, "ownerId": "o", "createdAt": course_id, "title": "T", **more}


def stored(tables: Tables, *items: Mapping[str, Any]) -> None:
    tables.put_all({tables.courses: items})


def test_reads_by_key(dynamodb_tables: Tables, measure: Measure) -> None:
    """5 kB are two units; a projection does not make it cheaper."""
    stored(dynamodb_tables, course("1", lessons=LARGE), course("2"))
    table, keys = dynamodb_tables.courses, [to_item({"courseId": each}) for each in ("1", "2", "none")]
    assert measure("GetItem", TableName=table, Key=keys[0], ConsistentRead=True) == Units(reads=2)
    assert measure("GetItem", TableName=table, Key=keys[0], ProjectionExpression="title") == Units(reads=1)
    assert measure("GetItem", TableName=table, Key=keys[2]) == Units(reads=0.5)
    batch = {table: {"Keys": keys, "ConsistentRead": True}}
    assert measure("BatchGetItem", RequestItems=batch) == Units(reads=2 + 1 + 1)


def test_reads_of_courses_are_told_apart(dynamodb_tables: Tables, measure: Measure) -> None:
    """The item of a course is one partition, which all its students read."""
    stored(dynamodb_tables, course("1", lessons=LARGE), course("admission#1"))
    table, progress = dynamodb_tables.courses, dynamodb_tables.progress
    keys = [to_item({"courseId": each}) for each in ("1", "admission#1")]
    record = to_item({"userId": "ada", "courseId": "1"})
    batch = {table: {"Keys": keys, "ConsistentRead": True}, progress: {"Keys": [record]}}
    assert measure("BatchGetItem", RequestItems=batch).course_reads == 2
    assert measure("GetItem", TableName=table, Key=keys[0]).course_reads == 1
    assert measure("GetItem", TableName=table, Key=keys[1]).course_reads == 0
    assert measure("GetItem", TableName=progress, Key=record).course_reads == 0


def test_changes_that_a_stream_shows_are_counted(dynamodb_tables: Tables, measure: Measure) -> None:
    """A write that changes nothing is shown to nobody."""
    item = to_item(course("1"))
    assert measure("PutItem", TableName=dynamodb_tables.courses, Item=item).stream_records == 0
    dynamodb_tables.client.update_table(
        TableName=dynamodb_tables.progress,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    record = to_item({"userId": "ada", "courseId": "1"})
    for expected in (1, 0):
        put = measure("PutItem", TableName=dynamodb_tables.progress, Item=record)
        assert put.stream_records == expected


def test_a_query_counts_what_it_reads(dynamodb_tables: Tables, measure: Measure) -> None:
    """A filter leaves items out of the answer, and they are read all the same. A limit really reads less."""
    stored(dynamodb_tables, *(course(f"{number}", title=LARGE) for number in range(4)))
    request = {
        "TableName": dynamodb_tables.courses,
        "IndexName": "owned-courses-index",
        "KeyConditionExpression": "ownerId = :owner",
        "FilterExpression": "#title = :none",
        "ProjectionExpression": "courseId",
        "ExpressionAttributeNames": {"#title": "title"},
        "ExpressionAttributeValues": to_item({":owner": "o", ":none": "none"}),
    }
    assert measure("Query", **request) == Units(reads=2.5)
    assert measure("Query", **request, Limit=1) == Units(reads=1)


def test_an_index_counts_only_what_it_has(dynamodb_tables: Tables, measure: Measure) -> None:
    """The lessons are not in the index of own courses."""
    stored(dynamodb_tables, *(course(f"{number}", lessons=LARGE) for number in range(4)))
    units = measure(
        "Query",
        TableName=dynamodb_tables.courses,
        IndexName="owned-courses-index",
        KeyConditionExpression="ownerId = :owner",
        ExpressionAttributeValues=to_item({":owner": "o"}),
    )
    assert units == Units(reads=0.5)


def test_single_writes(dynamodb_tables: Tables, measure: Measure) -> None:
    """A new entry of an index costs; a change of what the index does not have costs nothing there."""
    table, key = dynamodb_tables.courses, to_item({"courseId": "1"})
    item = to_item(course("1", lessons=LARGE))
    assert measure("PutItem", TableName=table, Item=item) == Units(writes=5, index_writes=1)
    update = {"TableName": table, "Key": key, "ExpressionAttributeValues": to_item({":value": "v"})}
    assert measure("UpdateItem", **update, UpdateExpression="SET lessons = :value") == Units(writes=5)
    assert measure("UpdateItem", **update, UpdateExpression="SET title = :value") == Units(
        writes=1, index_writes=1
    )
    assert measure("DeleteItem", TableName=table, Key=key) == Units(writes=1, index_writes=1)


def test_a_transaction_costs_twice_and_its_indexes_once(dynamodb_tables: Tables, measure: Measure) -> None:
    """A check costs as much as a write of the item."""
    stored(dynamodb_tables, course("1", lessons="x" * 2_100))
    table = dynamodb_tables.courses
    check = {
        "TableName": table,
        "Key": to_item({"courseId": "1"}),
        "ConditionExpression": "attribute_exists(courseId)",
    }
    put = {"TableName": table, "Item": to_item(course("2"))}
    units = measure("TransactWriteItems", TransactItems=[{"Put": put}, {"ConditionCheck": check}])
    assert units == Units(writes=2 * (1 + 3), index_writes=1)


def test_a_refused_write_costs_as_if_it_had_succeeded(dynamodb_tables: Tables) -> None:
    """But no index is written."""
    stored(dynamodb_tables, course("1"))
    meter, table = CapacityMeter(dynamodb_tables.client), dynamodb_tables.courses
    put: Any = {
        "TableName": table,
        "Item": to_item(course("1", lessons=LARGE)),
        "ConditionExpression": "attribute_not_exists(courseId)",
    }
    with (
        meter.measuring("TransactWriteItems", {"TransactItems": [{"Put": put}]}) as units,
        pytest.raises(ClientError),
    ):
        dynamodb_tables.client.transact_write_items(TransactItems=[{"Put": put}])
    assert units == Units(writes=10)


def test_writes_of_a_batch(dynamodb_tables: Tables, measure: Measure) -> None:
    """Each counts on its own."""
    stored(dynamodb_tables, course("1"))
    table = dynamodb_tables.courses
    put = {"PutRequest": {"Item": to_item(course("2", lessons=LARGE))}}
    delete = {"DeleteRequest": {"Key": to_item({"courseId": "1"})}}
    assert measure("BatchWriteItem", RequestItems={table: [put, delete]}) == Units(writes=6, index_writes=2)


def test_a_scan_counts_all_that_it_reads(dynamodb_tables: Tables, measure: Measure) -> None:
    """A filter does not make it cheaper."""
    stored(dynamodb_tables, *(course(f"{number}", lessons=LARGE) for number in range(4)))
    values = to_item({":none": "none"})
    scan = {"FilterExpression": "title = :none", "ExpressionAttributeValues": values}
    assert measure("Scan", TableName=dynamodb_tables.courses, **scan) == Units(reads=2.5)


def test_an_unknown_operation_is_refused(measure: Measure) -> None:
    """A call that nobody counts would look free."""
    with pytest.raises(ValueError, match="not known what ExecuteStatement costs"):
        measure("ExecuteStatement", Statement="SELECT 1")
