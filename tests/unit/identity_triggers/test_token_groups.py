"""Which groups a token carries, by the second factor and by what is known of it, and that only administrators cost a
call."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from domain.people.second_factor_store import SecondFactorTable
from domain.people.second_factors import SETTLING_SECONDS, FactorRecord, key_of
from identity_triggers.token_groups import PAGE_SECONDS, SIGNED_IN, SIGNED_IN_ON_A_PAGE
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import Context, fresh_handler
from toolkit import clients

RENEWED = "TokenGeneration_RefreshTokens"
SOURCES = (
    SIGNED_IN,
    SIGNED_IN_ON_A_PAGE,
    RENEWED,
    "TokenGeneration_NewPasswordChallenge",
    "TokenGeneration_AuthenticateDevice",
    "",
)
FACTOR = ["SOFTWARE_TOKEN_MFA"]
ADMINISTRATOR = ["administrators", "instructors"]
OUT = EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
THROTTLED = ClientError({"Error": {"Code": "TooManyRequestsException", "Message": ""}}, "AdminGetUser")
DENIED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "AdminGetUser")


class Pool:
    """Cognito, as far as the trigger asks it."""

    def __init__(self) -> None:
        self.factors: list[str] = []
        self.failures: dict[str, Exception] = {}
        self.asked: list[str] = []

    def admin_get_user(self, **request: str) -> dict[str, Any]:
        """The user, with second factors only where there are some."""
        self._ask("user", request)
        return {"UserMFASettingList": self.factors} if self.factors else {}

    def admin_user_global_sign_out(self, **request: str) -> dict[str, Any]:
        """The end of all sessions."""
        self._ask("sign out", request)
        return {}

    def _ask(self, what: str, request: dict[str, str]) -> None:
        assert request == {"UserPoolId": "pool-1", "Username": "user-1"}
        self.asked.append(what)
        if what in self.failures:
            raise self.failures[what]


@dataclass
class Clock:
    """The time of the rule and of the store, in seconds since 1970."""

    now: int

    def time(self) -> float:
        return self.now


class Trigger:
    """The trigger, and what it needs."""

    def __init__(self, tables: Tables, make: Callable[[str], Any]) -> None:
        self.pool = Pool()
        self.tables = tables
        self.table = SecondFactorTable(tables.profiles)
        self.make = make
        self._handler = make("true")

    def groups(self, source: str, groups: list[str] = ADMINISTRATOR, *, handler: Any = None) -> list[str]:
        """The groups in a token of a person in these groups."""
        event = {
            "version": "1",
            "triggerSource": source,
            "userPoolId": "pool-1",
            "userName": "user-1",
            "request": {
                "userAttributes": {"sub": "sub-1"},
                "groupConfiguration": {"groupsToOverride": groups, "iamRolesToOverride": []},
            },
            "response": {"claimsOverrideDetails": None},
        }
        self.pool.asked.clear()
        details = (handler or self._handler)(event, Context())["response"]["claimsOverrideDetails"]
        return groups if details is None else list(details["groupOverrideDetails"]["groupsToOverride"])

    def known(self) -> dict[str, Any]:
        return self.tables.get(self.tables.profiles, key_of("sub-1")) or {}


@pytest.fixture
def trigger(dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch) -> Trigger:
    def make(needed: str) -> Any:
        return fresh_handler(
            monkeypatch,
            "identity_triggers",
            ADMINISTRATORS_NEED_MFA=needed,
            SIGN_UP_DOMAINS="*",
            USER_PROFILES_TABLE=dynamodb_tables.profiles,
            COURSES_TABLE=dynamodb_tables.courses,
            COURSE_PROGRESS_TABLE=dynamodb_tables.progress,
            ROSTER_SHARDS="4",
        )

    made = Trigger(dynamodb_tables, make)
    monkeypatch.setattr(clients, "cognito", lambda: made.pool)
    return made


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock(int(time.time()))
    for module in ("identity_triggers.token_groups", "domain.people.second_factor_store"):
        monkeypatch.setattr(f"{module}.time", made)
    return made


def test_an_administrator_without_a_second_factor_gets_no_administrators_group(trigger: Trigger) -> None:
    for source in SOURCES:
        assert trigger.groups(source) == ["instructors"]
        assert trigger.pool.asked == ["user"]
    assert trigger.groups(SIGNED_IN, ["administrators"]) == []
    assert trigger.known() == {}


@pytest.mark.parametrize("source", [each for each in SOURCES if each != SIGNED_IN])
def test_a_session_from_before_never_gets_the_group(trigger: Trigger, source: str) -> None:
    assert trigger.groups(SIGNED_IN) == ["instructors"]
    trigger.pool.factors = FACTOR
    assert trigger.groups(source) == ["instructors"]
    assert trigger.pool.asked == ["user", "sign out"], "the session cannot be renewed again"
    # From now on Cognito asks everybody who signs in for the factor.
    assert trigger.groups(SIGNED_IN) == ADMINISTRATOR
    # Cognito may have accepted this renewal before the sessions were ended.
    assert trigger.groups(RENEWED) == ["instructors"]
    assert trigger.pool.asked == ["user"]


def test_the_first_sign_in_with_a_factor_ends_the_earlier_sessions(trigger: Trigger) -> None:
    trigger.pool.factors = FACTOR
    assert trigger.groups(SIGNED_IN) == ADMINISTRATOR
    assert trigger.pool.asked == ["user", "sign out"]
    assert "sub-1" not in str(trigger.known())


def test_a_factor_that_was_lost_needs_a_new_grant(trigger: Trigger) -> None:
    trigger.pool.factors = FACTOR
    trigger.groups(SIGNED_IN)
    trigger.pool.factors = []
    assert trigger.groups(SIGNED_IN) == ["instructors"]
    trigger.pool.factors = FACTOR
    for source in SOURCES:
        assert trigger.groups(source) == ["instructors"]
        assert trigger.pool.asked == ["user"]
    trigger.table.note_granted("sub-1")
    assert trigger.groups(SIGNED_IN) == ADMINISTRATOR


def test_the_sign_in_page_remembers_a_password_for_an_hour(trigger: Trigger, clock: Clock) -> None:
    trigger.pool.factors = FACTOR
    trigger.table.note_granted("sub-1")
    for now in (clock.now, clock.now + PAGE_SECONDS - 1):
        clock.now = now
        assert trigger.groups(SIGNED_IN_ON_A_PAGE) == ["instructors"]
        assert trigger.groups(RENEWED) == ["instructors"], "the session may have begun on the page"
        assert trigger.groups(SIGNED_IN) == ADMINISTRATOR
    clock.now += 1
    assert trigger.groups(SIGNED_IN_ON_A_PAGE) == ADMINISTRATOR
    assert trigger.pool.asked == ["user", "sign out"], "sessions from the page end"
    assert trigger.groups(SIGNED_IN_ON_A_PAGE) == ADMINISTRATOR
    assert trigger.pool.asked == ["user"], "and only once"


def test_a_session_that_the_page_began_without_the_factor_never_gets_the_group(
    trigger: Trigger, clock: Clock
) -> None:
    trigger.pool.factors = FACTOR
    trigger.table.note_granted("sub-1")
    assert trigger.groups(SIGNED_IN_ON_A_PAGE) == ["instructors"]
    clock.now += PAGE_SECONDS
    assert trigger.groups(RENEWED) == ["instructors"]
    assert trigger.pool.asked == ["user", "sign out"], "the session cannot be renewed again"
    # Cognito may have accepted this renewal before the sessions were ended.
    assert trigger.groups(RENEWED) == ["instructors"]
    assert trigger.groups(SIGNED_IN_ON_A_PAGE) == ADMINISTRATOR
    clock.now += SETTLING_SECONDS
    assert trigger.groups(RENEWED) == ADMINISTRATOR
    assert trigger.pool.asked == ["user"]


def test_a_new_grant_waits_for_the_page_again(trigger: Trigger, clock: Clock) -> None:
    trigger.pool.factors = FACTOR
    trigger.table.note_granted("sub-1")
    clock.now += PAGE_SECONDS
    assert trigger.groups(SIGNED_IN_ON_A_PAGE) == ADMINISTRATOR
    seen = trigger.table.read("sub-1").known_since
    assert seen is not None
    trigger.pool.factors = []
    assert trigger.groups(RENEWED) == ["instructors"]
    trigger.pool.factors = FACTOR
    trigger.table.note_granted("sub-1")
    assert not trigger.table.note_renewals("sub-1", seen), "that was said of the factor from before"
    assert trigger.groups(SIGNED_IN_ON_A_PAGE) == ["instructors"]
    clock.now += PAGE_SECONDS + SETTLING_SECONDS
    assert trigger.groups(RENEWED) == ["instructors"]
    assert trigger.pool.asked == ["user", "sign out"]


def test_who_loses_the_role_loses_what_is_known_of_the_factor(trigger: Trigger, clock: Clock) -> None:
    trigger.pool.factors = FACTOR
    trigger.table.note_granted("sub-1")
    clock.now += PAGE_SECONDS
    trigger.groups(SIGNED_IN_ON_A_PAGE)
    trigger.table.forget("sub-1")
    assert trigger.table.read("sub-1") == FactorRecord()


@pytest.mark.parametrize(
    ("groups", "needed"), [(["instructors"], "true"), ([], "true"), (["administrators"], "false")]
)
def test_only_administrators_cost_a_call(trigger: Trigger, groups: list[str], needed: str) -> None:
    assert trigger.groups(RENEWED, groups, handler=trigger.make(needed)) == groups
    assert trigger.pool.asked == []
    assert trigger.known() == {}


@pytest.mark.parametrize("failure", [OUT, THROTTLED])
@pytest.mark.parametrize("asked", ["user", "sign out"])
def test_if_cognito_does_not_answer_the_sign_in_works_without_the_role(
    trigger: Trigger, asked: str, failure: Exception
) -> None:
    trigger.pool.factors = FACTOR
    trigger.pool.failures[asked] = failure
    assert trigger.groups(SIGNED_IN) == ["instructors"]
    assert trigger.known() == {}, "sessions that were not ended must not pass for ended"


def test_a_loss_that_cannot_be_noted_prevents_the_sign_in(
    trigger: Trigger, monkeypatch: pytest.MonkeyPatch
) -> None:
    trigger.table.note_granted("sub-1")

    def update_item(**_: object) -> None:
        raise OUT

    monkeypatch.setattr(clients.dynamodb(), "update_item", update_item)
    with pytest.raises(EndpointConnectionError):
        trigger.groups(SIGNED_IN)


def test_what_is_known_cannot_be_read(trigger: Trigger, monkeypatch: pytest.MonkeyPatch) -> None:
    trigger.pool.factors = FACTOR
    trigger.table.note_granted("sub-1")

    def get_item(**_: object) -> None:
        raise OUT

    monkeypatch.setattr(clients.dynamodb(), "get_item", get_item)
    assert trigger.groups(SIGNED_IN) == ["instructors"]


def test_a_defect_is_not_hidden(trigger: Trigger) -> None:
    trigger.pool.failures["user"] = DENIED
    with pytest.raises(ClientError):
        trigger.groups(SIGNED_IN)
