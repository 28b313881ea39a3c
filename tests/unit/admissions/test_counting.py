"""Seats that are counted from the stream, and the first capacity of a course that is open."""

import pytest

from domain.enrollments import admission_store, counting
from domain.enrollments.counting_store import CountingTable
from domain.enrollments.model import PENDING
from tests.unit.admission_fixture import COURSE, School, school
from toolkit import clock

__all__ = ["school"]


def test_seats_of_a_course_without_a_capacity_are_counted_from_the_stream(school: School) -> None:
    school.enroll("ada", "bo", "cy")
    assert school.seats == (0, 0)
    school.deliver()
    assert school.seats == (3, 0)
    school.withdraw("bo")
    school.deliver()
    assert school.seats == (2, 0)
    school.enroll("bo")
    school.withdraw("bo")
    school.withdraw("ada")
    school.deliver()
    assert school.seats == (1, 0)


def test_a_batch_that_arrives_again_counts_once(school: School) -> None:
    school.enroll(*(f"student-{number:03}" for number in range(20)))
    school.deliver()
    for part in (slice(None), slice(0, 10), slice(10, None), slice(5, 6)):
        school.deliver_again(part)
        assert school.seats == (20, 0)


def test_changes_whose_ids_begin_alike_all_count(school: School) -> None:
    table = _counting_table(school)
    table.count(COURSE, {f"c4ca4238-{number}": 1 for number in range(50)})
    table.count(COURSE, {f"c4ca4238-{number}": 1 for number in range(25, 75)})
    assert school.tables.counted_from_stream(COURSE) == 75


def test_the_count_item_stays_small(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.enrollments.counting_store.REMEMBERED", 10)
    for number in range(6):
        school.enroll(*(f"student-{number}-{each}" for each in range(5)))
        school.deliver()
    assert school.seats == (30, 0)
    item = school.tables.get(school.tables.courses, {"courseId": f"count#{COURSE}"})
    assert item is not None
    # Those that are remembered, and the last batch.
    assert sum(len(group["ids"]) for group in item["recent"]) <= (10 + 5) * 8


def test_a_course_that_gets_a_capacity_counts_its_students_first(school: School) -> None:
    school.enroll("ada", "bo", "cy")
    school.settle()
    school.set_course(capacity=3)
    school.set_admission(countingSince=clock.now())
    school.withdraw("cy")
    assert school.enroll("di", "ed") == [PENDING, PENDING]
    school.settle()
    assert school.status("di", "ed") == ["active", "waitlisted"]
    assert school.seats == (3, 1)
    assert school.tables.counters(COURSE) == (3, 1)
    assert school.tables.counted_from_stream(COURSE) == 0
    assert school.admission.counting_since is None
    school.withdraw("ada")
    assert school.status("ed") == ["active"]


def test_a_count_waits_until_the_stream_has_caught_up(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.enroll("ada", "bo")
    school.set_course(capacity=2)
    school.set_admission(countingSince=clock.now())
    looks: list[str] = []
    look = CountingTable.counted_from_stream

    def look_late(table: CountingTable, course_id: str) -> int:
        """The stream shows the two at the third look."""
        looks.append(course_id)
        if len(looks) == 3:
            school.deliver()
        return look(table, course_id)

    monkeypatch.setattr(CountingTable, "counted_from_stream", look_late)
    counting.finish_counting(_counting_table(school), COURSE, 0)
    assert len(looks) == 3
    assert school.tables.counters(COURSE) == (2, 0)
    assert school.seats == (2, 0)


def test_a_count_that_never_agrees_takes_the_roster_and_stays_right(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST_LOOKS", 2)
    school.enroll("ada", "bo")
    school.set_course(capacity=3)
    school.set_admission(countingSince=clock.now())
    counting.finish_counting(_counting_table(school), COURSE, 0)
    assert school.tables.counters(COURSE) == (2, 0)
    school.deliver()  # what the stream shows at last does not count a second time
    assert school.seats == (2, 0)


def test_who_leaves_during_a_count_leaves_a_free_seat(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if the stream is too late to show it before the count ends."""
    monkeypatch.setattr(counting, "MOST_LOOKS", 2)
    school.enroll("ada", "bo")
    school.settle()
    school.set_course(capacity=2)
    school.set_admission(countingSince=clock.now())
    school.withdraw("bo")
    assert school.seats == (1, 0)
    counting.finish_counting(_counting_table(school), COURSE, 0)
    assert school.tables.counters(COURSE) == (1, 0)
    school.settle()
    assert school.seats == (1, 0)


def test_who_leaves_between_two_looks_hides_nobody(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else one student whom the stream has not shown, and one who has just left, would look like a right count."""
    school.enroll("ada", "bo")
    school.settle()
    school.enroll("cy")
    school.set_course(capacity=2)
    school.set_admission(countingSince=clock.now())
    count_roster = CountingTable.count_roster

    def count_after_withdrawal(table: CountingTable, course_id: str) -> int:
        monkeypatch.setattr(CountingTable, "count_roster", count_roster)
        school.withdraw("bo")
        return count_roster(table, course_id)

    monkeypatch.setattr(CountingTable, "count_roster", count_after_withdrawal)
    counting.finish_counting(_counting_table(school), COURSE, 0)
    assert school.tables.counters(COURSE) == (2, 0)


def test_who_waited_for_a_count_is_before_newcomers(school: School) -> None:
    school.enroll("ada")
    school.settle()
    school.set_course(capacity=2)
    school.set_admission(countingSince=clock.now())
    assert school.enroll("bo") == [PENDING]
    # The course changes function was quicker than the queue.
    counting.finish_counting(_counting_table(school), COURSE, 0)
    admission_store._cache.clear()  # as if a second had passed
    assert school.enroll("cy") == [PENDING]
    school.settle()
    assert school.status("bo", "cy") == ["active", "waitlisted"]


def _counting_table(school: School) -> CountingTable:
    tables = school.tables
    return CountingTable(
        courses_table=tables.courses,
        progress_table=tables.progress,
        profiles_table=tables.profiles,
        shards=2,
    )
