"""Bulk enrolment and rosters as API Gateway calls them, on a real DynamoDB API: outcomes, races, calls, who may."""

import csv
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from domain.addresses.invitation_store import Invited
from domain.addresses.rules import key_of
from domain.addresses.store import AddressTable
from domain.enrollments import bulk
from domain.enrollments.guards import Guard
from domain.enrollments.seats import SeatChange
from domain.enrollments.store import EnrollmentTable
from domain.people import tombstones
from domain.people.erasure import REQUESTED_AT
from tests.unit.domain.test_enrollment_table import NOON, course_item
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import (
    ADMINISTRATOR,
    OTHER_INSTRUCTOR,
    OWNER,
    STUDENT,
    Answer,
    LambdaApi,
    LambdaApis,
    Person,
)
from toolkit.dynamo import to_item
from toolkit.retries import Retries

COURSE = "course-1"


class School:
    """The enrollment function, one course, and people who have signed in before."""

    def __init__(self, tables: Tables, api: LambdaApi) -> None:
        self.tables = tables
        self._api = api
        self.addresses = AddressTable(tables.profiles)

    def known(self, count: int) -> list[Person]:
        people = [Person(f"person-{number}") for number in range(count)]
        items = [{**key_of(person.email), "owner": person.user_id} for person in people]
        for start in range(0, count, 25):
            puts: Any = [{"PutRequest": {"Item": to_item(item)}} for item in items[start : start + 25]]
            self.tables.client.batch_write_item(RequestItems={self.tables.profiles: puts})
        self.tables.calls.clear()
        return people

    def post(
        self, emails: Sequence[str] | str, caller: Person = OWNER, *, course_id: str = COURSE, **query: str
    ) -> Answer:
        sent: dict[str, Any] = {"body": {"emails": emails}}
        if isinstance(emails, str):
            sent = {"text": emails, "headers": {"Content-Type": "text/csv; charset=utf-8"}}
        return self._api.call(
            "POST",
            "/courses/{courseId}/roster",
            {"courseId": course_id},
            caller=caller,
            query=query,
            **sent,
        )

    def roster(self, caller: Person = OWNER, **query: str) -> Answer:
        return self._api.call(
            "GET", "/courses/{courseId}/roster", {"courseId": COURSE}, caller=caller, query=query
        )

    def set_course(self, **fields: Any) -> None:
        self.tables.set_course(COURSE, **fields)

    @property
    def counters(self) -> tuple[int, int]:
        return self.tables.counters(COURSE)


@pytest.fixture
def school(dynamodb_tables: Tables, lambda_api: LambdaApis) -> School:
    """One published course, and no known people."""
    tables = dynamodb_tables
    tables.put_course(course_item(ownerId=OWNER.user_id))
    tables.calls.clear()
    api = lambda_api(
        "enrollment",
        COURSES_TABLE=tables.courses,
        COURSE_PROGRESS_TABLE=tables.progress,
        POSITIONS_TABLE=tables.positions,
        USER_PROFILES_TABLE=tables.profiles,
        AUDIT_TABLE=tables.audit,
        ROSTER_SHARDS="2",
    )
    return School(tables, api)


def outcomes(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    items = answer.body["items"]
    assert [item["row"] for item in items] == list(range(1, len(items) + 1))
    assert answer.body["counts"] == dict(Counter(item["outcome"] for item in items))
    return [item.get("errorCode", item["outcome"]) for item in items]


def emails_of(people: Sequence[Person]) -> list[str]:
    return [person.email for person in people]


def test_every_row_says_what_became_of_it_and_a_second_time_nothing_changes(school: School) -> None:
    ada, bo, cy = school.known(3)
    school.set_course(capacity=2)
    school.post([ada.email])
    sent = [ada.email, bo.email.upper(), "new@example.org", "nobody", "NEW@example.org", cy.email]
    foreseen = school.post(sent, dryRun="true")
    assert foreseen.body["dryRun"] is True
    assert school.counters == (1, 0)
    first = school.post(sent)
    expected = ["already_enrolled", "enrolled", "invited", "invalid_email", "duplicate_row", "waitlisted"]
    assert outcomes(first) == outcomes(foreseen) == expected
    assert first.body["dryRun"] is False
    assert [item["email"] for item in first.body["items"]] == sent
    assert school.counters == (2, 1)

    repeated = ["already_enrolled"] * 2 + ["already_invited", *expected[3:5], "already_waitlisted"]
    assert outcomes(school.post(sent)) == outcomes(school.post(sent, dryRun="true")) == repeated
    assert school.counters == (2, 1)


def test_a_table_does_the_same(school: School) -> None:
    (ada,) = school.known(1)
    table = f"name;email\r\nAda;{ada.email}\r\n\r\nNew;new@example.org\r\n;\r\nX;x"
    assert outcomes(school.post(table)) == ["enrolled", "invited", "invalid_email"]
    assert school.post('"').faulty_fields() == ["body"]
    answer = school.post(table, addressColumn="2")
    assert [item["line"] for item in answer.body["items"]] == [2, 4, 6]
    assert answer.body["items"][2]["errorMessage"].startswith("Line 6: This is not an e-mail address")
    assert answer.body["table"]["addressColumn"] == {"number": 2, "name": "email"}
    assert school.post(table, addressColumn="9").faulty_fields() == ["addressColumn"]
    assert "table" not in school.post([ada.email]).body
    too_many = "\n".join(f"p{number}@example.org" for number in range(501))
    assert school.post(too_many).problem() == (400, "bad-request")


def test_a_dry_run_writes_only_an_audit_entry(school: School) -> None:
    people = school.known(1)
    answer = school.post([*emails_of(people), "new@example.org"], dryRun="true")
    assert outcomes(answer) == ["enrolled", "invited"]
    assert school.addresses.find(["new@example.org"])["new@example.org"].invited_to == frozenset()
    assert dict(school.tables.calls) == {"GetItem": 1, "PutItem": 1, "BatchGetItem": 4}


@pytest.mark.parametrize("count", [1, 49, 50, 500])
def test_how_many_calls_known_people_cost(school: School, count: int) -> None:
    people = school.known(count)
    assert outcomes(school.post(emails_of(people))) == ["enrolled"] * count
    groups, hundreds = -(-count // 49), -(-count // 100)
    assert dict(school.tables.calls) == {
        "GetItem": 1,  # the course
        "PutItem": 1,  # the audit entry
        "BatchGetItem": 1 + hundreds + groups,  # the caller's present roles come first
        "TransactWriteItems": groups,
    }
    assert school.counters == (count, 0)
    school.tables.calls.clear()
    assert outcomes(school.post(emails_of(people))) == ["already_enrolled"] * count
    assert "TransactWriteItems" not in school.tables.calls


@pytest.mark.parametrize("count", [1, 100, 101, 500])
def test_how_many_calls_unknown_people_cost(school: School, count: int) -> None:
    emails = [f"p{number}@example.org" for number in range(count)]
    assert outcomes(school.post(emails)) == ["invited"] * count
    hundreds = -(-count // 100)
    assert dict(school.tables.calls) == {
        "GetItem": 1,
        "PutItem": 1,
        "BatchGetItem": 1 + hundreds,
        "TransactWriteItems": hundreds,
    }
    school.tables.calls.clear()
    assert outcomes(school.post(emails)) == ["already_invited"] * count
    assert "TransactWriteItems" not in school.tables.calls


def test_parallel_requests_never_take_more_seats_than_the_capacity(school: School) -> None:
    people = school.known(120)
    school.set_course(capacity=70)

    def request(number: int) -> Answer:
        return school.post(emails_of(people[number * 20 : number * 20 + 60]))

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(request, range(4)))
    assert school.counters == (70, 50)
    outcome_counts = Counter(name for answer in answers for name in outcomes(answer))
    assert (outcome_counts["enrolled"], outcome_counts["waitlisted"]) == (70, 50)
    assert sum(outcome_counts.values()) == 240


def test_people_who_sign_in_during_the_request_are_enrolled(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    invite, came = AddressTable.invite, Person("came-1")

    def come_first(addresses: AddressTable, *arguments: Any) -> Invited:
        addresses.claim(came.email, came.user_id, Retries())
        return invite(addresses, *arguments)

    monkeypatch.setattr(AddressTable, "invite", come_first)
    answer = school.post(["new@example.org", came.email, "other@example.org"])
    assert outcomes(answer) == ["invited", "enrolled", "invited"]


def test_who_is_being_erased_is_not_enrolled(school: School) -> None:
    ada, bo = school.known(2)
    school.tables.put(school.tables.profiles, tombstones.key_of(ada.user_id))
    assert outcomes(school.post(emails_of([ada, bo]))) == ["try_again", "enrolled"]
    assert school.counters == (1, 0)


def test_who_may(school: School) -> None:
    for caller in (STUDENT, OTHER_INSTRUCTOR):
        assert school.post(["a@example.org"], caller).problem() == (403, "forbidden")
    assert outcomes(school.post(["a@example.org"], ADMINISTRATOR)) == ["invited"]
    assert school.post(["a@example.org"], course_id="none").problem() == (404, "not-found")
    for status in ("draft", "archived"):
        school.set_course(status=status, publishedAt=f"{NOON}#{COURSE}")
        assert school.post(["a@example.org"]).problem() == (409, "course-not-published")
    assert school.post(["a@example.org"], STUDENT).problem()[0] == 403
    school.set_course(status="draft")
    assert school.post(["a@example.org"], STUDENT).problem() == (404, "not-found")


@pytest.mark.parametrize("emails", [[], ["a@example.org"] * 501, ["x" * 321], [1]])
def test_requests_that_are_refused(school: School, emails: list[Any]) -> None:
    assert school.post(emails).problem() == (400, "bad-request")


def test_instructors_enrol_students_after_enrolment_has_closed(school: School) -> None:
    school.set_course(closesAt=NOON)
    assert outcomes(school.post(emails_of(school.known(1)))) == ["enrolled"]


def test_the_audit_trail_says_that_it_was_done_and_not_to_whom(school: School) -> None:
    school.post([*emails_of(school.known(1)), "new@example.org"], dryRun="true")
    school.roster(format="csv")
    school.roster()
    items = school.tables.client.scan(TableName=school.tables.audit)["Items"]
    assert sorted(item["action"]["S"] for item in items) == [
        "roster-enrolled",
        "roster-exported",
        "roster-read",
    ]
    assert "example.org" not in str(items)
    details = next(item["details"]["M"] for item in items if "details" in item)
    assert details == {"rows": {"N": "2"}, "dryRun": {"S": "true"}}


def test_a_roster_has_names_of_students_with_a_profile(school: School) -> None:
    ada, bo = school.known(2)
    school.post(emails_of([ada, bo]))
    profile = {"userId": ada.user_id, "displayName": "=Ada", "email": ada.email, "locale": "en"}
    school.tables.put(school.tables.profiles, profile)
    school.tables.calls.clear()
    shown = {entry["userId"]: entry for entry in school.roster().body["items"]}
    # The copy of the name is missing: it is read from the profile and written.
    expected = {"GetItem": 1, "PutItem": 1, "Query": 2, "BatchGetItem": 4, "UpdateItem": 1}
    assert dict(school.tables.calls) == expected
    assert (shown[ada.user_id]["displayName"], shown[ada.user_id]["email"]) == ("=Ada", ada.email)
    assert "email" not in shown[bo.user_id]
    # A student without a verified address has a name only.
    school.tables.put(school.tables.profiles, {"userId": bo.user_id, "displayName": "Bo", "locale": "en"})
    (named,) = (entry for entry in school.roster().body["items"] if entry.get("displayName") == "Bo")
    assert "email" not in named
    school.tables.calls.clear()
    school.roster()
    assert dict(school.tables.calls) == {"PutItem": 1, "Query": 2, "BatchGetItem": 2}
    table = school.roster(format="csv")
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert table.headers["Content-Disposition"] == 'attachment; filename="roster-course-1.csv"'
    assert f""","'=Ada","{ada.email}","active",""" in table.body


@pytest.mark.parametrize("has_profile", [True, False], ids=["being erased", "erased a moment ago"])
@pytest.mark.parametrize("shown_as", ["json", "csv"])
def test_a_roster_does_not_show_erased_students(school: School, has_profile: bool, shown_as: str) -> None:
    """Neither while the erasure is going on, nor while the roster's index still has the row."""
    ada, bo = school.known(2)
    school.post(emails_of([ada, bo]))
    school.tables.put(school.tables.profiles, tombstones.key_of(ada.user_id))
    if has_profile:
        profile = {"userId": ada.user_id, "displayName": "Ada", "email": ada.email, "locale": "en"}
        school.tables.put(school.tables.profiles, {**profile, REQUESTED_AT: NOON})
    shown = str(school.roster(format=shown_as).body)
    assert bo.user_id in shown
    assert not [each for each in (ada.user_id, "Ada", ada.email) if each in shown]


def test_long_rosters_come_in_several_tables(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    people = school.known(230)
    school.post(emails_of(people))
    monkeypatch.setattr("enrollment.roster_csv.MOST_ROWS", 200)
    first = school.roster(format="csv", limit="1")
    cursor = first.headers["Link"].removeprefix("<?format=csv&cursor=").partition(">")[0]
    second = school.roster(format="csv", cursor=cursor)
    assert "Link" not in second.headers
    rows = [row for table in (first, second) for row in list(csv.reader(table.body.splitlines()))[1:]]
    assert len(first.body.splitlines()) == 201
    assert sorted(row[5] for row in rows) == sorted(person.user_id for person in people)


def test_the_conditions_prevent_too_many_seats_even_with_an_old_course(school: School) -> None:
    tables = school.tables
    table = EnrollmentTable(
        courses_table=tables.courses,
        progress_table=tables.progress,
        profiles_table=tables.profiles,
        shards=2,
    )
    course, _ = table.load_all(["a", "b"], COURSE)
    assert course is not None
    planned = bulk.plan(course, ["a", "b"], {}, NOON, ahead=0, counted_ids=frozenset())

    def admits(capacity: int | None, *, wait: bool = False, version: int = course.version) -> bool:
        seen = replace(course, capacity=capacity, version=version)
        guard, seats = (Guard.GROUP_MUST_WAIT, (0, 2)) if wait else (Guard.GROUP_FITS, (2, 0))
        admitted = table.commit(SeatChange(COURSE, guard, *seats, planned.to_enrol, NOON, seen)) is None
        if admitted:  # as if it had not been
            school.set_course(seatsTaken=0, waitlisted=0)
            for user in ("a", "b"):
                tables.client.delete_item(
                    TableName=tables.progress, Key={"userId": {"S": user}, "courseId": {"S": COURSE}}
                )
        return admitted

    assert admits(None)
    assert not admits(None, wait=True)
    assert not admits(None, version=course.version + 1), "its title or lessons are others by now"
    school.set_course(capacity=3, seatsTaken=1)
    assert not admits(None)
    assert not admits(4)
    assert not admits(3, wait=True)
    school.set_course(seatsTaken=2)
    assert not admits(3)
    school.set_course(seatsTaken=3)
    assert not admits(3, wait=True, version=course.version - 1)
    assert admits(3, wait=True)
    school.set_course(capacity=3, seatsTaken=1)
    assert admits(3)
    school.set_course(seatsTaken=1, waitlisted=1)
    assert not admits(3)
    assert admits(3, wait=True)
    school.set_course(status="draft", waitlisted=0)
    assert not admits(3)
    school.set_course(seatsTaken=3)
    assert not admits(3, wait=True)
