"""The names and addresses on rosters are copies in the records: written, kept in line, hidden and removed."""

import time
from typing import Any

import pytest

from domain.enrollments import bulk
from domain.enrollments.model import ACTIVE, EnrollmentRecord
from domain.people import erasure_request_store
from domain.people.erasure import ErasureRequest
from domain.rosters import hidden, hidden_store
from domain.rosters.contacts import CHANGED_AT, Contact
from enrollment import roster_rules
from enrollment.contact_store import ContactTable
from enrollment.store import RosterTable
from followups.names_store import NameCopies
from profiles.store import ProfileTable
from tests.unit.domain.test_enrollment_table import (
    COURSE,
    NOON,
    SHARDS,
    course_item,
    enroll,
    make_table,
    withdraw,
)
from tests.unit.emulator_fixture import Tables
from toolkit import clients, clock
from toolkit.retries import Retries

PROFILE = {"locale": "en", "createdAt": NOON, "updatedAt": NOON}
ONE_ITEM = {"Query": SHARDS, "BatchGetItem": 1}


@pytest.fixture
def table(dynamodb_tables: Tables) -> RosterTable:
    """The table under test, with one published course."""
    return make_table(dynamodb_tables)


def put_profile(tables: Tables, user_id: str, **fields: Any) -> None:
    named = {"displayName": user_id.title(), "email": f"{user_id}@example.org"}
    tables.put(tables.profiles, {"userId": user_id, **PROFILE, **named, **fields})


def put_former_record(tables: Tables, user_id: str) -> None:
    """A record as the version before wrote it: without a copy."""
    record = EnrollmentRecord(user_id, COURSE, "Algebra", ACTIVE, NOON, NOON, percentage=50)
    tables.put(tables.progress, record.to_stored(SHARDS))


def record_of(tables: Tables, user_id: str, course_id: str = COURSE) -> dict[str, Any]:
    return tables.get(tables.progress, {"userId": user_id, "courseId": course_id}) or {}


def shown(table: RosterTable, tables: Tables) -> dict[str, Contact | None]:
    """The people on the roster with their contacts, read as the function reads them."""
    course = table.course_lately(COURSE)
    assert course is not None
    tables.calls.clear()
    page = roster_rules.page_of(table, course, 200, None)
    contacts = ContactTable(profiles_table=tables.profiles, progress_table=tables.progress)
    return contacts.find(COURSE, page.items)


def names_of(tables: Tables) -> NameCopies:
    return NameCopies(profiles_table=tables.profiles, progress_table=tables.progress)


def request_erasure(tables: Tables, user_id: str) -> None:
    assert erasure_request_store.store(tables.profiles, ErasureRequest(user_id, "r-1", None), clock.now())


def test_a_roster_of_any_size_reads_one_item_besides_its_index(
    table: RosterTable, dynamodb_tables: Tables
) -> None:
    people = [f"student-{number}" for number in range(120)]
    for user_id in people:
        put_profile(dynamodb_tables, user_id)
    for start in range(0, len(people), 40):
        bulk.enroll_all(table, people[start : start + 40], COURSE, clock.now(), Retries())
    found = shown(table, dynamodb_tables)
    assert found == {each: Contact(each.title(), f"{each}@example.org") for each in people}
    assert dynamodb_tables.calls == ONE_ITEM


def test_an_enrolment_copies_the_name_and_a_withdrawal_removes_the_copy(
    table: RosterTable, dynamodb_tables: Tables
) -> None:
    put_profile(dynamodb_tables, "ada")
    enroll(table, "ada", COURSE)
    assert record_of(dynamodb_tables, "ada")["displayName"] == "Ada"
    withdraw(table, "ada", COURSE)
    assert not {"displayName", "email"} & record_of(dynamodb_tables, "ada").keys()
    put_profile(dynamodb_tables, "ada", displayName="Ada L.")
    enroll(table, "ada", COURSE)
    assert shown(table, dynamodb_tables) == {"ada": Contact("Ada L.", "ada@example.org")}


def test_records_of_the_version_before_are_read_with_their_profile_and_get_the_copy(
    table: RosterTable, dynamodb_tables: Tables
) -> None:
    for user_id in ("ada", "bo", "new"):
        put_former_record(dynamodb_tables, user_id)
    put_profile(dynamodb_tables, "ada")
    put_profile(dynamodb_tables, "bo")
    expected = {"ada": Contact("Ada", "ada@example.org"), "bo": Contact("Bo", "bo@example.org"), "new": None}
    assert shown(table, dynamodb_tables) == expected
    assert dynamodb_tables.calls["UpdateItem"] == 2
    before = record_of(dynamodb_tables, "ada")
    assert EnrollmentRecord.from_stored(before).contact == expected["ada"]
    assert before["completionPercentage"] == 50
    assert shown(table, dynamodb_tables) == expected
    assert dynamodb_tables.calls["UpdateItem"] == 0, (
        "the copies are there; the person without a profile has none"
    )


def test_a_copy_is_not_written_for_a_student_who_has_just_left(
    table: RosterTable, dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_former_record(dynamodb_tables, "ada")
    put_former_record(dynamodb_tables, "bo")
    for user_id in ("ada", "bo"):
        put_profile(dynamodb_tables, user_id)
    update = clients.dynamodb().update_item
    left: list[str] = []

    def leaving(**parameters: Any) -> Any:
        if not left:
            left.append("both")
            withdraw(table, "ada", COURSE)
            key = {"userId": {"S": "bo"}, "courseId": {"S": COURSE}}
            clients.dynamodb().delete_item(TableName=dynamodb_tables.progress, Key=key)
        return update(**parameters)

    monkeypatch.setattr(clients.dynamodb(), "update_item", leaving)
    shown(table, dynamodb_tables)
    assert "displayName" not in record_of(dynamodb_tables, "ada")
    assert record_of(dynamodb_tables, "bo") == {}


def test_a_person_who_is_being_erased_is_hidden_although_the_copy_is_there(
    table: RosterTable, dynamodb_tables: Tables
) -> None:
    for user_id in ("ada", "bo"):
        put_profile(dynamodb_tables, user_id)
        enroll(table, user_id, COURSE)
    request_erasure(dynamodb_tables, "ada")
    assert list(shown(table, dynamodb_tables)) == ["bo"]
    # The erasure has ended, and the index still has the record.
    now = round(time.time())
    part = hidden_store.release(dynamodb_tables.profiles, "ada", now)
    clients.dynamodb().transact_write_items(TransactItems=[part])
    assert list(shown(table, dynamodb_tables)) == ["bo"]


def test_expired_entries_are_removed_by_the_next_erasures(dynamodb_tables: Tables) -> None:
    """Otherwise the item would grow for ever. An entry of an erasure that goes on is never removed."""
    people = [f"s{number}" for number in range(hidden.MOST_REMOVED + 2)]
    entries = {hidden.entry_of(each): 1_000 for each in people}
    waiting = {hidden.entry_of("slow"): hidden.OPEN, hidden.entry_of("late"): 5_000}
    dynamodb_tables.put(dynamodb_tables.profiles, {**hidden.KEY, **entries, **waiting})
    for user_id in ("ada", "bo"):
        part = hidden_store.release(dynamodb_tables.profiles, user_id, 2_000)
        clients.dynamodb().transact_write_items(TransactItems=[part])
    left = {hidden.entry_of(each): 2_000 + hidden.KEPT_SECONDS for each in ("ada", "bo")}
    assert dynamodb_tables.get(dynamodb_tables.profiles, hidden.KEY) == {**hidden.KEY, **waiting, **left}


def test_copies_follow_a_change_of_the_profile(table: RosterTable, dynamodb_tables: Tables) -> None:
    put_profile(dynamodb_tables, "ada")
    for course_id in ("left", "other"):
        dynamodb_tables.put_course(course_item(courseId=course_id))
    for course_id in (COURSE, "left", "other"):
        enroll(table, "ada", course_id)
    withdraw(table, "ada", "left")
    profiles = ProfileTable(dynamodb_tables.profiles)
    profiles.change("ada", {"displayName": "Countess", "email": ""}, clock.now())
    names = names_of(dynamodb_tables)
    assert names.follow("ada") == 2
    for course_id in (COURSE, "other"):
        assert EnrollmentRecord.from_stored(record_of(dynamodb_tables, "ada", course_id)).contact == Contact(
            "Countess", ""
        )
    assert "displayName" not in record_of(dynamodb_tables, "ada", "left")
    stored = dynamodb_tables.get(dynamodb_tables.profiles, {"userId": "ada"})
    assert stored is not None
    assert CHANGED_AT not in stored
    assert names.follow("ada") == 0, "the stream may call twice"


def test_a_profile_that_changes_again_meanwhile_keeps_its_mark(
    table: RosterTable, dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_profile(dynamodb_tables, "ada")
    enroll(table, "ada", COURSE)
    profiles = ProfileTable(dynamodb_tables.profiles)
    profiles.change("ada", {"displayName": "Second"}, "2026-01-02T12:00:00.000Z")
    query = clients.dynamodb().query

    def third(**parameters: Any) -> Any:
        profiles.change("ada", {"displayName": "Third"}, "2026-01-03T12:00:00.000Z")
        return query(**parameters)

    names = names_of(dynamodb_tables)
    with monkeypatch.context() as patched:
        patched.setattr(clients.dynamodb(), "query", third)
        names.follow("ada")
    assert names.follow("ada") == 1
    assert record_of(dynamodb_tables, "ada")["displayName"] == "Third"


def test_a_change_that_began_before_does_not_bring_the_former_name_back(
    table: RosterTable, dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A promotion writes the whole record that it has read. It must read again when the copy has changed."""
    dynamodb_tables.set_course(COURSE, capacity=1)
    put_profile(dynamodb_tables, "ada")
    enroll(table, "bo", COURSE)
    enroll(table, "ada", COURSE)
    write = clients.dynamodb().transact_write_items
    renamed: list[str] = []

    def meanwhile(**parameters: Any) -> Any:
        if not renamed:
            renamed.append("ada")
            ProfileTable(dynamodb_tables.profiles).change("ada", {"displayName": "Countess"}, clock.now())
            assert names_of(dynamodb_tables).follow("ada") == 1
        return write(**parameters)

    monkeypatch.setattr(clients.dynamodb(), "transact_write_items", meanwhile)
    withdraw(table, "bo", COURSE)
    record = record_of(dynamodb_tables, "ada")
    assert (record["status"], record["displayName"]) == (ACTIVE, "Countess")


def test_nothing_is_copied_for_a_person_who_is_being_erased(
    table: RosterTable, dynamodb_tables: Tables
) -> None:
    put_profile(dynamodb_tables, "ada")
    put_former_record(dynamodb_tables, "ada")
    ProfileTable(dynamodb_tables.profiles).change("ada", {"displayName": "Countess"}, clock.now())
    request_erasure(dynamodb_tables, "ada")
    assert names_of(dynamodb_tables).follow("ada") == 0
    assert "displayName" not in record_of(dynamodb_tables, "ada")
