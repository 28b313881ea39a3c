"""A real Cognito API in the emulator, for tests of sign-ins and roles. Every test gets its own user pool."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.unit.emulator_fixture import client_at
from tests.unit.lambda_api_fixture import Person
from toolkit import clients
from toolkit.caller import GROUPS

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


@dataclass(frozen=True)
class SignedUp(Person):
    """A user with an account in the user pool."""


@dataclass
class UserPool:
    """A user pool like that of education/identity.py, with its three groups.

    Attributes:
        client: the client that the code under test uses.
        pool_id: the id of the pool.
        calls: how often each API operation was called since `calls.clear()`.
    """

    client: "CognitoIdentityProviderClient"
    pool_id: str
    calls: "Counter[str]" = field(default_factory=Counter)

    def new(self, *groups: str, verified: bool = False) -> SignedUp:
        """Create a user in these groups, with a permanent password. `verified` says whether the address is."""
        address = f"{uuid4().hex}@example.org"
        created = self.client.admin_create_user(
            UserPoolId=self.pool_id,
            Username=address,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": address},
                {"Name": "email_verified", "Value": str(verified).lower()},
            ],
        )
        self.client.admin_set_user_password(
            UserPoolId=self.pool_id, Username=address, Password="Long-enough-1", Permanent=True
        )
        for group in groups:
            self.client.admin_add_user_to_group(UserPoolId=self.pool_id, Username=address, GroupName=group)
        attributes = {each["Name"]: each.get("Value", "") for each in created["User"]["Attributes"]}
        self.calls.clear()
        return SignedUp(attributes["sub"], groups, address)

    def groups_of(self, person: Person) -> set[str]:
        """The groups of a user."""
        answer = self.client.admin_list_groups_for_user(UserPoolId=self.pool_id, Username=person.user_id)
        return {group["GroupName"] for group in answer["Groups"]}

    def knows(self, person: Person) -> bool:
        """Whether the account still exists."""
        try:
            self.client.admin_get_user(UserPoolId=self.pool_id, Username=person.user_id)
        except self.client.exceptions.UserNotFoundException:
            return False
        return True


@pytest.fixture(scope="session")
def cognito_client(emulator: str) -> "Iterator[CognitoIdentityProviderClient]":
    """The Cognito client of the session."""
    client: CognitoIdentityProviderClient = client_at(emulator, "cognito-idp")
    yield client
    client.close()


@pytest.fixture
def user_pool(
    cognito_client: "CognitoIdentityProviderClient", monkeypatch: pytest.MonkeyPatch
) -> Iterator[UserPool]:
    """An empty pool. The code under test uses it through toolkit.clients."""
    pool_id = cognito_client.create_user_pool(
        PoolName=f"education-users-{uuid4().hex[:8]}", UsernameAttributes=["email"]
    )["UserPool"]["Id"]
    for group in GROUPS:
        cognito_client.create_group(UserPoolId=pool_id, GroupName=group)
    pool = UserPool(cognito_client, pool_id)
    monkeypatch.setattr(clients, "cognito", lambda: cognito_client)

    def count(model: Any, **_: object) -> None:
        pool.calls[model.name] += 1

    cognito_client.meta.events.register("before-call.cognito-identity-provider", count)
    yield pool
    cognito_client.meta.events.unregister("before-call.cognito-identity-provider", count)
    cognito_client.delete_user_pool(UserPoolId=pool_id)
