"""Enrolments that meet other requests, or that DynamoDB throttles: they are tried again."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from domain.enrollments.model import ACTIVE
from enrollment.store import RosterTable
from tests.unit.domain.test_enrollment_table import (
    COURSE,
    cancelled,
    enroll,
    make_table,
    refused,
    set_course,
    statuses,
)
from tests.unit.emulator_fixture import Tables
from toolkit import clients
from toolkit.errors import Unavailable
from toolkit.retries import Retries


@pytest.fixture
def table(dynamodb_tables: Tables) -> RosterTable:
    """The table under test, with one published course."""
    return make_table(dynamodb_tables)


def test_a_transaction_that_collides_is_tried_again(
    table: RosterTable, dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    collisions = iter(["None", "TransactionConflict"] * 2)

    class Colliding:
        def __getattr__(self, name: str) -> Any:
            return getattr(dynamodb_tables.client, name)

        def transact_write_items(self, **parameters: Any) -> Any:
            if next(collisions, None) is None:
                return dynamodb_tables.client.transact_write_items(**parameters)
            raise cancelled("None", "TransactionConflict")

    monkeypatch.setattr(clients, "dynamodb", Colliding)
    assert enroll(table, "ada", COURSE)[1]
    assert statuses(table, ["ada"]) == {ACTIVE: 1}


def test_endless_collisions_end_as_unavailable(table: RosterTable, monkeypatch: pytest.MonkeyPatch) -> None:
    def collide(**_: Any) -> None:
        raise cancelled("TransactionConflict", "None")

    monkeypatch.setattr(clients.dynamodb(), "transact_write_items", collide)
    monkeypatch.setattr(Retries.__init__, "__defaults__", (0.1,))
    with pytest.raises(Unavailable):
        enroll(table, "ada", COURSE)


@pytest.mark.parametrize("capacity", [None, 1])
@pytest.mark.parametrize(
    "error",
    [
        ("TransactionCanceledException", "ThrottlingError", "None"),
        ("TransactionCanceledException", "None", "ProvisionedThroughputExceeded"),
        ("ProvisionedThroughputExceededException",),
        ("ThrottlingException",),
    ],
)
def test_throttling_is_retried(
    table: RosterTable,
    dynamodb_tables: Tables,
    monkeypatch: pytest.MonkeyPatch,
    capacity: int | None,
    error: tuple[str, ...],
) -> None:
    set_course(dynamodb_tables, capacity=capacity)
    monkeypatch.setattr("domain.enrollments.rules.DIRECT_SECONDS", 60)  # however slow this machine is
    refusals = iter([1, 2, 3])
    write = dynamodb_tables.client.transact_write_items

    def throttle(**parameters: Any) -> Any:
        if next(refusals, None):
            raise refused(*error)
        return write(**parameters)

    monkeypatch.setattr(clients.dynamodb(), "transact_write_items", throttle)
    record, is_new = enroll(table, "ada", COURSE)
    assert (record.status, is_new) == (ACTIVE, True)
    assert next(refusals, None) is None


def test_a_refusal_that_would_repeat_is_not_retried(
    table: RosterTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise cancelled("ValidationError", "None")

    monkeypatch.setattr(clients.dynamodb(), "transact_write_items", refuse)
    with pytest.raises(ClientError):
        enroll(table, "ada", COURSE)
