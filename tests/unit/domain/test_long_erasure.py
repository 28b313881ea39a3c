"""The erasure of a person with many enrolments: how many calls it makes, and that they do not wait for each other."""

from threading import Lock
from typing import Any, cast

import pytest

from domain.audit_store import AuditTable
from domain.enrollments.model import ACTIVE, EnrollmentRecord
from domain.people.erasure import Erasure, ErasureRequest
from domain.people.erasure_store import ErasureTables
from domain.people.user_pool import UserPool
from tests.unit.domain.test_enrollment_table import NOON, course_item
from tests.unit.emulator_fixture import Tables
from toolkit import clients

ENROLMENTS = 60
SHARDS = 4
# A call takes up to 20 ms in a function with half a core. With ten at a time, 1,000 enrolments then take ten seconds,
# of the sixty within which a person is to be erased.
CALLS_OF_AN_ENROLMENT = 4


class NobodyInThePool:
    """A user pool from which the HTTP request has deleted the person already."""

    def find(self, user_id: str) -> None:
        """There is no such user."""

    def delete(self, user_id: str) -> None:
        """There is nothing to delete."""


def test_a_person_with_many_enrolments_is_erased_in_few_calls_at_the_same_time(
    dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(ENROLMENTS):
        dynamodb_tables.put_course(course_item(courseId=f"c-{number}"))
        record = EnrollmentRecord("ada", f"c-{number}", "Algebra", ACTIVE, NOON, NOON)
        dynamodb_tables.put(dynamodb_tables.progress, record.to_stored(SHARDS))
    store = ErasureTables(
        courses_table=dynamodb_tables.courses,
        progress_table=dynamodb_tables.progress,
        positions_table=dynamodb_tables.positions,
        runtime_table=dynamodb_tables.runtime,
        profiles_table=dynamodb_tables.profiles,
        shards=SHARDS,
        audit=AuditTable(dynamodb_tables.audit, 90),
    )
    at_once = AtOnce(monkeypatch)
    dynamodb_tables.calls.clear()
    Erasure(store, cast("UserPool", NobodyInThePool())).finish(ErasureRequest("ada", "request-1", None))
    left = dynamodb_tables.client.scan(TableName=dynamodb_tables.progress)["Items"]
    assert not left
    assert sum(dynamodb_tables.calls.values()) < CALLS_OF_AN_ENROLMENT * ENROLMENTS + 20
    assert at_once.most > 5


class AtOnce:
    """How many withdrawals are in progress at the same time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = self.most = 0
        self._lock = Lock()
        self._write = clients.dynamodb().transact_write_items
        monkeypatch.setattr(clients.dynamodb(), "transact_write_items", self.transact)

    def transact(self, **arguments: Any) -> Any:
        """Count the call while it is made."""
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            return self._write(**arguments)
        finally:
            with self._lock:
                self.now -= 1
