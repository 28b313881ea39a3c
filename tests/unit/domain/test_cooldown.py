"""Students who enrol and withdraw again and again are asked to wait; everybody else is not."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.enrollments import admission_store, bulk, withdrawals
from domain.enrollments import rules as enrollments
from domain.enrollments.model import WAITLISTED, WITHDRAWN, EnrollmentRecord
from domain.enrollments.rules import MOST_ENROLMENTS, WINDOW_SECONDS, own_enrolments
from tests.unit.domain.test_enrollment_rules import COURSE, NOON, Memory, enroll, make_course, withdraw
from tests.unit.domain.test_enrollment_table import make_table
from tests.unit.emulator_fixture import Tables
from tests.unit.enrollment.test_enrollment_api import Portal, portal
from toolkit import clock
from toolkit.errors import TooManyRequests
from toolkit.retries import Retries

__all__ = ["portal"]


def after(seconds: float) -> str:
    return clock.to_text(datetime.fromisoformat(NOON) + timedelta(seconds=seconds))


def loop(store: Memory, times: int, *, every: float) -> None:
    for number in range(times):
        enroll(store, "ada", after(number * every))
        withdraw(store, "ada", after(number * every + every / 2))


@pytest.mark.parametrize("capacity", [None, 1])
def test_the_answer_says_when_the_next_attempt_succeeds(capacity: int | None) -> None:
    store = Memory(make_course(capacity=capacity))
    if capacity:
        enroll(store, "bo")  # so that the student waits each time
    loop(store, MOST_ENROLMENTS, every=10)
    commits = len(store.commits)
    with pytest.raises(TooManyRequests) as refused:
        enroll(store, "ada", after(60.5))
    seconds = int(refused.value.headers["Retry-After"])
    assert seconds == WINDOW_SECONDS - 60
    assert len(store.commits) == commits, "a refused attempt writes nothing"
    with pytest.raises(TooManyRequests):
        enroll(store, "ada", after(60.5 + seconds - 1))
    assert enroll(store, "ada", after(60.5 + seconds))[1]


def test_who_changes_their_mind_now_and_then_is_never_asked_to_wait() -> None:
    store = Memory(make_course())
    loop(store, 4 * MOST_ENROLMENTS, every=WINDOW_SECONDS / MOST_ENROLMENTS)
    assert len(store.records["ada"].own_enrolments) <= MOST_ENROLMENTS


def test_only_enrolments_of_the_student_count_and_leaving_is_always_possible() -> None:
    store = Memory(make_course(capacity=1))
    loop(store, MOST_ENROLMENTS - 1, every=1)
    enroll(store, "bo")
    assert enroll(store, "ada", after(20))[0].status == WAITLISTED
    assert enroll(store, "ada", after(21)) == (store.records["ada"], False), "the same request again"
    withdraw(store, "bo", after(22))
    assert store.records["ada"].is_enrolled
    assert enroll(store, "ada", after(23)) == (store.records["ada"], False), "after a promotion"
    withdraw(store, "ada", after(24))
    assert store.records["ada"].status == WITHDRAWN
    with pytest.raises(TooManyRequests):
        enroll(store, "ada", after(25))
    withdraw(store, "ada", after(26))


def test_an_instructor_may_enrol_a_student_who_has_to_wait(
    dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission_store, "CACHE_SECONDS", 60)  # however slow this machine is
    table, now = make_table(dynamodb_tables), clock.now()
    for _ in range(MOST_ENROLMENTS):
        enrollments.enroll(table, "ada", COURSE, now, Retries())
        withdrawals.withdraw(table, "ada", COURSE, now, Retries())
    dynamodb_tables.calls.clear()
    with pytest.raises(TooManyRequests):
        enrollments.enroll(table, "ada", COURSE, now, Retries())
    # The times are in the record, so the decision costs no call that an enrolment does not make anyway.
    assert dict(dynamodb_tables.calls) == {"TransactWriteItems": 1, "BatchGetItem": 2}
    outcome = bulk.enroll_all(table, ["ada"], COURSE, now, Retries())
    assert outcome.new == {"ada"}
    withdrawals.withdraw(table, "ada", COURSE, now, Retries())
    with pytest.raises(TooManyRequests):
        enrollments.enroll(table, "ada", COURSE, now, Retries())


def test_a_record_from_before_the_limit_counts_from_now_on(dynamodb_tables: Tables) -> None:
    table = make_table(dynamodb_tables)
    stored = EnrollmentRecord("ada", COURSE, "Algebra", WITHDRAWN, NOON, NOON).to_stored(4)
    assert "ownEnrolments" not in stored
    dynamodb_tables.put(dynamodb_tables.progress, stored)
    record, is_new = enrollments.enroll(table, "ada", COURSE, NOON, Retries())
    assert (is_new, record.own_enrolments) == (True, (NOON,))
    assert own_enrolments(table.load("ada", COURSE)[1], after(1)) == (NOON, after(1))


def test_the_answer_to_a_loop(portal: Portal) -> None:
    statuses: list[Any] = []
    for _ in range(MOST_ENROLMENTS + 1):
        answer = portal.enroll()
        statuses.append(answer.status)
        assert portal.withdraw().status == 204
    assert statuses == [201] * MOST_ENROLMENTS + [429]
    assert answer.problem() == (429, "too-many-enrollments")
    assert WINDOW_SECONDS - 60 < int(answer.headers["Retry-After"]) <= WINDOW_SECONDS
    assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
