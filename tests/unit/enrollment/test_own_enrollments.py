"""A student's own list against a real DynamoDB API: what an entry has, and what a page costs."""

import pytest

from domain.enrollments.model import ACTIVE, COMPLETED, WAITLISTED, EnrollmentRecord, Position
from domain.enrollments.views import enrollment_view
from enrollment import rules
from enrollment.store import RosterTable
from tests.unit.domain.test_enrollment_table import NOON, SHARDS, make_table
from tests.unit.emulator_fixture import Tables
from tests.unit.enrollment.test_rosters import RosterReads


@pytest.fixture
def table(dynamodb_tables: Tables) -> RosterTable:
    """The table under test."""
    return make_table(dynamodb_tables)


def test_an_entry_says_what_the_record_says(table: RosterTable, dynamodb_tables: Tables) -> None:
    """The sort key of a student who waits is a time: the percentage is beside it."""
    records = [
        EnrollmentRecord("ada", "c-1", "Algebra", ACTIVE, NOON, NOON, percentage=12.5),
        EnrollmentRecord("ada", "c-2", "Geometry", COMPLETED, NOON, NOON, percentage=80, completed_at=NOON),
        EnrollmentRecord("ada", "c-3", "Logic", WAITLISTED, NOON, NOON, percentage=33.33, waitlisted_at=NOON),
    ]
    for record in records:
        dynamodb_tables.put(dynamodb_tables.progress, record.to_stored(SHARDS))
    shown = rules.list_own(table, "ada", 20, None).items
    assert [enrollment_view(each) for each in shown] == [enrollment_view(each) for each in records]


@pytest.mark.parametrize("lessons", [1, 20, 200])
def test_a_page_costs_the_same_whatever_the_number_of_lessons(
    table: RosterTable, dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch, lessons: int
) -> None:
    completed = frozenset(f"a-lesson-with-a-name-{number}" for number in range(lessons))
    for number in range(30):
        record = EnrollmentRecord(
            "8e3c1f0a-5b7d-4c2e-9f61-000000000001",
            f"8e3c1f0a-5b7d-4c2e-9f61-{number:012d}",
            "A title of a usual length, with the year of the course",
            ACTIVE,
            NOON,
            NOON,
            percentage=66.67,
            completed=completed,
            positions={each: Position(NOON, 1234) for each in completed},
        )
        dynamodb_tables.put(dynamodb_tables.progress, record.to_stored(SHARDS))
    reads = RosterReads(monkeypatch)
    assert len(rules.list_own(table, "8e3c1f0a-5b7d-4c2e-9f61-000000000001", 20, None).items) == 20
    assert reads.queries == 1
    assert reads.units <= 1.5
