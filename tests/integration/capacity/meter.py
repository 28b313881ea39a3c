"""Measures the capacity units of calls to DynamoDB, from the items that the calls read and write.

The answer of a query with a filter or a projection does not have what the query read, and no answer has an item before
and after a write. So the meter asks the tables itself, right before and after each call.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.integration.capacity.item_sizes import Index, Item, query_units, read_units, write_units

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TRANSACTION_FACTOR = 2
_PLACEHOLDERS = re.compile(r"[#:]\w+")
# What decides which items a query reads. A filter and a projection only leave things out of the answer.
_READING = (
    "TableName",
    "IndexName",
    "KeyConditionExpression",
    "ExclusiveStartKey",
    "Limit",
    "ScanIndexForward",
    "ConsistentRead",
    "Segment",
    "TotalSegments",
)
_NAMED = ("ExpressionAttributeNames", "ExpressionAttributeValues")
_SINGLE_WRITES = {"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"}


@dataclass
class Units:
    """Capacity units: of reads, of writes of tables, and of the writes of indexes that follow.

    Attributes:
        course_reads: of the reads, those of a course's own item, which all its students read.
        stream_records: how many changes of items a stream shows to functions.
    """

    reads: float = 0.0
    writes: float = 0.0
    index_writes: float = 0.0
    course_reads: float = field(default=0.0, compare=False)
    stream_records: int = field(default=0, compare=False)

    def __add__(self, other: "Units") -> "Units":
        return Units(
            self.reads + other.reads,
            self.writes + other.writes,
            self.index_writes + other.index_writes,
            self.course_reads + other.course_reads,
            self.stream_records + other.stream_records,
        )


@dataclass(frozen=True)
class Table:
    """What the meter knows of a table: the attributes of its key, its indexes, and whether it has a stream."""

    keys: tuple[str, ...]
    indexes: tuple[Index, ...]
    has_stream: bool


@dataclass(frozen=True)
class Write:
    """One write of a request: `kind` is `Put`, `Update`, `Delete` or `ConditionCheck`."""

    kind: str
    table: str
    key: Item
    wanted: Item | None


class CapacityMeter:
    """Measures calls, by a client that may read all tables."""

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client = client
        self._described: Callable[[str], Table] = cache(self._describe)

    @contextmanager
    def measuring(self, operation: str, request: Mapping[str, Any]) -> Iterator[Units]:
        """Measure the call that is made inside of the `with` block. The units are complete after it.

        Args:
            operation: such as `GetItem`.
            request: what is sent.

        Raises:
            ValueError: it is not known what the operation costs.
        """
        units = Units()
        if operation in ("GetItem", "BatchGetItem", "Query", "Scan"):
            units.reads, units.course_reads = self._reads(operation, request)
            yield units
            return
        writes = self._writes(operation, request)
        before = self._items([(write.table, write.key) for write in writes])
        yield units
        after = self._items([(write.table, write.key) for write in writes])
        factor = TRANSACTION_FACTOR if operation == "TransactWriteItems" else 1
        for write, old, new in zip(writes, before, after, strict=True):
            units.writes += factor * write_units(old, new, write.wanted)
            table = self._described(write.table)
            units.index_writes += sum(index.write_units(old, new) for index in table.indexes)
            units.stream_records += table.has_stream and old != new

    def _reads(self, operation: str, request: Mapping[str, Any]) -> tuple[float, float]:
        """The read units, and those of them for courses' own items."""
        if operation not in ("GetItem", "BatchGetItem"):
            return query_units(
                self._queried(operation, request), consistent=request.get("ConsistentRead", False)
            ), 0.0
        tables: Mapping[str, Any] = (
            {request["TableName"]: {**request, "Keys": [request["Key"]]}}
            if operation == "GetItem"
            else request["RequestItems"]
        )
        everything = of_courses = 0.0
        for table, wanted in tables.items():
            for key, item in zip(
                wanted["Keys"], self._items([(table, key) for key in wanted["Keys"]]), strict=True
            ):
                units = read_units(item, consistent=wanted.get("ConsistentRead", False))
                everything += units
                of_courses += units if _is_of_course(key) else 0.0
        return everything, of_courses

    def _queried(self, operation: str, request: Mapping[str, Any]) -> Sequence[Item]:
        """The items that a query or a scan reads. An index answers with what it has."""
        sent: Any = {name: request[name] for name in _READING if name in request}
        if operation == "Scan":
            return self._client.scan(**sent)["Items"]
        used = set(_PLACEHOLDERS.findall(request["KeyConditionExpression"]))
        for name in _NAMED:
            if kept := {key: value for key, value in request.get(name, {}).items() if key in used}:
                sent[name] = kept
        return self._client.query(**sent)["Items"]

    def _writes(self, operation: str, request: Mapping[str, Any]) -> list[Write]:
        if operation in _SINGLE_WRITES:
            return [self._write(_SINGLE_WRITES[operation], request)]
        if operation == "TransactWriteItems":
            return [
                self._write(kind, body)
                for action in request["TransactItems"]
                for kind, body in action.items()
            ]
        if operation == "BatchWriteItem":
            return [
                self._write(kind.removesuffix("Request"), {**body, "TableName": table})
                for table, actions in request["RequestItems"].items()
                for action in actions
                for kind, body in action.items()
            ]
        raise ValueError(f"it is not known what {operation} costs")

    def _write(self, kind: str, body: Mapping[str, Any]) -> Write:
        table, wanted = body["TableName"], body.get("Item")
        if wanted is None:
            return Write(kind, table, body["Key"], None)
        return Write(kind, table, {name: wanted[name] for name in self._described(table).keys}, wanted)

    def _items(self, places: Sequence[tuple[str, Item]]) -> list[Item | None]:
        """The items at these keys as they are now, in their order. One call, because the function waits meanwhile."""
        if not places:
            return []
        wanted: dict[str, Any] = {}
        for table, key in places:
            wanted.setdefault(table, {"Keys": [], "ConsistentRead": True})["Keys"].append(key)
        answer = self._client.batch_get_item(RequestItems=wanted)
        assert not answer["UnprocessedKeys"], "the table is larger than one answer"
        found: dict[tuple[str, str], Any] = {
            (table, _text(item, self._described(table).keys)): item
            for table, items in answer["Responses"].items()
            for item in items
        }
        return [found.get((table, _text(key, self._described(table).keys))) for table, key in places]

    def _describe(self, table: str) -> Table:
        described = self._client.describe_table(TableName=table)["Table"]
        keys = tuple(part["AttributeName"] for part in described["KeySchema"])
        indexes = []
        for found in described.get("GlobalSecondaryIndexes", []):
            own = tuple(part["AttributeName"] for part in found["KeySchema"])
            projection = found["Projection"]
            projected = {*keys, *own, *projection.get("NonKeyAttributes", [])}
            is_whole = projection["ProjectionType"] == "ALL"
            indexes.append(Index(found["IndexName"], own, None if is_whole else frozenset(projected)))
        has_stream = bool(described.get("StreamSpecification", {}).get("StreamEnabled"))
        return Table(keys, tuple(indexes), has_stream)


def _is_of_course(key: Item) -> bool:
    """Whether a key is that of a course. Other items of the table have a separator in theirs."""
    return list(key) == ["courseId"] and "#" not in key["courseId"]["S"]


def _text(item: Item, keys: tuple[str, ...]) -> str:
    """The key of an item as text."""
    return json.dumps([item[key] for key in keys], sort_keys=True)
