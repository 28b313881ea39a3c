"""Enrolling many at once, against a simple model, with other requests cutting in before any commit."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.courses import ARCHIVED, DRAFT, Course, Lesson
from domain.enrollments import bulk
from domain.enrollments import rules as enrollments
from domain.enrollments.bulk import MOST_AT_ONCE, Admission, Refusal
from domain.enrollments.model import ACTIVE, COMPLETED, WAITLISTED, WITHDRAWN, Record
from tests.unit.domain.test_enrollment_rules import COURSE, NOON, Memory, make_course, tries
from toolkit.errors import Conflict, Unavailable


class Cohort(Memory):
    """The memory of the rules' own tests, which also admits groups."""

    def __init__(self, course: Course | None) -> None:
        super().__init__(course)
        self.erased: set[str] = set()
        self.steps: list[int] = []

    def look_all(self, user_ids: Sequence[str], course_id: str) -> tuple[Course | None, Mapping[str, Record]]:
        assert len(user_ids) <= MOST_AT_ONCE
        return self.now_course, {user: self.records[user] for user in user_ids if user in self.records}

    def admit(self, admission: Admission) -> Refusal | None:
        if self.meanwhile:
            self.meanwhile.pop()()
        course = self.now_course
        records = {record.user_id: record for record in admission.records}
        assert len(records) == len(admission.records) <= MOST_AT_ONCE
        erased = self.erased.intersection(records)
        stale = any(
            (self.records[user].revision if user in self.records else 0) != record.revision - 1
            for user, record in records.items()
        )
        if course is None or erased or stale or not self._fits(admission, course):
            return Refusal(frozenset(erased))
        self.records.update(records)
        self.steps.append(len(records))
        if admission.wait:
            self.now_course = replace(course, waitlisted=course.waitlisted + len(records))
        else:
            self.now_course = replace(course, seats_taken=course.seats_taken + len(records))
        return None

    def _fits(self, admission: Admission, course: Course) -> bool:
        free = len(admission.records) if course.capacity is None else course.capacity - course.seats_taken
        if course.status != "published" or course.version != admission.seen:
            return False
        if admission.wait:
            return free <= 0 or course.waitlisted > 0
        return course.waitlisted == 0 and free >= len(admission.records)


def enroll_all(store: Cohort, users: Sequence[str]) -> bulk.Outcome:
    return bulk.enroll_all(store, users, COURSE, NOON, tries)


def status_of(store: Cohort) -> dict[str, str]:
    return {user: record.status for user, record in store.records.items()}


def people(count: int) -> list[str]:
    return [f"person-{number:03}" for number in range(count)]


def assert_consistent(store: Cohort) -> None:
    course = store.now_course
    assert course is not None
    statuses = list(status_of(store).values())
    assert course.seats_taken == statuses.count(ACTIVE) + statuses.count(COMPLETED)
    assert course.waitlisted == statuses.count(WAITLISTED)
    assert course.capacity is None or course.seats_taken <= course.capacity


def test_who_fits_gets_a_place_and_the_others_wait_in_their_order() -> None:
    store = Cohort(make_course(capacity=120))
    users = people(200)
    outcome = enroll_all(store, users)
    assert [outcome.records[user].status for user in users] == [ACTIVE] * 120 + [WAITLISTED] * 80
    assert outcome.new == set(users)
    assert_consistent(store)
    order = [store.records[user].waitlisted_at or "" for user in users[120:]]
    assert all(earlier < later for earlier, later in pairwise(order))


def test_the_second_time_changes_nothing() -> None:
    store = Cohort(make_course(capacity=3))
    users = people(5)
    first = enroll_all(store, users)
    records = dict(store.records)
    second = enroll_all(store, users)
    assert (second.new, second.records) == (set(), first.records)
    assert store.records == records


def test_few_transactions() -> None:
    store = Cohort(make_course())
    enroll_all(store, people(500))
    assert store.steps == [49] * 10 + [10]


def test_staff_may_enrol_outside_the_window() -> None:
    for window in ({"closes_at": NOON}, {"opens_at": "2027-01-01T00:00:00.000Z"}):
        store = Cohort(make_course(**window))
        assert enroll_all(store, ["ada"]).records["ada"].status == ACTIVE
        with pytest.raises(Conflict):
            enrollments.enroll(store, "bo", COURSE, NOON, tries())


@pytest.mark.parametrize("course", [None, make_course(status=DRAFT), make_course(status=ARCHIVED)])
def test_only_published_courses(course: Course | None) -> None:
    store = Cohort(course)
    with pytest.raises(Conflict) as refused:
        enroll_all(store, ["ada"])
    assert refused.value.code == "course-not-published"
    with pytest.raises(Conflict):
        bulk.foresee(store, ["ada"], COURSE, NOON)
    assert store.records == {}


def test_nobody_gets_past_those_who_wait() -> None:
    store = Cohort(make_course(capacity=1))
    enroll_all(store, ["ada", "bo"])
    store.now_course = replace(store.now_course or make_course(), capacity=3)
    outcome = enroll_all(store, ["cy", "di"])
    assert status_of(store) == {"ada": ACTIVE, "bo": ACTIVE, "cy": ACTIVE, "di": WAITLISTED}
    assert outcome.records == {user: store.records[user] for user in ("cy", "di")}
    assert_consistent(store)


def test_who_left_comes_back_and_goes_on() -> None:
    store = Cohort(make_course())
    enroll_all(store, ["ada"])
    store.records["ada"] = replace(store.records["ada"], completed_at=NOON, completed=frozenset({"one"}))
    enrollments.withdraw(store, "ada", COURSE, NOON, tries())
    assert status_of(store) == {"ada": WITHDRAWN}
    outcome = enroll_all(store, ["ada"])
    assert (outcome.new, outcome.records["ada"].status) == ({"ada"}, COMPLETED)
    assert outcome.records["ada"].completed == {"one"}


@pytest.mark.parametrize("capacity", [None, 1])
def test_whoever_brings_somebody_back_counts_by_the_lessons_of_today(capacity: int | None) -> None:
    """The edits made while they were away did not reach their record."""
    lessons = tuple(Lesson(f"lesson-{number}", "", "pdf", False, number) for number in range(4))
    taken = 0 if capacity is None else capacity
    course = make_course(lessons=lessons, capacity=capacity, seats_taken=taken)
    left = Record("ada", COURSE, "", WITHDRAWN, NOON, NOON, percentage=50, completed=frozenset({"lesson-0"}))
    by_staff, by_herself = Cohort(course), Cohort(course)
    by_staff.records["ada"] = by_herself.records["ada"] = left
    record = enroll_all(by_staff, ["ada"]).records["ada"]
    assert record.percentage == 25
    assert enrollments.enroll(by_herself, "ada", COURSE, NOON, tries()) == (record, True)


def test_who_was_erased_is_left_out() -> None:
    store = Cohort(make_course(capacity=2))
    store.erased = {"bo"}
    outcome = enroll_all(store, ["ada", "bo", "cy"])
    assert status_of(store) == {"ada": ACTIVE, "cy": ACTIVE}
    assert outcome.new == {"ada", "cy"}


def test_when_the_attempts_are_used_up() -> None:
    store = Cohort(make_course(capacity=1))
    store.meanwhile = [cut_in(store, "bo", leaves=False)]

    def once() -> Iterator[int]:
        yield 0
        raise Unavailable

    with pytest.raises(Unavailable):
        bulk.enroll_all(store, ["ada"], COURSE, NOON, once)
    assert status_of(store) == {"bo": ACTIVE}


@given(
    capacity=st.one_of(st.none(), st.integers(1, 8)),
    before=st.lists(st.integers(0, 9), max_size=6, unique=True),
    left=st.sets(st.integers(0, 9)),
    named=st.lists(st.integers(0, 9), min_size=1, max_size=10, unique=True),
    meanwhile=st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=4),
)
def test_whatever_happens_meanwhile(
    capacity: int | None,
    before: list[int],
    left: set[int],
    named: list[int],
    meanwhile: list[tuple[int, bool]],
) -> None:
    everybody = people(10)
    store = Cohort(make_course(capacity=capacity))
    enroll_all(store, [everybody[number] for number in before])
    for number in left.intersection(before):
        enrollments.withdraw(store, everybody[number], COURSE, NOON, tries())
    users = [everybody[number] for number in named]

    if not meanwhile:
        held, course = dict(store.records), store.now_course
        foreseen = bulk.foresee(store, users, COURSE, NOON)
        assert (store.records, store.now_course) == (held, course)
        assert enroll_all(store, users) == foreseen
    else:
        store.meanwhile = [cut_in(store, everybody[number], leaves) for number, leaves in meanwhile]
        assert set(enroll_all(store, users).records) == set(users)
    assert_consistent(store)


def cut_in(store: Cohort, user: str, leaves: bool) -> Callable[[], None]:
    def request() -> None:
        pending, store.meanwhile = store.meanwhile, []
        if not leaves:
            enrollments.enroll(store, user, COURSE, NOON, tries())
        elif user in store.records:
            enrollments.withdraw(store, user, COURSE, NOON, tries())
        store.meanwhile = pending

    return request


def test_foreseeing_counts_across_groups() -> None:
    store = Cohort(make_course(capacity=60))
    users = people(150)
    foreseen = bulk.foresee(store, users, COURSE, NOON)
    assert [foreseen.records[user].status for user in users] == [ACTIVE] * 60 + [WAITLISTED] * 90
    assert store.records == {}
    done = enroll_all(store, users)
    assert {user: record.status for user, record in done.records.items()} == {
        user: record.status for user, record in foreseen.records.items()
    }
