"""Roles over HTTP events, with real DynamoDB and Cognito APIs: who may grant them, and who may leave."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from profiles.administrators import LEAVING_SECONDS
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import Answer, LambdaApi, LambdaApis
from tests.unit.profiles.profiles_api import profiles_api
from tests.unit.user_pool_fixture import SignedUp, UserPool
from toolkit.dynamo import from_item

ADMINISTRATORS, INSTRUCTORS, STUDENTS = "administrators", "instructors", "students"


class Office:
    """The profile function, as administrators use it."""

    def __init__(self, tables: Tables, pool: UserPool, api: LambdaApi) -> None:
        self.tables, self.pool, self._api = tables, pool, api

    def grant(self, caller: SignedUp, user_id: str, group: str = INSTRUCTORS) -> Answer:
        return self._role("PUT", caller, user_id, group)

    def revoke(self, caller: SignedUp, user_id: str, group: str = ADMINISTRATORS) -> Answer:
        return self._role("DELETE", caller, user_id, group)

    def erase(self, caller: SignedUp) -> Answer:
        return self._api.call("DELETE", "/profile", caller=caller)

    def _role(self, method: str, caller: SignedUp, user_id: str, group: str) -> Answer:
        path = {"userId": user_id, "group": group}
        request = f"{method} {caller.user_id} {user_id} {group}"
        context: dict[str, Any] = {"requestId": request, "authorizer": {"claims": claims_of(caller)}}
        return self._api.call(
            method, "/users/{userId}/groups/{group}", path, caller=caller, requestContext=context
        )

    def entries(self) -> list[tuple[str, str]]:
        """Action and group of every audit entry."""
        items = self.tables.client.scan(TableName=self.tables.audit)["Items"]
        return sorted((item["action"], item["details"]["group"]) for item in map(from_item, items))


def claims_of(caller: SignedUp) -> dict[str, str]:
    return {
        "sub": caller.user_id,
        "email": caller.email,
        "token_use": "id",
        "cognito:groups": ",".join(caller.groups),
    }


@pytest.fixture
def office(lambda_api: LambdaApis, dynamodb_tables: Tables, user_pool: UserPool) -> Office:
    api = profiles_api(lambda_api, dynamodb_tables, user_pool.pool_id)
    return Office(dynamodb_tables, user_pool, api)


def test_a_role_is_granted_and_taken_back_once(office: Office) -> None:
    chief, person = office.pool.new(ADMINISTRATORS), office.pool.new()
    for _ in range(2):
        assert office.grant(chief, person.user_id).status == 204
        assert office.pool.groups_of(person) == {INSTRUCTORS}
    assert office.entries() == [("role-granted", INSTRUCTORS)]
    for _ in range(2):
        assert office.revoke(chief, person.user_id, INSTRUCTORS).status == 204
        assert office.pool.groups_of(person) == set()
    assert office.entries() == [("role-granted", INSTRUCTORS), ("role-revoked", INSTRUCTORS)]


@pytest.mark.parametrize("groups", [(), (STUDENTS,), (INSTRUCTORS,)])
def test_only_administrators_grant_and_revoke_roles(office: Office, groups: tuple[str, ...]) -> None:
    person = office.pool.new(*groups)
    for answer in (
        office.grant(person, person.user_id, ADMINISTRATORS),
        office.revoke(person, "unknown"),
    ):
        assert answer.problem() == (403, "forbidden")
    assert office.pool.groups_of(person) == set(groups)
    assert office.entries() == []


def test_a_token_from_before_a_revocation_grants_nothing(office: Office) -> None:
    chief, former = office.pool.new(ADMINISTRATORS), office.pool.new(ADMINISTRATORS)
    assert office.revoke(chief, former.user_id).status == 204
    assert office.grant(former, former.user_id, ADMINISTRATORS).problem() == (403, "forbidden")
    assert office.revoke(former, chief.user_id).problem() == (403, "forbidden")
    assert office.pool.groups_of(former) == set()


def test_a_user_id_in_capitals_is_the_same_person(office: Office) -> None:
    """The user pool accepts ids in any case, and the last administrator must be recognised in each."""
    alone = office.pool.new(ADMINISTRATORS)
    assert office.revoke(alone, alone.user_id.upper()).problem() == (409, "last-administrator")
    person = office.pool.new()
    assert office.grant(alone, person.user_id.upper()).status == 204
    assert office.pool.groups_of(person) == {INSTRUCTORS}


def test_unknown_people_and_groups(office: Office) -> None:
    chief = office.pool.new(ADMINISTRATORS)
    assert office.grant(chief, "unknown").problem() == (404, "not-found")
    assert office.revoke(chief, "unknown").problem() == (404, "not-found")
    assert office.grant(chief, chief.user_id, "kings").problem() == (400, "bad-request")
    assert office.grant(chief, chief.email).problem() == (400, "bad-request")


def test_an_erased_person_gets_no_role(office: Office) -> None:
    chief, person = office.pool.new(ADMINISTRATORS), office.pool.new()
    assert office.erase(person).status == 204
    assert office.grant(chief, person.user_id).problem() == (404, "not-found")


def test_the_last_administrator_stays(office: Office) -> None:
    chief = office.pool.new(ADMINISTRATORS)
    assert office.revoke(chief, chief.user_id).problem() == (409, "last-administrator")
    assert office.pool.groups_of(chief) == {ADMINISTRATORS}
    assert office.entries() == []


@pytest.mark.parametrize("unable", ["disabled", "invited", "erased"])
def test_an_administrator_who_cannot_sign_in_does_not_count(office: Office, unable: str) -> None:
    chief, other = office.pool.new(ADMINISTRATORS), office.pool.new(ADMINISTRATORS)
    pool = {"UserPoolId": office.pool.pool_id, "Username": other.email}
    if unable == "disabled":
        office.pool.client.admin_disable_user(**pool)
    elif unable == "invited":
        office.pool.client.admin_set_user_password(**pool, Password="Long-enough-1", Permanent=False)
    else:
        assert office.erase(other).status == 204
    assert office.revoke(chief, chief.user_id).problem() == (409, "last-administrator")


def test_a_leaving_administrator_does_not_count_until_cognito_is_up_to_date(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    chief, other = office.pool.new(ADMINISTRATORS), office.pool.new(ADMINISTRATORS)
    assert office.revoke(chief, other.user_id).status == 204
    office.pool.client.admin_add_user_to_group(
        UserPoolId=office.pool.pool_id, Username=other.email, GroupName=ADMINISTRATORS
    )
    assert office.revoke(chief, chief.user_id).status == 409
    later = time.time() + LEAVING_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert office.revoke(chief, chief.user_id).status == 204


@pytest.mark.parametrize("how", ["each other", "themselves", "erasures", "one of each"])
def test_two_administrators_never_leave_at_once(office: Office, how: str) -> None:
    for _ in range(6):
        one, two = office.pool.new(ADMINISTRATORS), office.pool.new(ADMINISTRATORS)
        requests: dict[str, tuple[Callable[[], Answer], Callable[[], Answer]]] = {
            "each other": (
                partial(office.revoke, one, two.user_id),
                partial(office.revoke, two, one.user_id),
            ),
            "themselves": (
                partial(office.revoke, one, one.user_id),
                partial(office.revoke, two, two.user_id),
            ),
            "erasures": (partial(office.erase, one), partial(office.erase, two)),
            "one of each": (partial(office.erase, one), partial(office.revoke, two, two.user_id)),
        }
        statuses = at_once(*requests[how])
        assert statuses.count(204) == 1, statuses
        assert set(statuses) <= {204, 403, 409}
        left = [each for each in (one, two) if office.pool.knows(each) and office.pool.groups_of(each)]
        assert len(left) == 1
        office.pool.client.admin_delete_user(UserPoolId=office.pool.pool_id, Username=left[0].email)


def at_once(*requests: Callable[[], Answer]) -> list[int]:
    barrier = Barrier(len(requests))

    def send(request: Callable[[], Answer]) -> int:
        barrier.wait()
        return request().status

    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(send, requests))


def test_roles_take_a_fixed_number_of_calls(office: Office) -> None:
    chief, person = office.pool.new(ADMINISTRATORS), office.pool.new()
    office.tables.calls.clear()
    office.grant(chief, person.user_id, ADMINISTRATORS)
    assert dict(office.pool.calls) == {
        "AdminListGroupsForUser": 2,
        "AdminUserGlobalSignOut": 1,
        "AdminAddUserToGroup": 1,
    }
    assert dict(office.tables.calls) == {"BatchGetItem": 1, "GetItem": 1, "PutItem": 1, "UpdateItem": 1}
    office.pool.calls.clear()
    office.tables.calls.clear()
    office.revoke(chief, person.user_id)
    assert dict(office.pool.calls) == {
        "AdminListGroupsForUser": 2,
        "ListUsersInGroup": 1,
        "AdminRemoveUserFromGroup": 1,
    }
    assert dict(office.tables.calls) == {"BatchGetItem": 1, "GetItem": 2, "UpdateItem": 2, "PutItem": 1}
