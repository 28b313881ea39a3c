"""Counts the AWS calls and the capacity units of a request to each route.

The counted figures must be exactly those of docs/aws-calls.md. After an intended change, run these tests with
EDUCATION_WRITE_AWS_CALLS=1, which writes the file again, and review the difference.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest

from tests.integration.support.aws_proxy import AwsCall
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People
from tests.integration.support.proxied_functions import ProxiedFunctions, proxied_functions
from tests.integration.support.samples import OPERATIONS, SAMPLES, Sample, SampleContext
from tools.support.paths import ROOT

pytestmark = pytest.mark.intrusive

FILE = ROOT / "docs" / "aws-calls.md"
WRITE_VARIABLE = "EDUCATION_WRITE_AWS_CALLS"
HEADING = """\
# Calls to AWS per request

`tests/integration/platform/test_aws_calls.py` counts these calls and fails if a request makes other calls.
The settings are those of the local environment, where a roster has four shards. The capacity units are those
that DynamoDB reports for small items. Retries after throttling or after a conflict with another write are not
counted. The work of the functions behind the tables' streams is not part of a request.

| route | case | calls | read units | write units |
|---|---|---|---|---|
"""
MEASUREMENTS = 5
READS = frozenset({"GetItem", "BatchGetItem", "Query"})


@dataclass(frozen=True)
class Cost:
    """The AWS calls and the capacity units of one request."""

    calls: Counter[str]
    read_units: float
    write_units: float

    @classmethod
    def of(cls, calls: Sequence[AwsCall]) -> "Cost":
        """Add up the cost of some calls."""
        units = {True: 0.0, False: 0.0}
        for call in calls:
            consumed = call.answer.get("ConsumedCapacity") or []
            is_read = call.operation.partition(":")[2] in READS
            for part in consumed if isinstance(consumed, list) else [consumed]:
                units[is_read] += part["CapacityUnits"]
            if call.operation == "dynamodb:BatchGetItem" and not consumed:
                units[True] += _units_of_batch(call)
        return cls(Counter(call.operation for call in calls), units[True], units[False])

    @property
    def row(self) -> str:
        """The cost as the last cells of a table row."""
        calls = ", ".join(
            f"{name} × {count}" if count > 1 else name for name, count in sorted(self.calls.items())
        )
        return f"{calls or 'none'} | {self.read_units:g} | {self.write_units:g}"


def _units_of_batch(call: AwsCall) -> float:
    """The units that the AWS emulator does not report: half a unit a key, or one for a consistent read (up to 4 KB)."""
    tables = call.request["RequestItems"].values()
    return sum(len(table["Keys"]) * (1 if table.get("ConsistentRead") else 0.5) for table in tables)


@pytest.fixture(scope="module")
def proxied(deployed: Deployed) -> Iterator[ProxiedFunctions]:
    """The functions behind proxies that record capacity units."""
    with proxied_functions(deployed) as functions:
        for proxy in functions.proxies.values():
            proxy.wants_capacity = True
        yield functions


@pytest.fixture(scope="module")
def costs(deployed: Deployed, people: People, proxied: ProxiedFunctions) -> Mapping[Sample, Cost]:
    """The cost of every sample."""
    _empty_the_register(deployed)
    context = SampleContext(deployed, people, proxied.restart)
    known = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
    found = {}
    for sample in SAMPLES:
        for _ in range(MEASUREMENTS):
            found[sample] = _cost(context, proxied, sample)
            if _row(sample, found[sample]) in known:
                break
            # A stream function may have written at the same time: a retry, which is not counted, or an item that is
            # deleted by the function or by the request, whichever is quicker. So measure again.
    return found


def _empty_the_register(deployed: Deployed) -> None:
    """Forget the administrators who left during other tests. With some dozens, the item is no longer a small one."""
    deployed.client("dynamodb").delete_item(
        TableName=deployed.outputs["user_profiles_table_name"],
        Key={"userId": {"S": "register#administrators"}},
    )


def _cost(context: SampleContext, proxied: ProxiedFunctions, sample: Sample) -> Cost:
    request = sample.arrange(context)
    proxy = proxied.proxies[sample.function]
    proxy.take_calls()
    sample.send(request)
    return Cost.of(proxy.take_calls())


def _row(sample: Sample, cost: Cost) -> str:
    operation = OPERATIONS[sample.operation_id]
    return f"| {operation.method} {operation.path} | {sample.what} | {cost.row} |\n"


def test_the_documented_calls_are_the_counted_ones(costs: Mapping[Sample, Cost]) -> None:
    """A new call needs a change of the document."""
    counted = HEADING + "".join(_row(sample, cost) for sample, cost in costs.items())
    if os.environ.get(WRITE_VARIABLE):
        FILE.write_text(counted, encoding="utf-8")
    assert FILE.read_text(encoding="utf-8").splitlines() == counted.splitlines()


def _of(costs: Mapping[Sample, Cost], operation_id: str, what: str = "") -> Counter[str]:
    return next(
        cost.calls
        for sample, cost in costs.items()
        if (sample.operation_id, sample.what) == (operation_id, what)
    )


def test_every_route_has_a_sample() -> None:
    """A new route needs a sample in tests/integration/support/samples.py."""
    assert {sample.operation_id for sample in SAMPLES} == set(OPERATIONS)


def test_a_position_is_one_call(costs: Mapping[Sample, Cost]) -> None:
    """It is the route with the most requests. An update of progress answers with the progress, and so reads it."""
    assert _of(costs, "reportPosition", "later") == {"dynamodb:UpdateItem": 1}
    assert _of(costs, "updateLessonProgress", "completion").total() <= 3


def test_a_page_of_a_list_needs_one_query(deployed: Deployed, costs: Mapping[Sample, Cost]) -> None:
    """A page of a roster needs one query for each shard."""
    assert _of(costs, "listCourses", "published") == {"dynamodb:Query": 1}
    assert _of(costs, "listCourses", "own") == {"dynamodb:Query": 1, "dynamodb:BatchGetItem": 2}
    assert _of(costs, "listEnrollments") == {"dynamodb:Query": 1}
    shards = deployed.settings.records.roster_shards
    assert _of(costs, "listRoster", "JSON")["dynamodb:Query"] == shards


def test_an_instance_signs_a_link_once_a_window_and_reads_a_course_every_five_seconds(
    costs: Mapping[Sample, Cost],
) -> None:
    """All other reads are the same for a public file: the enrolment."""
    first = _of(costs, "getLessonContent", "premium, first of an instance")
    later = _of(costs, "getLessonContent", "premium, later")
    assert first - later == {"kms:Sign": 1, "dynamodb:GetItem": 1}
    assert later == {"dynamodb:GetItem": 1}
    assert later == _of(costs, "getLessonContent", "public")


def test_no_request_scans_a_table(costs: Mapping[Sample, Cost]) -> None:
    """Every request reads by key or index."""
    assert not {name for cost in costs.values() for name in cost.calls if name.endswith("Scan")}
