"""The role of administrator is granted only to people who have a second factor, where the settings demand one."""

from typing import TYPE_CHECKING

import pytest

from domain.people.second_factor_store import SecondFactorTable
from domain.people.second_factors import FactorRecord
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import LambdaApis
from tests.unit.profiles.profiles_api import profiles_api
from tests.unit.profiles.test_roles import ADMINISTRATORS, INSTRUCTORS, Office
from tests.unit.user_pool_fixture import SignedUp, UserPool
from toolkit import clients

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp.type_defs import AdminGetUserResponseTypeDef


class StrictOffice(Office):
    """The profile function where administrators need a second factor."""

    factors: set[str]

    def known(self, person: SignedUp) -> FactorRecord:
        return SecondFactorTable(self.tables.profiles).read(person.user_id)


@pytest.fixture
def office(
    lambda_api: LambdaApis,
    dynamodb_tables: Tables,
    user_pool: UserPool,
    monkeypatch: pytest.MonkeyPatch,
) -> StrictOffice:
    api = profiles_api(lambda_api, dynamodb_tables, user_pool.pool_id, ADMINISTRATORS_NEED_MFA="true")
    office = StrictOffice(dynamodb_tables, user_pool, api)
    office.factors = set()
    ask = user_pool.client.admin_get_user

    def admin_get_user(*, UserPoolId: str, Username: str) -> "AdminGetUserResponseTypeDef":  # noqa: N803
        answer = ask(UserPoolId=UserPoolId, Username=Username)
        answer["UserMFASettingList"] = ["SOFTWARE_TOKEN_MFA"] if Username in office.factors else []
        return answer

    monkeypatch.setattr(clients.cognito(), "admin_get_user", admin_get_user)
    return office


def test_an_administrator_needs_a_factor_first(office: StrictOffice) -> None:
    chief, person = office.pool.new(ADMINISTRATORS), office.pool.new()
    assert office.grant(chief, person.user_id, ADMINISTRATORS).problem() == (409, "second-factor-missing")
    assert office.pool.groups_of(person) == set()
    assert office.entries() == []
    assert office.grant(chief, person.user_id, INSTRUCTORS).status == 204
    office.factors.add(person.user_id)
    office.pool.calls.clear()
    assert office.grant(chief, person.user_id, ADMINISTRATORS).status == 204
    assert office.pool.calls["AdminUserGlobalSignOut"] == 1
    assert office.pool.groups_of(person) == {ADMINISTRATORS, INSTRUCTORS}
    assert office.known(person).known_since
    office.pool.calls.clear()
    assert office.grant(chief, person.user_id, ADMINISTRATORS).status == 204
    assert "AdminUserGlobalSignOut" not in office.pool.calls, "a repeated request changes nothing"
    assert office.revoke(chief, person.user_id).status == 204
    assert office.known(person) == FactorRecord()


def test_an_administrator_whose_factor_was_lost_is_granted_the_role_anew(office: StrictOffice) -> None:
    chief, person = office.pool.new(ADMINISTRATORS), office.pool.new(ADMINISTRATORS)
    table = SecondFactorTable(office.tables.profiles)
    table.note_granted(person.user_id)
    table.note_lost(person.user_id)
    assert office.known(person).is_lost
    assert office.grant(chief, person.user_id, ADMINISTRATORS).problem() == (409, "second-factor-missing")
    office.factors.add(person.user_id)
    assert office.grant(chief, person.user_id, ADMINISTRATORS).status == 204
    assert not office.known(person).is_lost
    assert office.pool.calls["AdminUserGlobalSignOut"] == 1
    assert office.entries() == [("role-granted", ADMINISTRATORS)]


def test_an_unknown_person_is_not_found(office: StrictOffice) -> None:
    chief = office.pool.new(ADMINISTRATORS)
    assert office.grant(chief, "unknown", ADMINISTRATORS).problem() == (404, "not-found")
