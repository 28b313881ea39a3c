"""Taking up invitations: a bounded amount of work per sign-in, the oldest first, and nobody's harm those of others."""

import time
from typing import Any

import pytest

from domain.addresses.rules import MOST_OF_ADDRESS, MOST_OF_INVITER, Address, key_of
from domain.courses import Course
from domain.enrollments.admission import first_of
from domain.enrollments.model import ACTIVE
from domain.enrollments.seats import Refusal
from domain.enrollments.store import EnrollmentTable
from identity_triggers import sign_in
from tests.unit.domain.test_enrollment_table import COURSE, course_item
from tests.unit.identity_triggers.test_sign_in import EMAIL, Door, door

__all__ = ["door"]

NOW = round(time.time())


def publish(door: Door, *course_ids: str, status: str = "published") -> None:
    items = [course_item(courseId=course_id, status=status) for course_id in course_ids]
    items += [first_of(Course.from_stored(item)).to_stored() for item in items]
    for start in range(0, len(items), 25):
        door.tables.put_all({door.tables.courses: items[start : start + 25]})


def store(door: Door, *invitations: str) -> None:
    door.tables.put(door.tables.profiles, {**key_of(EMAIL), "invitedTo": set(invitations)})


def names(count: int, name: str = "taken") -> list[str]:
    return [f"{name}-{number:04}" for number in range(count)]


def left(door: Door) -> frozenset[str]:
    return door.addresses.find_one(EMAIL).invited_to


@pytest.fixture
def enough_time(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other limits decide, however busy this machine is."""
    monkeypatch.setattr("identity_triggers.sign_in.TAKE_UP_SECONDS", 60)


@pytest.mark.usefixtures("enough_time")
def test_the_oldest_are_taken_up_first_and_the_rest_next_time(door: Door) -> None:
    courses = names(MOST_OF_ADDRESS)
    publish(door, *courses)
    # The newest course has the first name.
    store(door, *(f"{NOW + 5000 - number}#{name}#someone" for number, name in enumerate(courses)))
    at_once = sign_in.MOST_AT_ONCE
    door.sign_in()
    assert dict(door.tables.calls) == {
        # The profile with the address, which courses are published, and the courses with the records.
        "BatchGetItem": 2 + at_once // sign_in.READ_AT_ONCE,
        "GetItem": 1,
        "TransactWriteItems": 1 + at_once,
        "UpdateItem": 1,
    }
    assert left(door) == set(courses[:-at_once])
    for _ in range(3):
        door.sign_in()
    assert left(door) == frozenset()
    assert door.status(course_id=courses[0]) == ACTIVE


@pytest.mark.usefixtures("enough_time")
def test_nobody_can_keep_others_invitations_from_the_first_sign_in(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One person invites as often as possible, before everybody else; a former version counted nobody's invitations."""
    assert MOST_OF_INVITER < sign_in.MOST_AT_ONCE
    monkeypatch.setattr("identity_triggers.sign_in.MOST_AT_ONCE", 3)
    publish(door, *names(4), "former-0")
    store(
        door,
        *(f"{NOW + 1000}#{name}#mallory" for name in names(4)),
        *(f"{NOW + 1001 + number}#former-{number}" for number in range(200)),
        f"{NOW + 2000}#{COURSE}#teacher",
    )
    door.sign_in()
    assert door.status() == door.status(course_id="former-0") == ACTIVE
    assert door.status(course_id="taken-0000") == ACTIVE
    assert door.status(course_id="taken-0001") is None


def test_courses_that_are_not_published_take_nobodys_place(door: Door) -> None:
    courses = names(MOST_OF_ADDRESS - 1)
    publish(door, *courses, status="archived")
    store(door, *(f"{NOW + 1000}#{name}#someone" for name in courses), f"{NOW + 2000}#{COURSE}#teacher")
    door.sign_in()
    assert door.status() == ACTIVE
    assert len(left(door)) == len(courses)
    assert door.tables.calls["BatchGetItem"] == 3


def test_a_flood_from_a_former_version_is_read_and_costs_a_bounded_number_of_calls(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    courses = names(1_300, "flood")
    store(door, *(f"{NOW + 1000}#{name}" for name in courses), f"{NOW + 2000}#{COURSE}")
    assert len(left(door)) == 1_301
    # Of so many, a different half is looked at each time. Here it is first the one without the last one.
    monkeypatch.setattr("domain.addresses.rules.random.sample", lambda those, count: those[:count])
    door.sign_in()
    assert sum(door.tables.calls.values()) < 6
    monkeypatch.setattr("domain.addresses.rules.random.sample", lambda those, count: those[-count:])
    door.sign_in()
    assert door.status() == ACTIVE


def test_every_course_of_a_flood_is_looked_at_one_day() -> None:
    address = Address(invitations=frozenset(f"{NOW + 1000}#{name}" for name in names(200)))
    seen: set[str] = set()
    for _ in range(200):
        courses = address.next_courses()
        assert len(courses) == len(set(courses)) == MOST_OF_ADDRESS
        seen.update(courses)
    assert seen == set(names(200))


def test_one_course_that_fails_does_not_stop_the_others(
    door: Door, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(door, "a-broken", "b-busy", "c-fine")
    store(door, *(f"{NOW + 1000}#{name}" for name in ("a-broken", "b-busy", "c-fine")))
    commit = EnrollmentTable.commit

    def fail(table: EnrollmentTable, change: Any) -> Any:
        if change.course_id == "a-broken":
            raise KeyError("title")
        return Refusal() if change.course_id == "b-busy" else commit(table, change)

    monkeypatch.setattr(EnrollmentTable, "commit", fail)
    door.sign_in()
    assert door.status(course_id="c-fine") == ACTIVE
    assert left(door) == {"a-broken", "b-busy"}
    assert "sign-in not noted" in capsys.readouterr().out, "the failure is reported nevertheless"


def test_a_sign_in_ends_when_its_time_is_up(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(door, *names(3))
    store(door, *(f"{NOW + 1000}#{name}" for name in names(3)))
    monkeypatch.setattr("identity_triggers.sign_in.TAKE_UP_SECONDS", -1)
    door.sign_in()
    assert left(door) == set(names(3))


def test_expired_invitations_are_removed(door: Door) -> None:
    store(door, f"1#{COURSE}", f"2#{COURSE}#someone")
    door.sign_in()
    assert door.status() is None
    assert "invitedTo" not in (door.tables.get(door.tables.profiles, key_of(EMAIL)) or {})
    door.sign_in()
    assert dict(door.tables.calls) == {"BatchGetItem": 1}
