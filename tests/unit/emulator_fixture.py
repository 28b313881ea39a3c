"""A real DynamoDB API for tests of conditions, indexes and races.

It is ministack in a process of its own, on a free port, started once per session. Every test gets its own tables.
"""

import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import botocore.config
import botocore.session
import pytest

from domain import course_store
from domain.courses import Course
from domain.enrollments import admission_store
from domain.enrollments.admission import COPIED, COUNTERS, count_key_of, first_of, key_of
from tests.own_folder import mark_of, own_folder
from tests.ports import free_port
from toolkit import clients
from toolkit.dynamo import from_item, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

START_SECONDS = 30


@dataclass
class Tables:
    """The platform's tables in the emulator, and the number of calls to them.

    Attributes:
        client: the client that the code under test uses.
        calls: how often each API operation was called since `calls.clear()`.
    """

    client: "DynamoDBClient"
    profiles: str
    courses: str
    progress: str
    audit: str
    positions: str
    runtime: str
    calls: "Counter[str]" = field(default_factory=Counter)

    def put(self, table: str, item: Mapping[str, Any]) -> None:
        """Write an item without any check."""
        self.client.put_item(TableName=table, Item=to_item(item))

    def put_all(self, items: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Write up to 25 items of several tables without any check, in one call."""
        requests: Any = {
            table: [{"PutRequest": {"Item": to_item(item)}} for item in of_table]
            for table, of_table in items.items()
        }
        assert not self.client.batch_write_item(RequestItems=requests)["UnprocessedItems"]

    def get(self, table: str, key: Mapping[str, Any]) -> dict[str, Any] | None:
        """Read an item as Python values."""
        item = self.client.get_item(TableName=table, Key=to_item(key), ConsistentRead=True).get("Item")
        return from_item(item) if item else None

    def set(self, table: str, key: Mapping[str, Any], **values: Any) -> None:
        """Set single attributes of an item. None removes an attribute."""
        kept = {name: value for name, value in values.items() if value is not None}
        sets = ", ".join(f"#{name} = :{name}" for name in kept)
        removals = ", ".join(f"#{name}" for name in values if name not in kept)
        more: Any = {"ExpressionAttributeValues": to_item({f":{name}": kept[name] for name in kept})}
        self.client.update_item(
            TableName=table,
            Key=to_item(key),
            UpdateExpression=(f"SET {sets} " if sets else "") + (f"REMOVE {removals}" if removals else ""),
            ExpressionAttributeNames={f"#{name}": name for name in values},
            **(more if kept else {}),
        )

    def put_course(self, item: Mapping[str, Any]) -> None:
        """Write a course and its admission item, which gets the counters in `item`."""
        self.put(self.courses, first_of(Course.from_stored(item)).to_stored())
        self.put(self.courses, {name: value for name, value in item.items() if name not in COUNTERS})

    def delete_admissions(self, *course_ids: str) -> None:
        """Leave courses as the former version stored them: without admission items."""
        for course_id in course_ids:
            self.client.delete_item(TableName=self.courses, Key=to_item(key_of(course_id)))

    def set_course(self, course_id: str, **values: Any) -> None:
        """Set attributes of a course, and of its admission item those that it has. None removes an attribute."""
        if self.get(self.courses, key_of(course_id)) is None:
            admission_store.adopt(self.courses, course_id)
        copied = {name: value for name, value in values.items() if name in (*COPIED, *COUNTERS, "version")}
        others = {name: value for name, value in values.items() if name not in COUNTERS}
        for key, changes in ((key_of(course_id), copied), ({"courseId": course_id}, others)):
            if changes:
                self.set(self.courses, key, **changes)

    def counters(self, course_id: str) -> tuple[int, int]:
        """The counters of a course's admission item: seats taken, and students who wait."""
        item = self.get(self.courses, key_of(course_id)) or {}
        return item.get("seatsTaken", 0), item.get("waitlisted", 0)

    @contextmanager
    def throttling(self) -> Iterator[None]:
        """Of the calls of each operation, let only every third one pass, as if DynamoDB were throttling."""
        lock, asked = Lock(), Counter[str]()
        refusal = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}

        def refuse(model: Any, **_: object) -> Any:
            with lock:
                asked[model.name] += 1
                return (SimpleNamespace(status_code=400), refusal) if asked[model.name] % 3 else None

        self.client.meta.events.register("before-call.dynamodb", refuse)
        try:
            yield
        finally:
            self.client.meta.events.unregister("before-call.dynamodb", refuse)

    def counted_from_stream(self, course_id: str) -> int:
        """How many students the stream says are enrolled besides."""
        item = self.get(self.courses, count_key_of(course_id)) or {}
        return int(item.get("seats", 0))


@pytest.fixture(scope="session")
def emulator() -> Iterator[str]:
    """The endpoint of an emulator that runs as long as the test session."""
    with own_folder() as folder:
        yield from _emulator(folder)


def _emulator(folder: Path) -> Iterator[str]:
    port = free_port()
    environment = {
        **mark_of(folder),
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
    }
    log = folder / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"], env=environment, cwd=folder, stdout=output, stderr=output
        )
    try:
        _wait_until_healthy(port, process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)


def client_at(emulator: str, service: str) -> Any:
    """A client without retries and with enough connections for the threads of tests."""
    return botocore.session.get_session().create_client(
        service,
        endpoint_url=emulator,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=botocore.config.Config(max_pool_connections=40, retries={"total_max_attempts": 1}),
    )


@pytest.fixture(scope="session")
def emulator_client(emulator: str) -> "Iterator[DynamoDBClient]":
    """The DynamoDB client of the session."""
    client: DynamoDBClient = client_at(emulator, "dynamodb")
    yield client
    client.close()


# The attributes in indexes, besides keys: what lists show. Those of courses must not have the lessons, nor counters
# that enrolments change.
IN_LISTS = frozenset(
    {
        "title",
        "summary",
        "status",
        "version",
        "lessonCount",
        "updatedAt",
        "capacity",
        "opensAt",
        "closesAt",
    }
)
PROJECTIONS: Mapping[str, frozenset[str]] = {
    "published-courses-index": IN_LISTS | {"ownerId", "createdAt"},
    "owned-courses-index": IN_LISTS | {"publishedAt", "archivedFrom", "staff", "courseOwnerId"},
    "student-enrollments-index": frozenset(
        {"courseTitle", "status", "completionPercentage", "keptPercentage", "enrolledAt", "lastLessonId"}
    ),
    "course-students-index": frozenset(
        {
            "status",
            "enrolledAt",
            "lastActivityAt",
            "completedAt",
            "waitlistedAt",
            "keptPercentage",
            "score",
            "totalSeconds",
            "displayName",
            "email",
        }
    ),
}
KEYS_ONLY = frozenset({"email-index", "address-owner-index"})


@pytest.fixture
def dynamodb_tables(emulator_client: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> Iterator[Tables]:
    """Empty tables with the keys and indexes of education/data/tables.py.

    The code under test uses them through toolkit.clients.
    """
    suffix = uuid4().hex[:8]
    tables = Tables(
        client=emulator_client,
        profiles=f"education-user-profiles-{suffix}",
        courses=f"education-courses-{suffix}",
        progress=f"education-course-progress-{suffix}",
        audit=f"education-audit-{suffix}",
        positions=f"education-positions-{suffix}",
        runtime=f"education-runtime-{suffix}",
    )
    _create(
        emulator_client,
        tables.profiles,
        ("userId",),
        {"email-index": ("email",), "address-owner-index": ("owner",)},
    )
    _create(
        emulator_client,
        tables.courses,
        ("courseId",),
        {
            "published-courses-index": ("catalogue", "publishedAt"),
            "owned-courses-index": ("ownerId", "createdAt"),
        },
    )
    _create(
        emulator_client,
        tables.progress,
        ("userId", "courseId"),
        {
            "course-students-index": ("courseShard", "completionPercentage"),
            "student-enrollments-index": ("userId", "courseId"),
        },
    )
    _create(
        emulator_client,
        tables.audit,
        ("recordId",),
        {"day-index": ("day", "at"), "actor-index": ("actor", "at"), "subject-index": ("subject", "at")},
    )
    for name in (tables.positions, tables.runtime):
        _create(emulator_client, name, ("userId", "courseLesson"), {})
    monkeypatch.setattr(clients, "dynamodb", lambda: emulator_client)
    monkeypatch.setattr(course_store, "_cache", {})
    monkeypatch.setattr(admission_store, "_cache", {})

    def count(model: Any, **_: object) -> None:
        tables.calls[model.name] += 1

    emulator_client.meta.events.register("before-call.dynamodb", count)
    yield tables
    emulator_client.meta.events.unregister("before-call.dynamodb", count)
    for name in (
        tables.profiles,
        tables.courses,
        tables.progress,
        tables.audit,
        tables.positions,
        tables.runtime,
    ):
        emulator_client.delete_table(TableName=name)


@pytest.fixture
def consistent_reads(dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each GetItem from now on, in order: whether it was a consistent read."""
    asked: list[bool] = []
    get = dynamodb_tables.client.get_item

    def get_item(**parameters: Any) -> Any:
        asked.append(parameters.get("ConsistentRead", False))
        return get(**parameters)

    monkeypatch.setattr(dynamodb_tables.client, "get_item", get_item)
    return asked


def _create(
    client: "DynamoDBClient",
    name: str,
    key: tuple[str, ...],
    indexes: Mapping[str, tuple[str, ...]],
) -> None:
    attributes = sorted({*key, *(attribute for index in indexes.values() for attribute in index)})
    client.create_table(
        TableName=name,
        KeySchema=_schema(key),
        AttributeDefinitions=[
            {
                "AttributeName": attribute,
                "AttributeType": "N" if attribute == "completionPercentage" else "S",
            }
            for attribute in attributes
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index,
                "KeySchema": _schema(index_key),
                "Projection": _projection(index),
            }
            for index, index_key in indexes.items()
        ],
        BillingMode="PAY_PER_REQUEST",
    )


def _schema(key: tuple[str, ...]) -> Any:
    return [
        {"AttributeName": attribute, "KeyType": kind}
        for attribute, kind in zip(key, ("HASH", "RANGE"), strict=False)
    ]


def _projection(index: str) -> Any:
    if index in PROJECTIONS:
        return {"ProjectionType": "INCLUDE", "NonKeyAttributes": sorted(PROJECTIONS[index])}
    return {"ProjectionType": "KEYS_ONLY" if index in KEYS_ONLY else "ALL"}


def _wait_until_healthy(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_ministack/health", timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the emulator did not start: {log.read_text(errors='replace')[-2000:]}")
