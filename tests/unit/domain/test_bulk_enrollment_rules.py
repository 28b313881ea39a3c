"""The rules of bulk enrolment, against a simple model, with other requests cutting in before any commit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.courses import ARCHIVED, DRAFT
from domain.enrollments import bulk, withdrawals
from domain.enrollments import rules as enrollments
from domain.enrollments.admission import Admission
from domain.enrollments.bulk import MOST_AT_ONCE
from domain.enrollments.guards import Guard
from domain.enrollments.model import ACTIVE, COMPLETED, PENDING, WAITLISTED, WITHDRAWN, EnrollmentRecord
from domain.enrollments.seats import Refusal, SeatChange
from tests.unit.domain.test_enrollment_rules import COURSE, NOON, Memory, NoPauses, make_course
from toolkit.errors import Conflict, Unavailable
from toolkit.retries import Retries


class GroupMemory(Memory):
    """The memory of the rules' own tests, which also commits groups."""

    def __init__(self, course: Admission | None) -> None:
        super().__init__(course)
        self.erased: set[str] = set()
        self.steps: list[int] = []

    def load_all(
        self, user_ids: Sequence[str], course_id: str
    ) -> tuple[Admission | None, Mapping[str, EnrollmentRecord]]:
        assert len(user_ids) <= MOST_AT_ONCE
        return self.now_course, {user: self.records[user] for user in user_ids if user in self.records}

    def load_group(self, user_ids: Sequence[str], course_id: str) -> bulk.Seen:
        return (*self.load_all(user_ids, course_id), self.contacts(user_ids))

    def commit(self, change: SeatChange) -> Refusal | None:
        if change.guard not in (Guard.GROUP_FITS, Guard.GROUP_MUST_WAIT):
            return super().commit(change)
        if self.meanwhile:
            self.meanwhile.pop()()
        course = self.now_course
        records = {record.user_id: record for record in change.records}
        assert len(records) == len(change.records) <= MOST_AT_ONCE
        erased = self.erased.intersection(records)
        stale = any(
            (self.records[user].revision if user in self.records else 0) != record.revision - 1
            for user, record in records.items()
        )
        if course is None or erased or stale or not self._fits(change, course):
            return Refusal(erased=frozenset(erased))
        self.steps.append(len(records))
        waits = change.guard is Guard.GROUP_MUST_WAIT
        assert (change.seats, change.waiting) == ((0, len(records)) if waits else (len(records), 0))
        self.write(change)
        return None

    def _fits(self, change: SeatChange, course: Admission) -> bool:
        free = len(change.records) if course.capacity is None else course.capacity - course.seats_taken
        if change.seen is None or course.status != "published" or course.version != change.seen.version:
            return False
        if change.guard is Guard.GROUP_MUST_WAIT:
            return free <= 0 or course.waitlisted > 0
        return course.waitlisted == 0 and free >= len(change.records)


def enroll_all(store: GroupMemory, users: Sequence[str]) -> bulk.Outcome:
    return bulk.enroll_all(store, users, COURSE, NOON, NoPauses())


def status_of(store: GroupMemory) -> dict[str, str]:
    return {user: record.status for user, record in store.records.items()}


def people(count: int) -> list[str]:
    return [f"person-{number:03}" for number in range(count)]


def assert_consistent(store: GroupMemory) -> None:
    course = store.now_course
    assert course is not None
    statuses = list(status_of(store).values())
    assert course.seats_taken + store.from_stream == statuses.count(ACTIVE) + statuses.count(COMPLETED)
    assert course.waitlisted == statuses.count(WAITLISTED)
    assert course.capacity is None or course.seats_taken <= course.capacity


def test_who_fits_gets_a_seat_and_the_others_wait_in_their_order() -> None:
    store = GroupMemory(make_course(capacity=120))
    users = people(200)
    outcome = enroll_all(store, users)
    assert [outcome.records[user].status for user in users] == [ACTIVE] * 120 + [WAITLISTED] * 80
    assert outcome.new == set(users)
    assert_consistent(store)
    order = [store.records[user].waitlisted_at or "" for user in users[120:]]
    assert all(earlier < later for earlier, later in pairwise(order))


def test_who_is_queued_already_waits_since_the_own_request() -> None:
    store = GroupMemory(make_course(capacity=1, seats_taken=1))
    store.records["cy"] = EnrollmentRecord("cy", COURSE, "Algebra", PENDING, NOON, NOON, requested_at=NOON)
    bulk.enroll_all(store, ["ada", "cy"], COURSE, "2026-02-01T12:00:00.000Z", NoPauses())
    assert store.records["cy"].waitlisted_at == NOON
    first = store.first_waiting(COURSE)
    assert first is not None
    assert first.user_id == "cy"


def test_the_second_time_changes_nothing() -> None:
    store = GroupMemory(make_course(capacity=3))
    users = people(5)
    first = enroll_all(store, users)
    records = dict(store.records)
    second = enroll_all(store, users)
    assert (second.new, second.records) == (set(), first.records)
    assert store.records == records


def test_few_transactions() -> None:
    store = GroupMemory(make_course())
    enroll_all(store, people(500))
    assert store.steps == [49] * 10 + [10]


def test_instructors_may_enrol_students_outside_the_window() -> None:
    for window in ({"closes_at": NOON}, {"opens_at": "2027-01-01T00:00:00.000Z"}):
        store = GroupMemory(make_course(**window))
        assert enroll_all(store, ["ada"]).records["ada"].status == ACTIVE
        with pytest.raises(Conflict):
            enrollments.enroll(store, "bo", COURSE, NOON, NoPauses())


@pytest.mark.parametrize("course", [None, make_course(status=DRAFT), make_course(status=ARCHIVED)])
def test_only_published_courses(course: Admission | None) -> None:
    store = GroupMemory(course)
    with pytest.raises(Conflict) as refused:
        enroll_all(store, ["ada"])
    assert refused.value.code == "course-not-published"
    with pytest.raises(Conflict):
        bulk.preview(store, ["ada"], COURSE, NOON)
    assert store.records == {}


def test_no_student_gets_a_seat_before_waiting_students() -> None:
    store = GroupMemory(make_course(capacity=1))
    enroll_all(store, ["ada", "bo"])
    store.now_course = replace(store.now_course or make_course(), capacity=3)
    outcome = enroll_all(store, ["cy", "di"])
    assert status_of(store) == {"ada": ACTIVE, "bo": ACTIVE, "cy": ACTIVE, "di": WAITLISTED}
    assert outcome.records == {user: store.records[user] for user in ("cy", "di")}
    assert_consistent(store)


def test_enrolling_again_keeps_the_progress() -> None:
    store = GroupMemory(make_course())
    enroll_all(store, ["ada"])
    store.records["ada"] = replace(store.records["ada"], completed_at=NOON, completed=frozenset({"one"}))
    store.counted_ids = frozenset({"one"})
    withdrawals.withdraw(store, "ada", COURSE, NOON, NoPauses())
    assert status_of(store) == {"ada": WITHDRAWN}
    outcome = enroll_all(store, ["ada"])
    assert (outcome.new, outcome.records["ada"].status) == ({"ada"}, COMPLETED)
    assert outcome.records["ada"].completed == {"one"}


@pytest.mark.parametrize("capacity", [None, 1])
def test_enrolling_again_counts_the_present_lessons(capacity: int | None) -> None:
    """Edits of the course during the withdrawal did not reach the student's record."""
    taken = 0 if capacity is None else capacity
    course = make_course(capacity=capacity, seats_taken=taken)
    left = EnrollmentRecord(
        "ada", COURSE, "", WITHDRAWN, NOON, NOON, percentage=50, completed=frozenset({"lesson-0"})
    )
    by_staff, by_herself = GroupMemory(course), GroupMemory(course)
    by_staff.records["ada"] = by_herself.records["ada"] = left
    by_staff.counted_ids = by_herself.counted_ids = frozenset(f"lesson-{number}" for number in range(4))
    record = enroll_all(by_staff, ["ada"]).records["ada"]
    assert record.percentage == 25
    # The only differences: see domain.enrollments.model.
    expected = replace(record, own_enrolments=(NOON,), left_to_stream=capacity is None)
    assert enrollments.enroll(by_herself, "ada", COURSE, NOON, NoPauses()) == (expected, True)


def test_erased_people_are_not_enrolled() -> None:
    store = GroupMemory(make_course(capacity=2))
    store.erased = {"bo"}
    outcome = enroll_all(store, ["ada", "bo", "cy"])
    assert status_of(store) == {"ada": ACTIVE, "cy": ACTIVE}
    assert outcome.new == {"ada", "cy"}


def test_when_the_attempts_are_used_up() -> None:
    store = GroupMemory(make_course(capacity=1))
    store.meanwhile = [cut_in(store, "bo", leaves=False)]

    with pytest.raises(Unavailable):
        bulk.enroll_all(store, ["ada"], COURSE, NOON, Retries(budget_seconds=0))
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
    all_people = people(10)
    store = GroupMemory(make_course(capacity=capacity))
    enroll_all(store, [all_people[number] for number in before])
    for number in left.intersection(before):
        withdrawals.withdraw(store, all_people[number], COURSE, NOON, NoPauses())
    users = [all_people[number] for number in named]

    if not meanwhile:
        held, course = dict(store.records), store.now_course
        previewed = bulk.preview(store, users, COURSE, NOON)
        assert (store.records, store.now_course) == (held, course)
        # A preview reads no names.
        done = enroll_all(store, users)
        named_now = {user: replace(record, contact=None) for user, record in done.records.items()}
        shown = {user: replace(record, contact=None) for user, record in previewed.records.items()}
        assert (named_now, done.new) == (shown, previewed.new)
    else:
        store.meanwhile = [cut_in(store, all_people[number], leaves) for number, leaves in meanwhile]
        assert set(enroll_all(store, users).records) == set(users)
    assert_consistent(store)


def cut_in(store: GroupMemory, user: str, leaves: bool) -> Callable[[], None]:
    def request() -> None:
        pending, store.meanwhile = store.meanwhile, []
        if not leaves:
            enrollments.enroll(store, user, COURSE, NOON, NoPauses())
        elif user in store.records:
            withdrawals.withdraw(store, user, COURSE, NOON, NoPauses())
        store.meanwhile = pending

    return request


def test_a_preview_counts_across_groups() -> None:
    store = GroupMemory(make_course(capacity=60))
    users = people(150)
    previewed = bulk.preview(store, users, COURSE, NOON)
    assert [previewed.records[user].status for user in users] == [ACTIVE] * 60 + [WAITLISTED] * 90
    assert store.records == {}
    done = enroll_all(store, users)
    assert {user: record.status for user, record in done.records.items()} == {
        user: record.status for user, record in previewed.records.items()
    }
