"""The admission item: made at first touch for a course of the former version, and in line with the course after
edits."""

from typing import Any

import pytest

from domain.enrollments import admission_store
from domain.enrollments.admission import COUNTERS, Admission, Seats, key_of
from enrollment.store import RosterTable
from tests.unit.catalogue_fixture import Catalogue
from tests.unit.domain.test_enrollment_table import (
    COURSE,
    NOON,
    SHARDS,
    at_once,
    course_item,
    enroll,
    statuses,
    withdraw,
)
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import OWNER, STUDENT


@pytest.fixture
def table(dynamodb_tables: Tables) -> RosterTable:
    """The table under test, without a course."""
    return RosterTable(
        courses_table=dynamodb_tables.courses,
        progress_table=dynamodb_tables.progress,
        profiles_table=dynamodb_tables.profiles,
        shards=SHARDS,
    )


def put_former(tables: Tables, **fields: Any) -> None:
    """A course as the former version stored it: with the counters in its item, and no admission item."""
    tables.put(tables.courses, course_item(**fields))


def assert_adopted(tables: Tables) -> None:
    course = tables.get(tables.courses, {"courseId": COURSE})
    assert course is not None
    assert not set(COUNTERS) & set(course)
    assert course == course_item(**{name: course[name] for name in ("capacity",) if name in course})


def test_the_first_enrolment_moves_the_counters_out_of_a_former_course(
    table: RosterTable, dynamodb_tables: Tables
) -> None:
    put_former(dynamodb_tables, capacity=3, seatsTaken=2, waitlisted=0)
    assert [enroll(table, user, COURSE)[0].status for user in ("ada", "bo")] == ["active", "waitlisted"]
    assert dynamodb_tables.counters(COURSE) == (3, 1)
    assert_adopted(dynamodb_tables)


def test_a_withdrawal_too(table: RosterTable, dynamodb_tables: Tables) -> None:
    put_former(dynamodb_tables, capacity=3, seatsTaken=2)
    enroll(table, "ada", COURSE)
    dynamodb_tables.delete_admissions(COURSE)
    put_former(dynamodb_tables, capacity=3, seatsTaken=3)
    withdraw(table, "ada", COURSE)
    assert dynamodb_tables.counters(COURSE) == (2, 0)
    assert_adopted(dynamodb_tables)


def test_first_touches_at_once_move_the_counters_once(table: RosterTable, dynamodb_tables: Tables) -> None:
    put_former(dynamodb_tables, capacity=20, seatsTaken=7, waitlisted=0)
    users = [f"student-{number}" for number in range(20)]
    at_once(20, lambda number: enroll(table, users[number], COURSE))
    assert statuses(table, users) == {"active": 13, "waitlisted": 7}
    assert dynamodb_tables.counters(COURSE) == (20, 7)
    assert_adopted(dynamodb_tables)


def test_what_former_functions_count_during_the_deployment_is_added(
    table: RosterTable, dynamodb_tables: Tables
) -> None:
    """A function of the former version still writes its counters into the course: one more seat, one student less
    who waits."""
    put_former(dynamodb_tables, capacity=5, seatsTaken=2, waitlisted=3)
    assert admission_store.seats_of(dynamodb_tables.courses, [COURSE]) == {COURSE: Seats(2, 3)}
    dynamodb_tables.set(dynamodb_tables.courses, {"courseId": COURSE}, seatsTaken=1, waitlisted=-1)
    assert admission_store.adopt(dynamodb_tables.courses, COURSE)
    assert admission_store.seats_of(dynamodb_tables.courses, [COURSE]) == {COURSE: Seats(3, 2)}
    assert_adopted(dynamodb_tables)
    assert not admission_store.adopt(dynamodb_tables.courses, "nowhere")


def test_a_course_that_is_not_there_is_not_made(table: RosterTable, dynamodb_tables: Tables) -> None:
    assert table.arriving("ada", "nowhere") == (None, None)
    assert admission_store.seats_of(dynamodb_tables.courses, ["nowhere"]) == {}
    assert not dynamodb_tables.client.scan(TableName=dynamodb_tables.courses)["Items"]


def admission_of(catalogue: Catalogue, course_id: str) -> Admission:
    item = catalogue.tables.get(catalogue.tables.courses, key_of(course_id))
    assert item is not None
    return Admission.from_stored(item)


def test_every_edit_that_an_enrolment_depends_on_reaches_the_admission(catalogue: Catalogue) -> None:
    course_id = catalogue.create(title="Algebra", capacity=4).body["courseId"]
    made = admission_of(catalogue, course_id)
    assert (made.title, made.status, made.capacity, made.version) == ("Algebra", "draft", 4, 1)
    edits: list[dict[str, Any]] = [
        {"title": "Groups"},
        {"status": "published", "opensAt": "2026-03-01T00:00:00Z"},
        {"capacity": 7, "closesAt": "2026-04-01T00:00:00Z"},
        {"opensAt": None, "closesAt": None, "capacity": None},
        {"status": "archived"},
    ]
    for version, changes in enumerate(edits, 1):
        answer = catalogue.patch(course_id, version=version, **changes)
        assert answer.status == 200
        assert answer.body == catalogue.get(course_id, OWNER).body, "the answer is what is stored"
        shown, now = answer.body, admission_of(catalogue, course_id)
        assert (now.title, now.status, now.version) == (shown["title"], shown["status"], version + 1)
        assert (now.capacity, now.opens_at, now.closes_at) == (
            shown.get("capacity"),
            shown.get("opensAt"),
            shown.get("closesAt"),
        )


def test_what_no_enrolment_depends_on_does_not_touch_the_admission(catalogue: Catalogue) -> None:
    course_id = catalogue.new("published")
    before = admission_of(catalogue, course_id)
    catalogue.patch(course_id, version=2, summary="New")
    catalogue.put_lesson(course_id, "sets")
    assert admission_of(catalogue, course_id) == before


def test_an_edit_of_a_former_course_makes_its_admission(catalogue: Catalogue) -> None:
    course_id = catalogue.new("published")
    catalogue.tables.delete_admissions(course_id)
    catalogue.tables.set(catalogue.tables.courses, {"courseId": course_id}, seatsTaken=4, waitlisted=1)
    answer = catalogue.patch(course_id, version=2, title="Groups", capacity=9)
    assert (answer.body["seatsTaken"], answer.body["waitlisted"]) == (4, 1)
    now = admission_of(catalogue, course_id)
    assert (now.title, now.capacity, now.seats_taken, now.waitlisted) == ("Groups", 9, 4, 1)
    assert not {"seatsTaken", "waitlisted"} & set(catalogue.get(course_id, STUDENT).body)


def test_a_refused_edit_changes_no_admission(catalogue: Catalogue) -> None:
    course_id = catalogue.new("published")
    before = admission_of(catalogue, course_id)
    assert catalogue.patch(course_id, version=1, title="Stale").status == 409
    assert admission_of(catalogue, course_id) == before


@pytest.mark.parametrize(("status", "is_counted"), [("published", True), ("draft", False)])
def test_only_a_course_that_was_published_counts_its_students(
    catalogue: Catalogue, status: str, is_counted: bool
) -> None:
    course_id = catalogue.new(status)
    version = 2 if status == "published" else 1
    catalogue.patch(course_id, version=version, capacity=3)
    assert (admission_of(catalogue, course_id).counting_since is not None) == is_counted
    catalogue.patch(course_id, version=version + 1, capacity=4)
    assert (admission_of(catalogue, course_id).counting_since is not None) == is_counted, "the count goes on"
    catalogue.patch(course_id, version=version + 2, capacity=None)
    assert admission_of(catalogue, course_id).counting_since is None


def test_no_list_shows_an_admission_item(catalogue: Catalogue) -> None:
    course_id = catalogue.new("published")
    for page in (catalogue.list(), catalogue.list(OWNER, owner="me")):
        assert [course["courseId"] for course in page.body["items"]] == [course_id]
    assert catalogue.get(course_id).body["createdAt"] > NOON
