"""A course, requests of its students, and the admissions function behind the stream, with a real DynamoDB API."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from domain.enrollments import admission_store, counting, withdrawals
from domain.enrollments import rules as enrollments
from domain.enrollments.admission import Admission, key_of
from domain.enrollments.model import PENDING
from domain.enrollments.store import EnrollmentTable
from tests.unit.domain.test_enrollment_table import course_item
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import Context, fresh_handler
from toolkit import clock
from toolkit.dynamo import from_item, to_item
from toolkit.retries import Retries

COURSE = "course-1"


def later(seconds: float) -> str:
    return clock.to_text(datetime.fromisoformat(clock.now()) + timedelta(seconds=seconds))


class School:
    """One course, requests of students, and the admissions function, which gets each change of a record once."""

    def __init__(self, tables: Tables, handler: Callable[[dict[str, Any], Any], None]) -> None:
        self.tables, self._handler = tables, handler
        self.table = EnrollmentTable(
            courses_table=tables.courses,
            progress_table=tables.progress,
            profiles_table=tables.profiles,
            shards=2,
        )
        self._seen: dict[str, dict[str, Any]] = {}
        self._numbers = count()
        self.last: list[dict[str, Any]] = []
        tables.put_course(course_item())

    def set_course(self, **fields: Any) -> None:
        self.tables.set_course(COURSE, **fields)
        admission_store._cache.clear()  # as if a second had passed

    def set_admission(self, **fields: Any) -> None:
        self.tables.set(self.tables.courses, key_of(COURSE), **fields)
        admission_store._cache.clear()

    def enroll(self, *user_ids: str) -> list[str]:
        now = datetime.fromisoformat(clock.now())
        found = []
        for number, user_id in enumerate(user_ids):
            at = clock.to_text(now + timedelta(milliseconds=number))
            record, is_new = enrollments.enroll(self.table, user_id, COURSE, at, Retries())
            assert is_new
            found.append(record.status)
        return found

    def queue(self, *user_ids: str) -> None:
        """Students enrol while others are queued."""
        self.set_admission(queueUntil=later(60))
        assert set(self.enroll(*user_ids)) == {PENDING}

    def withdraw(self, user_id: str) -> None:
        withdrawals.withdraw(self.table, user_id, COURSE, clock.now(), Retries())

    def deliver(self, *, reverse: bool = False) -> None:
        """Call the function with what has changed since the last call."""
        items = {item["userId"]: item for item in self._records()}
        self.last = [
            self._change(self._seen.get(user_id), items.get(user_id))
            for user_id in sorted({*items, *self._seen}, reverse=reverse)
            if items.get(user_id) != self._seen.get(user_id)
        ]
        self._seen = items
        self.deliver_again()

    def deliver_again(self, part: slice = slice(None)) -> None:
        """Call the function with the same changes, or a part of them."""
        self._handler({"Records": self.last[part]}, Context())

    def settle(self) -> None:
        """Deliver until nothing changes any more."""
        self.deliver()
        while self.last:
            self.deliver()

    def status(self, *user_ids: str) -> list[str | None]:
        items = {item["userId"]: item["status"] for item in self._records()}
        return [items.get(user_id) for user_id in user_ids]

    @property
    def admission(self) -> Admission:
        found = self.table.admission_now(COURSE)
        assert found is not None
        return found

    @property
    def seats(self) -> tuple[int, int]:
        found = admission_store.seats_of(self.tables.courses, [COURSE])[COURSE]
        return found.taken, found.waitlisted

    def _records(self) -> list[dict[str, Any]]:
        return [from_item(item) for item in self.tables.client.scan(TableName=self.tables.progress)["Items"]]

    def _change(self, before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, Any]:
        number = next(self._numbers)
        images = {"OldImage": before, "NewImage": after}
        return {
            "eventID": f"{number:08}-{self.tables.progress}",
            "eventSourceARN": f"arn:aws:dynamodb:us-east-1:1:table/{self.tables.progress}/stream/1",
            "dynamodb": {
                "SequenceNumber": str(number + 1),
                "ApproximateCreationDateTime": 1,
                **{name: to_item(image) for name, image in images.items() if image is not None},
            },
        }


@pytest.fixture
def school(dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch) -> School:
    """One published course without a capacity; no count waits."""
    handler = fresh_handler(
        monkeypatch,
        "admissions",
        COURSES_TABLE=dynamodb_tables.courses,
        COURSE_PROGRESS_TABLE=dynamodb_tables.progress,
        USER_PROFILES_TABLE=dynamodb_tables.profiles,
        ROSTER_SHARDS="2",
        COUNTING_SECONDS="0",
        DEAD_LETTER_QUEUE_URL="none",
    )
    monkeypatch.setattr(counting, "PAUSE_SECONDS", 0)
    return School(dynamodb_tables, handler)
