"""Erasure by HTTP and the stream, with real DynamoDB and Cognito APIs: complete, and always finished."""

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property, partial
from itertools import count
from typing import Any

import pytest

from domain.addresses.rules import UNKNOWN
from domain.addresses.store import AddressTable
from domain.people import tombstones
from domain.people.erasure import NO_OWNER, REQUESTED_AT
from tests.unit.cut_line_fixture import Line
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import Answer, Context, LambdaApi, LambdaApis, fresh_handler
from tests.unit.user_pool_fixture import SignedUp, UserPool
from toolkit.dynamo import from_item, to_item
from toolkit.retries import Retries
from toolkit.streams import TryAgain

NOON = "2026-03-01T12:00:00.000Z"
FULL, OPEN, OWNED, GONE = "full", "open", "owned", "gone"

StreamHandler = Callable[[dict[str, Any], Any], None]


class School:
    """The profiles function, the function that the stream calls, and a person with data everywhere."""

    def __init__(self, tables: Tables, pool: UserPool, api: LambdaApi, stream: StreamHandler) -> None:
        self.tables, self.pool, self._api, self._stream = tables, pool, api, stream

    def call(self, method: str, person: SignedUp, path: str = "/profile", **more: Any) -> Answer:
        return self._api.call(method, path, caller=person, **more)

    def new_person(self, *groups: str) -> SignedUp:
        """A person who is enrolled in a full course with a waitlist, waits in a second, and owns a third."""
        person, waiting = self.pool.new(*groups), self.pool.new()
        courses = [
            _course(FULL, "owner-1", taken=1, waiting=1),
            _course(OPEN, "owner-1", taken=0, waiting=1),
            _course(OWNED, person.user_id, taken=0, waiting=0),
        ]
        records = [
            _record(person, FULL, "active", completedLessons={"one"}, courseShard=f"{FULL}#0"),
            _record(waiting, FULL, "waitlisted", **_waiting(FULL)),
            _record(person, OPEN, "waitlisted", **_waiting(OPEN)),
            _record(person, OWNED, "withdrawn"),
            _record(person, GONE, "active", courseShard=f"{GONE}#0"),
        ]
        # More positions than one batch can delete.
        positions = [
            {"userId": person.user_id, "courseLesson": f"{FULL}#lesson-{number}", "at": NOON, "seconds": 1}
            for number in range(30)
        ]
        # As the former version stored them, with the counters in the course.
        self.tables.delete_admissions(FULL, OPEN, OWNED)
        self.tables.put_all({self.tables.courses: courses, self.tables.progress: records})
        for some in (positions[:20], positions[20:]):
            self.tables.put_all({self.tables.positions: some})
        assert self.call("GET", person).status == 200
        AddressTable(self.tables.profiles).claim(person.email, person.user_id, Retries())
        return person

    def erase(self, person: SignedUp) -> None:
        """The person asks to be erased, and the stream tells the other function."""
        assert self.call("DELETE", person).status == 204
        self.stream(person)

    def stream(self, person: SignedUp, *, first: Callable[[], object] = lambda: None) -> None:
        """Do `first`, and call the function of the stream with the person's erasure request, if there is one."""
        key = to_item({"userId": person.user_id})
        item = self.tables.client.get_item(TableName=self.tables.profiles, Key=key).get("Item")
        first()
        if item and REQUESTED_AT in item:
            self._stream({"Records": [stream_record(item)]}, Context())

    def everything(self, *, with_indexes: bool = True) -> str:
        """All items of all tables, and of all indexes, as text."""
        found: list[Any] = []
        for table, indexes in self._indexes.items():
            found += self.tables.client.scan(TableName=table)["Items"]
            for index in indexes if with_indexes else ():
                found += self.tables.client.scan(TableName=table, IndexName=index)["Items"]
        return json.dumps(found)

    @cached_property
    def _indexes(self) -> dict[str, list[str]]:
        tables = (self.tables.profiles, self.tables.courses, self.tables.progress, self.tables.audit)
        described = {
            table: self.tables.client.describe_table(TableName=table)["Table"].get(
                "GlobalSecondaryIndexes", []
            )
            for table in tables
        }
        assert all(described.values()), "each of these tables has an index"
        described[self.tables.positions] = []
        return {table: [index["IndexName"] for index in indexes] for table, indexes in described.items()}

    def erasures_recorded(self) -> list[dict[str, Any]]:
        items = self.tables.client.scan(TableName=self.tables.audit)["Items"]
        return [item for item in map(from_item, items) if item["action"] == "person-erased"]

    def assert_gone(self, person: SignedUp, *, with_indexes: bool = True) -> None:
        everything = self.everything(with_indexes=with_indexes)
        assert person.user_id not in everything
        assert person.email not in everything
        assert not self.pool.knows(person)
        items = self.tables.client.scan(TableName=self.tables.courses)["Items"]
        courses = {course["courseId"]: course for course in map(from_item, items)}
        owned = courses[OWNED]
        assert self.tables.counters(FULL) == (1, 0), "the student who waited has the seat"
        assert self.tables.counters(OPEN) == (0, 0)
        assert (owned["ownerId"], owned["version"]) == (NO_OWNER, 1)


def _course(course_id: str, owner_id: str, *, taken: int, waiting: int) -> dict[str, Any]:
    return {
        "courseId": course_id,
        "title": "Algebra",
        "summary": "",
        "status": "published",
        "ownerId": owner_id,
        "version": 1,
        "lessons": {},
        "createdAt": NOON,
        "updatedAt": NOON,
        "capacity": 1,
        "seatsTaken": taken,
        "waitlisted": waiting,
    }


def _record(person: SignedUp, course_id: str, status: str, **more: Any) -> dict[str, Any]:
    return {
        "userId": person.user_id,
        "courseId": course_id,
        "courseTitle": "Algebra",
        "status": status,
        "enrolledAt": NOON,
        "lastActivityAt": NOON,
        "revision": 1,
        "completionPercentage": 0,
        "positions": {},
        **more,
    }


def _waiting(course_id: str) -> dict[str, Any]:
    return {
        "courseShard": f"waitlist#{course_id}",
        "waitlistedAt": NOON,
        "keptPercentage": 0,
        "completionPercentage": 1772366400000,
    }


def stream_record(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "eventID": "event-1",
        "eventName": "MODIFY",
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:1:table/profiles/stream/1",
        "dynamodb": {"ApproximateCreationDateTime": 1772366400, "Keys": {}, "NewImage": item},
    }


@pytest.fixture
def school(
    lambda_api: LambdaApis, dynamodb_tables: Tables, user_pool: UserPool, monkeypatch: pytest.MonkeyPatch
) -> School:
    variables = {
        "USER_PROFILES_TABLE": dynamodb_tables.profiles,
        "COURSE_PROGRESS_TABLE": dynamodb_tables.progress,
        "POSITIONS_TABLE": dynamodb_tables.positions,
        "RUNTIME_TABLE": dynamodb_tables.runtime,
        "COURSES_TABLE": dynamodb_tables.courses,
        "AUDIT_TABLE": dynamodb_tables.audit,
        "ROSTER_SHARDS": "1",
        "USER_POOL_ID": user_pool.pool_id,
    }
    api = lambda_api("profiles", **variables)
    stream = fresh_handler(monkeypatch, "erasure", DEAD_LETTER_QUEUE_URL="none", **variables)
    return School(dynamodb_tables, user_pool, api, stream)


def test_nothing_is_left_of_a_person(school: School) -> None:
    person = school.new_person("instructors")
    school.erase(person)
    school.assert_gone(person)
    (entry,) = school.erasures_recorded()
    assert entry["requestId"] == "request-1"


def test_the_request_ends_the_sign_in_and_leaves_the_rest_to_the_stream(school: School) -> None:
    """Each call is made once: the request and the stream do not do the same work at the same time."""
    person = school.new_person("instructors")
    school.pool.calls.clear()
    school.tables.calls.clear()
    assert school.call("DELETE", person).status == 204
    assert not school.pool.knows(person)
    assert dict(school.tables.calls) == {"GetItem": 2, "TransactWriteItems": 1}
    assert dict(school.pool.calls) == {
        "AdminGetUser": 2,  # one of them is that of this test
        "AdminListGroupsForUser": 1,
        "AdminDeleteUser": 1,
    }
    assert person.user_id in school.everything()
    assert school.erasures_recorded() == []


@pytest.mark.parametrize(("is_verified", "is_left"), [("true", False), ("false", True)])
def test_invitations_are_deleted_with_a_verified_address(
    school: School, is_verified: str, is_left: bool
) -> None:
    """An address that is not verified may be another person's."""
    person = school.pool.new()
    school.pool.client.admin_update_user_attributes(
        UserPoolId=school.pool.pool_id,
        Username=person.email,
        UserAttributes=[{"Name": "email_verified", "Value": is_verified}],
    )
    addresses = AddressTable(school.tables.profiles)
    addresses.invite({person.email: UNKNOWN}, OPEN, "teacher")
    school.erase(person)
    assert (addresses.find_one(person.email) != UNKNOWN) is is_left


def test_an_erasure_request_of_the_former_version_is_finished(school: School) -> None:
    """It has the address in `email`, and its request may have been interrupted before the sign-in was deleted."""
    person = school.new_person("instructors")
    profiles = school.tables.profiles
    school.tables.put(profiles, tombstones.key_of(person.user_id))
    asked = {REQUESTED_AT: NOON, "erasureRequestId": "former", "email": person.email}
    school.tables.set(profiles, {"userId": person.user_id}, **asked)
    school.stream(person)
    school.assert_gone(person)


def test_an_address_that_another_person_owns_by_now_stays(school: School) -> None:
    person, other = school.pool.new(), school.pool.new()
    addresses = AddressTable(school.tables.profiles)
    addresses.claim(person.email, other.user_id, Retries())
    school.erase(person)
    assert addresses.find_one(person.email).owner == other.user_id


def test_a_former_address_is_deleted_as_well(school: School) -> None:
    person = school.new_person()
    AddressTable(school.tables.profiles).claim("former@example.org", person.user_id, Retries())
    school.erase(person)
    school.assert_gone(person)


def test_erasing_again_changes_nothing(school: School) -> None:
    person = school.new_person()
    for _ in range(2):
        assert [school.call("DELETE", person).status for _ in range(2)] == [204, 204]
        school.stream(person)
    school.assert_gone(person)
    assert len(school.erasures_recorded()) == 1


def test_a_person_without_a_profile_can_be_erased(school: School) -> None:
    person = school.pool.new()
    school.erase(person)
    assert person.user_id not in school.everything()
    assert not school.pool.knows(person)


@pytest.mark.parametrize("is_finished", [False, True])
def test_a_token_from_before_the_erasure_writes_nothing(school: School, is_finished: bool) -> None:
    person = school.new_person()
    if is_finished:
        school.erase(person)
    else:
        assert school.call("DELETE", person).status == 204
    before = school.everything()
    for method, path, body in (
        ("GET", "/profile", None),
        ("PATCH", "/profile", {"displayName": "Back again"}),
        ("GET", "/profile/export", None),
    ):
        assert school.call(method, person, path, body=body).problem() == (401, "unauthenticated"), path
    assert school.everything() == before


def test_the_tombstone_has_no_personal_data_and_expires(school: School) -> None:
    person = school.new_person()
    school.erase(person)
    key = tombstones.key_of(person.user_id)
    assert set(school.tables.get(school.tables.profiles, key) or {}) == {"userId", "expiresAt"}
    assert person.user_id not in key["userId"]


@pytest.mark.parametrize(("moment", "by"), [("before-call", "person"), ("after-call", "stream")])
def test_an_interrupted_request_is_finished(school: School, line: Line, moment: str, by: str) -> None:
    """Cut off at every single call: the stream finishes a stored request, and so does a second request.

    A lost answer leaves the same as a next call that was not sent, so both ways to finish meet every state.
    """
    for calls in count():
        person = school.new_person()
        recorded = len(school.erasures_recorded())
        line.cut(moment, calls)
        status = school.call("DELETE", person).status
        line.mend()
        profile = school.tables.get(school.tables.profiles, {"userId": person.user_id})
        if by == "person" or REQUESTED_AT not in (profile or {}):
            assert school.call("DELETE", person).status == 204
        school.stream(person)
        school.assert_gone(person, with_indexes=False)
        assert len(school.erasures_recorded()) == recorded + 1
        if status == 204:
            break
        assert status == 503
    assert calls == 6


def test_an_interrupted_erasure_is_finished_by_the_next_call_of_the_stream(
    school: School, line: Line
) -> None:
    people: list[SignedUp] = []
    for calls in count():
        person = school.new_person()
        people.append(person)
        assert school.call("DELETE", person).status == 204
        with suppress(TryAgain):
            school.stream(person, first=partial(line.cut, "after-call", calls))
        was_cut = line.mend()
        school.stream(person)
        school.assert_gone(person, with_indexes=False)
        assert len(school.erasures_recorded()) == len(people)
        if not was_cut:
            break
    assert calls > 15
    left = school.everything()
    assert not [person for person in people if person.user_id in left or person.email in left]


def test_an_erasure_goes_on_over_several_invocations(school: School, line: Line) -> None:
    person = school.pool.new()
    records = [_record(person, f"{GONE}-{number}", "withdrawn") for number in range(100)]
    for start in range(0, len(records), 25):
        school.tables.put_all({school.tables.progress: records[start : start + 25]})
    assert school.call("DELETE", person).status == 204
    invocations = 0
    while person.user_id in school.everything(with_indexes=False):
        invocations += 1
        assert invocations < 10
        with suppress(TryAgain):
            school.stream(person, first=partial(line.cut, "before-call", 50))
        line.mend()
    assert invocations > 1


def test_the_last_administrator_stays(school: School) -> None:
    alone = school.pool.new("administrators")
    assert school.call("DELETE", alone).problem() == (409, "last-administrator")
    assert school.pool.knows(alone)
    assert school.call("GET", alone).status == 200
    school.pool.new("administrators")
    assert school.call("DELETE", alone).status == 204
    assert not school.pool.knows(alone)
