"""Queued enrolments: how a request gets into the queue, and how the admissions function settles it."""

from typing import Any

import pytest

from domain.enrollments import rules as enrollments
from domain.enrollments import withdrawals
from domain.enrollments.admission import key_of
from domain.enrollments.model import PENDING, EnrollmentRecord
from domain.enrollments.results import Result
from domain.enrollments.store import EnrollmentTable
from domain.people import tombstones
from tests.unit.admission_fixture import COURSE, School, later, school
from tests.unit.domain.test_enrollment_table import cancelled, course_item
from toolkit import clients, clock
from toolkit.dynamo import to_item
from toolkit.retries import Retries
from toolkit.streams import TryAgain

__all__ = ["school"]


def test_who_is_queued_gets_a_seat_or_a_place_on_the_waitlist_by_the_time_of_request(school: School) -> None:
    school.set_course(capacity=2)
    assert school.enroll("first") == ["active"]
    school.queue("zoe", "yan", "ada", "bo")
    assert school.admission.seats_taken == 1, "who is queued has no seat yet"
    school.deliver(reverse=True)
    assert school.status("zoe", "yan", "ada", "bo") == ["active", "waitlisted", "waitlisted", "waitlisted"]
    assert school.seats == (2, 3)
    school.withdraw("first")
    school.withdraw("zoe")
    assert school.status("yan", "ada", "bo") == ["active", "active", "waitlisted"]


def test_the_same_request_again_and_a_withdrawal(school: School) -> None:
    school.set_course(capacity=1)
    school.queue("ada", "bo")
    record, is_new = enrollments.enroll(school.table, "ada", COURSE, clock.now(), Retries())
    assert (record.status, is_new) == (PENDING, False)
    school.withdraw("ada")
    school.deliver()
    assert school.status("ada", "bo") == ["withdrawn", "active"]
    assert school.seats == (1, 0)


def test_who_is_queued_for_too_long_and_asks_again_is_settled(school: School) -> None:
    """Whatever the function has given up, nobody is queued for ever."""
    school.set_course(capacity=1)
    school.queue("ada")
    school._seen = {item["userId"]: item for item in school._records()}  # given up, and too old to do again
    for seconds, status in ((60, PENDING), (121, "active")):
        record, is_new = enrollments.enroll(school.table, "ada", COURSE, later(seconds), Retries())
        assert (record.status, is_new) == (PENDING, False)
        school.settle()
        assert school.status("ada") == [status]


def test_contention_ends_in_the_queue_and_not_in_a_503(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.set_course(capacity=1)
    write = school.tables.client.transact_write_items

    def busy(**parameters: Any) -> Any:
        if any("Update" in part for part in parameters["TransactItems"]):
            raise cancelled("TransactionConflict", "None", "None")
        return write(**parameters)

    with monkeypatch.context() as rush:
        rush.setattr(school.tables.client, "transact_write_items", busy)
        rush.setattr("domain.enrollments.rules.DIRECT_SECONDS", 0.05)
        assert school.enroll("ada") == [PENDING]
    school.settle()
    assert school.status("ada") == ["active"]


def test_while_many_are_queued_newcomers_queue_behind(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admissions.rules.RUSH_SIZE", 3)
    school.set_course(capacity=9)
    school.queue("ada", "bo")
    school.set_admission(queueUntil=None)
    school.deliver()
    assert school.admission.queue_until is None, "a few do not queue the others"
    school.queue("cy", "di", "ed")
    school.set_admission(queueUntil=None)
    school.deliver()
    assert school.enroll("flo") == [PENDING]
    school.set_admission(queueUntil=later(-1))
    assert school.enroll("gus") == ["active"]
    school.settle()
    assert school.status("flo") == ["active"]


def test_a_large_queue_takes_few_transactions(school: School) -> None:
    school.set_course(capacity=150)
    people = [f"student-{number:03}" for number in range(200)]
    school.queue(*people)
    school.tables.calls.clear()
    school.deliver()
    assert school.tables.calls["TransactWriteItems"] == 4
    assert school.status(*people) == ["active"] * 150 + ["waitlisted"] * 50
    assert school.seats == (150, 50)


def test_the_window_counts_at_the_request(school: School) -> None:
    school.set_course(capacity=1)
    school.queue("ada")
    school.set_course(closesAt=later(-60))
    school.deliver()
    assert school.status("ada") == ["active"]


@pytest.mark.parametrize("capacity", [None, 5])
def test_who_is_queued_for_a_course_that_is_unpublished_waits_until_it_is_published(
    school: School, capacity: int | None
) -> None:
    school.set_course(capacity=5)
    school.queue("ada", "bo")
    school.set_course(status="draft", capacity=capacity)
    school.deliver()
    assert school.status("ada", "bo") == ["waitlisted", "waitlisted"]
    assert school.seats == (0, 2)
    school.set_course(status="published")
    assert withdrawals.fill_seats(school.table, COURSE, clock.now(), Retries()) == 2
    assert school.status("ada", "bo") == ["active", "active"]
    assert school.seats == (2, 0)


def test_who_is_queued_learns_nothing_of_a_draft(school: School) -> None:
    school.set_course(capacity=5)
    school.queue("ada")
    school.set_course(status="draft", title="Not yet announced")
    school.settle()
    assert school.status("ada") == ["waitlisted"]
    (stored,) = school._records()
    assert stored["courseTitle"] == course_item()["title"]


def test_a_capacity_that_is_removed_meanwhile(school: School) -> None:
    school.set_course(capacity=1)
    school.queue("ada", "bo")
    school.set_course(capacity=None)
    school.settle()
    assert school.status("ada", "bo") == ["active", "active"]
    assert school.seats == (2, 0)


def test_nothing_comes_back_of_a_person_who_was_erased(school: School) -> None:
    school.set_course(capacity=2)
    school.queue("ada", "bo")
    school.tables.put(school.tables.profiles, tombstones.key_of("ada"))
    key = to_item({"userId": "ada", "courseId": COURSE})
    items = {item["userId"]: item for item in school._records()}
    school.last = [school._change(None, items[user]) for user in ("ada", "bo")]
    school.tables.client.delete_item(TableName=school.tables.progress, Key=key)
    school.deliver_again()
    assert school.status("ada", "bo") == [None, "active"]
    assert school.seats == (1, 0)


def test_a_queue_that_arrives_again_is_settled_once(school: School) -> None:
    school.set_course(capacity=1)
    school.queue("ada", "bo")
    school.deliver()
    again = list(school.last)
    school.withdraw("ada")
    school.last = again
    school.deliver_again()
    assert school.status("ada", "bo") == ["withdrawn", "active"]
    assert school.seats == (1, 0)


def test_a_new_record_gets_the_title_and_the_percentage_of_this_moment(school: School) -> None:
    """The request read the course a second ago, and the pass after the edit did not find the record."""
    school.enroll("ada", "bo")
    school.settle()
    stored = EnrollmentRecord.from_stored(
        next(item for item in school._records() if item["userId"] == "bo")
    ).changed(completed=frozenset({"one"}), percentage=50)
    school.tables.put(school.tables.progress, stored.to_stored(2))
    school.withdraw("bo")
    school.settle()
    school.enroll("cy", "bo")
    school.tables.set_course(COURSE, title="Groups", lessons={"one": course_item()["lessons"]["one"]})
    school.settle()
    shown = {
        item["userId"]: (item["courseTitle"], item["completionPercentage"]) for item in school._records()
    }
    assert shown["cy"] == ("Groups", 0)
    assert shown["bo"] == ("Groups", 100)


def test_who_enrols_again_has_the_scores_of_lessons_that_are_still_there(school: School) -> None:
    """No pass after an edit changes a record that was withdrawn."""
    school.enroll("bo")
    school.settle()
    (item,) = school._records()
    reported = {"one": Result(80, 60), "gone": Result(20, 30)}
    record = EnrollmentRecord.from_stored(item).changed(results=reported)
    school.tables.put(school.tables.progress, record.to_stored(2))
    school.withdraw("bo")
    school.settle()
    one = {**course_item()["lessons"]["one"], "contentType": "interactive"}
    school.tables.set_course(COURSE, lessons={"one": one})
    school.enroll("bo")
    school.settle()
    (item,) = school._records()
    assert (item["score"], item["totalSeconds"], set(item["results"])) == (80, 60, {"one", "gone"})


def test_a_damaged_record_does_not_keep_the_others_of_its_course_waiting(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_up: list[str] = []

    class Queue:
        def send_message(self, *, MessageBody: str, **_: object) -> None:  # noqa: N803 - AWS's name
            given_up.append(MessageBody)

    monkeypatch.setattr(clients, "sqs", Queue)
    school.set_course(capacity=2)
    school.queue("ada", "bo")
    key = {"userId": "ada", "courseId": COURSE}
    school.tables.set(school.tables.progress, key, courseTitle=None)
    school.deliver()
    assert school.status("ada", "bo") == [PENDING, "active"]
    assert len(given_up) == 1


def test_a_damaged_record_on_the_waitlist_keeps_nobody_from_leaving(school: School) -> None:
    school.set_course(capacity=1)
    school.enroll("ada", "bo", "cy")
    school.tables.set(school.tables.progress, {"userId": "bo", "courseId": COURSE}, courseTitle=None)
    school.withdraw("ada")
    assert school.status("ada", "bo", "cy") == ["withdrawn", "waitlisted", "active"]


def test_what_one_course_fails_at_does_not_keep_another_waiting(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.set_course(capacity=1)
    school.queue("ada")
    school.tables.put_course(course_item(courseId="busy", capacity=1))
    school.tables.set(school.tables.courses, key_of("busy"), queueUntil=later(60))
    enrollments.enroll(school.table, "bo", "busy", clock.now(), Retries())
    load_all = EnrollmentTable.load_all

    def fail(table: EnrollmentTable, user_ids: Any, course_id: str) -> Any:
        if course_id == "busy":
            raise TryAgain
        return load_all(table, user_ids, course_id)

    with monkeypatch.context() as outage:
        outage.setattr(EnrollmentTable, "load_all", fail)
        with pytest.raises(TryAgain, match="1 of 2"):
            school.deliver()
    assert school.status("ada", "bo") == ["active", PENDING]
    school.deliver_again()
    assert school.status("bo") == ["active"]
