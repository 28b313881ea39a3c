"""Administrators with a second factor: a stolen password, or a session that began with it, never has the role.

The local settings do not demand a factor, so for these tests the functions are told that they do.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from domain.people.second_factors import KNOWN_SINCE, SETTLING_SECONDS, key_of
from identity_triggers.token_groups import PAGE_SECONDS
from local_platform.accounts import random_password
from tests.integration.support.course_helpers import eventually
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import ADMINISTRATORS, People, Person
from tests.integration.support.second_factor import set_up
from toolkit.dynamo import to_item

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient

pytestmark = pytest.mark.intrusive

VARIABLE = "ADMINISTRATORS_NEED_MFA"
POLICY = "as-where-factors-are-demanded"


class Member:
    """A user, their password and their sessions."""

    def __init__(self, deployed: Deployed, people: People) -> None:
        self.deployed, self.people = deployed, people
        self.cognito: CognitoIdentityProviderClient = deployed.client("cognito-idp")
        self.person = people.new()
        self.password = random_password()
        self.cognito.admin_set_user_password(
            UserPoolId=deployed.outputs["user_pool_id"],
            Username=self.person.email,
            Password=self.password,
            Permanent=True,
        )

    def sign_in(self) -> Mapping[str, str]:
        """Begin a session: with the password, and with the second factor if there is one."""
        return self.people._sign_in(self.person.email, self.password, self.person.user_id)

    def renew(self, session: Mapping[str, str]) -> Mapping[str, str]:
        """Renew the tokens of a session."""
        answer: Any = self.cognito.initiate_auth(
            ClientId=self.deployed.outputs["user_pool_client_id"],
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": session["RefreshToken"]},
        )
        return dict(answer["AuthenticationResult"])

    def set_up_factor(self, session: Mapping[str, str]) -> None:
        """Set up an authenticator app."""
        self.people._authenticators[self.person.user_id] = set_up(self.deployed, session["AccessToken"])

    def join(self) -> None:
        """Become an administrator by an operator's hand."""
        self.cognito.admin_add_user_to_group(
            UserPoolId=self.deployed.outputs["user_pool_id"],
            Username=self.person.email,
            GroupName=ADMINISTRATORS,
        )

    def caller(self, session: Mapping[str, str]) -> Person:
        """The user with the token of this session."""
        return replace(self.person, token=session["IdToken"])


def is_administrator(session: Mapping[str, str]) -> bool:
    payload = session["IdToken"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return ADMINISTRATORS in claims.get("cognito:groups", [])


@pytest.fixture(scope="module")
def factors_demanded(deployed: Deployed) -> Iterator[None]:
    """The two functions, as where the settings demand a second factor of administrators."""
    functions: LambdaClient = deployed.client("lambda")
    iam: IAMClient = deployed.client("iam")
    suffix = deployed.outputs["environment_suffix"]
    names = [f"education-{label}-{suffix}" for label in ("identity-triggers", "profile")]

    def demand(value: str) -> None:
        for name in names:
            found = functions.get_function_configuration(FunctionName=name)
            variables = {**found["Environment"]["Variables"], VARIABLE: value}
            functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})

    found = functions.get_function_configuration(FunctionName=names[0])
    role = found["Role"].rpartition("/")[2]
    allowed = {
        "Effect": "Allow",
        "Action": [
            "cognito-idp:AdminGetUser",
            "cognito-idp:AdminUserGlobalSignOut",
            "dynamodb:UpdateItem",
        ],
        "Resource": "*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName=role, PolicyName=POLICY, PolicyDocument=document)
    demand("true")
    yield
    demand("false")
    iam.delete_role_policy(RoleName=role, PolicyName=POLICY)


@pytest.fixture(scope="module")
def chief(deployed: Deployed, people: People, factors_demanded: None) -> Person:
    """An administrator with a second factor, whom an operator has added."""
    member = Member(deployed, people)
    member.set_up_factor(member.sign_in())
    member.join()
    session = member.sign_in()
    assert is_administrator(session)
    return member.caller(session)


def test_the_role_is_granted_only_with_a_factor_and_ends_all_sessions(
    deployed: Deployed, people: People, chief: Person
) -> None:
    member = Member(deployed, people)
    stolen, own = member.sign_in(), member.sign_in()
    path = f"/users/{member.person.user_id}/groups/{ADMINISTRATORS}"
    refused = chief.call("PUT", path, expect=409).body
    assert refused["type"].endswith("second-factor-missing")
    member.set_up_factor(own)
    chief.call("PUT", path, expect=204)
    for session in (stolen, own):
        with pytest.raises(member.cognito.exceptions.NotAuthorizedException):
            member.renew(session)
    session = member.sign_in()
    assert is_administrator(session)
    assert not is_administrator(member.renew(session)), "Cognito's page may still remember a password"
    member.caller(session).call("PUT", path, expect=204)


def test_a_session_from_before_the_factor_never_has_the_role(
    deployed: Deployed, people: People, factors_demanded: None
) -> None:
    """An operator has added a person who has no factor yet."""
    member = Member(deployed, people)
    member.join()
    stolen = member.sign_in()
    assert not is_administrator(stolen)
    member.set_up_factor(stolen)
    assert not is_administrator(member.renew(stolen))
    with pytest.raises(member.cognito.exceptions.NotAuthorizedException):
        member.renew(stolen)
    assert is_administrator(member.sign_in())


def test_when_the_page_has_forgotten_the_password_a_new_session_can_be_renewed(
    deployed: Deployed, people: People, factors_demanded: None
) -> None:
    """The hour is over here because the test stores an earlier time."""
    member = Member(deployed, people)
    member.set_up_factor(member.sign_in())
    member.join()
    in_the_hour = member.sign_in()
    assert is_administrator(in_the_hour)
    table, key = deployed.outputs["user_profiles_table_name"], to_item(key_of(member.person.user_id))
    deployed.client("dynamodb").update_item(
        TableName=table,
        Key=key,
        UpdateExpression=f"SET {KNOWN_SINCE} = {KNOWN_SINCE} - :page",
        ConditionExpression=f"attribute_exists({KNOWN_SINCE})",
        ExpressionAttributeValues={":page": {"N": str(PAGE_SECONDS + SETTLING_SECONDS)}},
    )
    assert not is_administrator(member.renew(in_the_hour))
    with pytest.raises(member.cognito.exceptions.NotAuthorizedException):
        member.renew(in_the_hour)
    session = member.sign_in()
    assert is_administrator(session)
    eventually(lambda: is_administrator(member.renew(session)), seconds=2 * SETTLING_SECONDS)
