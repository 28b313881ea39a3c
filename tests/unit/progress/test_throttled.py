"""Progress that DynamoDB throttles: reads and writes are tried again, as those of an enrolment are."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from domain.enrollments.model import WITHDRAWN
from domain.positions.folding import fold
from domain.positions.store import PositionTable
from progress import launches, positions, rules
from progress.activities import Activity
from progress.store import ProgressTable
from tests.unit.domain.test_enrollment_table import refused
from tests.unit.emulator_fixture import Tables
from tests.unit.progress.test_progress_table import ADA, COURSE, LESSONS, NOON, NOW, put_record, stored
from tests.unit.progress.test_progress_table import table as table
from toolkit.errors import Unavailable
from toolkit.retries import Retries

QUIZ = LESSONS[0]
Act = Callable[[ProgressTable], object]


def read(table: ProgressTable) -> None:
    rules.read(table, ADA, COURSE)


def report(table: ProgressTable) -> None:
    positions.report(table, ADA, COURSE, Activity(QUIZ, NOON, 7), Retries())


def complete(table: ProgressTable) -> None:
    rules.update(table, ADA, COURSE, Activity(QUIZ, NOON, None, True), NOW, Retries())


def launch(table: ProgressTable) -> None:
    launches.launch(table, ADA, COURSE, QUIZ, NOW, Retries())


def save(table: ProgressTable) -> None:
    body = {"launch": 1, "sequence": 1, "model": {"cmi": {"core": {"lesson_status": "completed"}}}}
    launches.save(table, ADA, COURSE, QUIZ, body, NOW, Retries())


def nothing(_: ProgressTable) -> None:
    """No request before."""


WHOLE = ("ThrottlingException",)
A_PART = ("TransactionCanceledException", "None", "ThrottlingError", "None")


def throttle(
    tables: Tables, monkeypatch: pytest.MonkeyPatch, operation: str, *errors: ClientError
) -> list[ClientError]:
    """Let the next calls of an operation fail. Returns what is still to come."""
    left, call = list(errors), getattr(tables.client, operation)

    def refuse(**parameters: Any) -> Any:
        if left:
            raise left.pop()
        return call(**parameters)

    monkeypatch.setattr(tables.client, operation, refuse)
    return left


@pytest.mark.parametrize(
    ("before", "act", "operation", "code"),
    [
        (nothing, read, "batch_get_item", WHOLE),
        (nothing, read, "query", WHOLE),
        (nothing, report, "get_item", WHOLE),
        (nothing, report, "transact_write_items", WHOLE),
        (nothing, report, "transact_write_items", A_PART),
        (report, report, "update_item", WHOLE),
        (nothing, complete, "batch_get_item", WHOLE),
        (nothing, complete, "update_item", WHOLE),
        (nothing, launch, "transact_write_items", WHOLE),
        (nothing, launch, "transact_write_items", A_PART),
        (launch, launch, "update_item", WHOLE),
        (launch, save, "get_item", WHOLE),
        (launch, save, "update_item", WHOLE),
        (launch, save, "batch_get_item", WHOLE),
    ],
)
def test_what_is_throttled_is_tried_again(
    table: ProgressTable,
    dynamodb_tables: Tables,
    monkeypatch: pytest.MonkeyPatch,
    before: Act,
    act: Act,
    operation: str,
    code: tuple[str, ...],
) -> None:
    before(table)
    left = throttle(dynamodb_tables, monkeypatch, operation, *[refused(*code)] * 3)
    act(table)
    assert left == []


def test_each_of_them_is_done_once(
    table: ProgressTable, dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    for operation in ("transact_write_items", "update_item", "batch_get_item"):
        throttle(dynamodb_tables, monkeypatch, operation, refused(*WHOLE))
    report(table)
    complete(table)
    launch(table)
    assert (stored(dynamodb_tables)["revision"], stored(dynamodb_tables)["completionPercentage"]) == (4, 12.5)
    assert launches.launch(table, ADA, COURSE, QUIZ, NOW, Retries())["launch"] == 2


def test_positions_are_folded_after_throttling(
    table: ProgressTable, dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(table)
    put_record(dynamodb_tables, WITHDRAWN)
    folding = PositionTable(
        positions_table=dynamodb_tables.positions, progress_table=dynamodb_tables.progress
    )
    throttle(dynamodb_tables, monkeypatch, "transact_write_items", refused(*WHOLE), refused(*A_PART))
    fold(folding, ADA.user_id, COURSE, Retries())
    assert folding.of_course(ADA.user_id, COURSE) == {}
    assert stored(dynamodb_tables)["positions"][QUIZ]["seconds"] == 7


def test_endless_throttling_ends_as_unavailable(
    table: ProgressTable, dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller gets a 503 with `Retry-After`, as for an enrolment."""
    monkeypatch.setattr(Retries.__init__, "__defaults__", (0.1,))
    throttle(dynamodb_tables, monkeypatch, "transact_write_items", *[refused(*WHOLE)] * 1000)
    with pytest.raises(Unavailable):
        report(table)
    throttle(dynamodb_tables, monkeypatch, "batch_get_item", *[refused(*WHOLE)] * 1000)
    with pytest.raises(Unavailable):
        complete(table)
