"""Granting and revoking roles. At least one administrator always remains."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from tests.integration.support.deployed import Deployed
from tests.integration.support.people import (
    ADMINISTRATORS,
    INSTRUCTORS,
    STUDENTS,
    People,
    Person,
    SharedUsers,
)

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

ROUNDS = 5


def role(person: Person, group: str) -> str:
    return f"/users/{person.user_id}/groups/{group}"


def groups_of(deployed: Deployed, person: Person) -> set[str]:
    client: CognitoIdentityProviderClient = deployed.client("cognito-idp")
    answer = client.admin_list_groups_for_user(
        UserPoolId=deployed.outputs["user_pool_id"], Username=person.email
    )
    return {group["GroupName"] for group in answer["Groups"]}


@pytest.fixture
def no_administrators(deployed: Deployed) -> Iterator[None]:
    """Remove all administrators for the test and restore them at the end."""
    if not deployed.is_local:
        pytest.skip("a real environment keeps its administrators")
    client: CognitoIdentityProviderClient = deployed.client("cognito-idp")
    pool = deployed.outputs["user_pool_id"]
    members = [
        user["Username"]
        for page in client.get_paginator("list_users_in_group").paginate(
            UserPoolId=pool, GroupName=ADMINISTRATORS
        )
        for user in page["Users"]
    ]
    for name in members:
        client.admin_remove_user_from_group(UserPoolId=pool, Username=name, GroupName=ADMINISTRATORS)
    yield
    for name in members:
        client.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName=ADMINISTRATORS)


def test_a_role_is_granted_and_revoked(deployed: Deployed, users: SharedUsers, people: People) -> None:
    """A repeated request changes nothing. The role applies from the next token."""
    person = people.new()
    for _ in range(2):
        users.administrator.call("PUT", role(person, INSTRUCTORS), expect=204)
        assert groups_of(deployed, person) == {INSTRUCTORS}
    person.post("/courses", {"title": "Too early"}, expect=403)
    people.sign_in_again(person).post("/courses", {"title": "In time"})
    for _ in range(2):
        users.administrator.delete(role(person, INSTRUCTORS))
        assert groups_of(deployed, person) == set()


def test_only_administrators_change_roles(users: SharedUsers, people: People) -> None:
    """Other callers cannot grant roles, not even to themselves."""
    for person in (users.other_student, users.student, users.owner):
        person.call("PUT", role(person, ADMINISTRATORS), expect=403)
        person.delete(role(users.administrator, ADMINISTRATORS), expect=403)


def test_unknown_users_and_groups_are_refused(users: SharedUsers) -> None:
    """An unknown user gives 404. An unknown group, or an e-mail address instead of an id, gives 400."""
    users.administrator.call("PUT", f"/users/unknown/groups/{STUDENTS}", expect=404)
    users.administrator.delete(f"/users/unknown/groups/{STUDENTS}", expect=404)
    users.administrator.call("PUT", role(users.student, "kings"), expect=400)
    users.administrator.call("PUT", f"/users/{users.student.email}/groups/{STUDENTS}", expect=400)


def test_a_former_administrator_cannot_change_roles_with_an_old_token(
    deployed: Deployed, users: SharedUsers, people: People
) -> None:
    """The old token still has the role. It must not let the former administrator grant the role again."""
    former = people.new(ADMINISTRATORS)
    users.administrator.delete(role(former, ADMINISTRATORS))
    former.call("PUT", role(former, ADMINISTRATORS), expect=403)
    assert groups_of(deployed, former) == set()


@pytest.mark.intrusive
def test_the_last_administrator_cannot_be_removed(
    deployed: Deployed, no_administrators: None, people: People
) -> None:
    """Neither a revoked role nor an erasure may remove the last one."""
    last = people.new(ADMINISTRATORS)
    last.delete(role(last, ADMINISTRATORS), expect=409)
    last.delete("/profile", expect=409)
    assert groups_of(deployed, last) == {ADMINISTRATORS}


@pytest.mark.intrusive
@pytest.mark.parametrize("how", ["each other", "themselves", "erased"])
def test_parallel_requests_never_remove_the_last_two_administrators(
    deployed: Deployed, no_administrators: None, people: People, how: str
) -> None:
    """Two requests come at the same time, and each alone would be allowed."""
    for _ in range(ROUNDS):
        one, two = people.many(2, ADMINISTRATORS)
        paths = {
            "each other": (role(two, ADMINISTRATORS), role(one, ADMINISTRATORS)),
            "themselves": (role(one, ADMINISTRATORS), role(two, ADMINISTRATORS)),
            "erased": ("/profile", "/profile"),
        }[how]
        statuses = delete_in_parallel((one, paths[0]), (two, paths[1]))
        assert statuses.count(204) == 1, statuses
        (left,) = (each for each, path in ((one, paths[0]), (two, paths[1])) if is_left(deployed, each))
        left_over = people.new(ADMINISTRATORS)
        left_over.delete(
            role(left, ADMINISTRATORS)
        )  # a user whose role was revoked in an earlier round is not counted
        client: CognitoIdentityProviderClient = deployed.client("cognito-idp")
        client.admin_delete_user(UserPoolId=deployed.outputs["user_pool_id"], Username=left_over.email)


def is_left(deployed: Deployed, person: Person) -> bool:
    client: CognitoIdentityProviderClient = deployed.client("cognito-idp")
    try:
        return ADMINISTRATORS in groups_of(deployed, person)
    except client.exceptions.UserNotFoundException:
        return False


def delete_in_parallel(*requests: tuple[Person, str]) -> list[int]:
    barrier = Barrier(len(requests))

    def send(request: tuple[Person, str]) -> int:
        person, path = request
        barrier.wait()
        return person.call("DELETE", path, expect=(204, 403, 409)).status

    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(send, requests))
