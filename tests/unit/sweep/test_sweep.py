"""The sweep: it finds people whose user in Cognito is gone, and erases nobody by mistake."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from domain.people import tombstones
from domain.people.erasure import REMINDED_AT, REQUESTED_AT
from sweep import rules
from sweep.rules import FEW, LATE_SECONDS, Checkpoint, Person, Report
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import Context, fresh_handler
from tests.unit.user_pool_fixture import UserPool
from toolkit import clock

LONG_AGO = "2026-03-01T12:00:00.000Z"


class School:
    """Profiles in memory, and a user pool that knows some of them."""

    def __init__(self, people: int, *, gone: int, parts: int = 1) -> None:
        self.people_there = [Person(f"person-{number}", LONG_AGO, None) for number in range(people)]
        self.present = {person.user_id for person in self.people_there[gone:]}
        self.listed = set(self.present)
        self.administrators = ["admin"]
        self.where = Checkpoint(0, parts)
        self.asked: list[str] = []
        self.erased: list[str] = []
        self.reminded: list[str] = []
        self.failing = False

    def run(self, *, most: int = 10**6, allowed: int | None = None) -> Report:
        """Run the sweep, with time for this many people."""
        first = len(self.asked)
        return rules.run(self, self, "run-1", lambda: len(self.asked) < first + most, allowed=allowed)

    def checkpoint(self) -> Checkpoint:
        return self.where

    def keep(self, checkpoint: Checkpoint) -> None:
        self.where = checkpoint

    def people(self, checkpoint: Checkpoint) -> Iterator[Person]:
        yield from self.people_there[checkpoint.part :: checkpoint.parts]

    def request_erasure(self, user_id: str, request_id: str, now: str) -> bool:
        self.erased.append(user_id)
        return True

    def remind(self, user_id: str, now: str) -> None:
        self.reminded.append(user_id)

    def has(self, user_id: str) -> bool:
        if self.failing:
            raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "AdminGetUser")
        self.asked.append(user_id)
        return user_id in self.present

    def lists(self, user_id: str) -> bool:
        return user_id in self.listed

    def able_members(self, group: str) -> Iterator[str]:
        yield from self.administrators


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sweep.rules.LOOKUPS_A_SECOND", 10**9)


def test_people_whose_user_is_gone_are_erased() -> None:
    school = School(10, gone=2)
    report = school.run()
    assert school.erased == ["person-0", "person-1"]
    assert (report.present, report.erased, report.refused, report.has_administrator) == (8, 2, False, True)


@pytest.mark.parametrize(
    ("people", "gone", "erased"),
    [(10, FEW, FEW), (10, FEW + 1, 0), (1000, 10, 10), (1000, 11, 0), (1000, 1000, 0), (FEW, FEW, 0)],
)
def test_a_user_pool_that_looks_empty_erases_nobody(people: int, gone: int, erased: int) -> None:
    """It may have been restored or replaced by accident. The same people are looked at again by the next run."""
    school = School(people, gone=gone)
    report = school.run()
    assert (len(school.erased), report.refused) == (erased, erased == 0)
    if report.refused:
        school.present = school.listed = {person.user_id for person in school.people_there}
        assert not school.run().refused
        assert school.erased == []


def test_an_operator_allows_more() -> None:
    school = School(10, gone=10)
    assert school.run(allowed=9).refused
    assert school.erased == []
    assert not school.run(allowed=10).refused
    assert len(school.erased) == 10


def test_a_failed_lookup_is_not_a_user_who_is_gone() -> None:
    school = School(3, gone=1)
    school.failing = True
    with pytest.raises(ClientError):
        school.run()
    assert school.erased == []


def test_a_user_whom_a_list_still_has_is_not_gone() -> None:
    school = School(3, gone=1)
    school.listed.add("person-0")
    assert school.run().erased == 0


def test_a_profile_of_this_moment_is_left_alone() -> None:
    school = School(3, gone=0)
    school.people_there.append(Person("new", clock.now(), None))
    school.run()
    assert "new" not in school.asked


def test_an_erasure_request_is_shown_to_the_stream_again_only_when_it_is_late() -> None:
    school = School(1, gone=0)
    late = clock.to_text(datetime.fromtimestamp(time.time() - LATE_SECONDS - 5, UTC))
    school.people_there += [Person("late", LONG_AGO, late), Person("in time", "", clock.now())]
    report = school.run()
    assert (school.reminded, report.reminded, report.erased) == (["late"], 1, 0)


def test_runs_continue_where_the_last_one_ended_until_everybody_was_looked_at() -> None:
    school = School(40, gone=1, parts=4)
    for _ in range(2):
        school.run(most=25)
    assert set(school.asked) == {person.user_id for person in school.people_there}
    assert school.where == Checkpoint(0, 4)


def test_a_part_that_is_too_large_for_a_run_is_divided() -> None:
    school = School(100, gone=3)
    runs = 0
    while len(set(school.asked)) < 100:
        school.run(most=30)
        runs += 1
        assert runs < 10
    assert school.where.parts > 1
    school.run()
    school.run()
    assert school.where.parts == 1, "a pass that fits into one run needs no parts"


def test_the_last_administrator_is_missed() -> None:
    school = School(3, gone=1)
    school.administrators = []
    assert not school.run().has_administrator


@pytest.fixture
def sweep(
    monkeypatch: pytest.MonkeyPatch, dynamodb_tables: Tables, user_pool: UserPool
) -> Callable[..., dict[str, int]]:
    """The function, on real APIs."""
    variables = {"USER_PROFILES_TABLE": dynamodb_tables.profiles, "USER_POOL_ID": user_pool.pool_id}
    handler = fresh_handler(monkeypatch, "sweep", **variables)
    monkeypatch.setattr(handler.__globals__["rules"], "LOOKUPS_A_SECOND", 10**9)
    return lambda **event: dict(handler(event, Context(remaining=300_000)))


def _profile(tables: Tables, user_id: str, **more: Any) -> None:
    tables.put(tables.profiles, {"userId": user_id, "displayName": "Ada", "createdAt": LONG_AGO, **more})


def test_the_erasure_of_a_deleted_user_begins(
    sweep: Callable[..., dict[str, int]], dynamodb_tables: Tables, user_pool: UserPool
) -> None:
    stays, leaves = user_pool.new("administrators"), user_pool.new()
    for person in (stays, leaves):
        _profile(dynamodb_tables, person.user_id)
    dynamodb_tables.put(dynamodb_tables.profiles, {"userId": "address#1", "owner": leaves.user_id})
    assert sweep() == {"present": 2, "gone": 0, "erased": 0, "reminded": 0}
    user_pool.client.admin_delete_user(UserPoolId=user_pool.pool_id, Username=leaves.email)
    assert sweep() == {"present": 1, "gone": 1, "erased": 1, "reminded": 0}
    profile = dynamodb_tables.get(dynamodb_tables.profiles, {"userId": leaves.user_id}) or {}
    assert profile["erasureRequestId"] == "invocation-1"
    assert profile["erasureReason"] == "user-deleted"
    assert dynamodb_tables.get(dynamodb_tables.profiles, tombstones.key_of(leaves.user_id))
    assert sweep() == {"present": 1, "gone": 0, "erased": 0, "reminded": 0}
    assert REQUESTED_AT not in (
        dynamodb_tables.get(dynamodb_tables.profiles, {"userId": stays.user_id}) or {}
    )


def test_a_lost_erasure_request_is_written_again(
    sweep: Callable[..., dict[str, int]], dynamodb_tables: Tables
) -> None:
    _profile(dynamodb_tables, "lost", **{REQUESTED_AT: LONG_AGO, "erasureRequestId": "request-1"})
    assert sweep()["reminded"] == 1
    assert (dynamodb_tables.get(dynamodb_tables.profiles, {"userId": "lost"}) or {})[REMINDED_AT]
    assert sweep()["reminded"] == 0


@pytest.mark.parametrize(("event", "metric"), [({}, "TooManyUsersGone"), ({"allow": 9}, "NoAdministrator")])
def test_the_alarms_get_their_metrics(
    sweep: Callable[..., dict[str, int]],
    dynamodb_tables: Tables,
    capsys: pytest.CaptureFixture[str],
    event: dict[str, int],
    metric: str,
) -> None:
    _profile(dynamodb_tables, "somebody")
    sweep(**event)
    assert f'"{metric}":1' in capsys.readouterr().out


@pytest.mark.parametrize("allowed", [-1, "5", True, 1.5])
def test_an_operator_can_only_allow_a_number(sweep: Callable[..., dict[str, int]], allowed: Any) -> None:
    with pytest.raises(ValueError, match="number of people"):
        sweep(allow=allowed)
