"""Administrators find a person by e-mail address, with real DynamoDB and Cognito APIs."""

from typing import Any

import pytest

from domain import audit
from domain.addresses.store import AddressTable
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import Answer, LambdaApi, LambdaApis
from tests.unit.profiles.profiles_api import profiles_api
from tests.unit.user_pool_fixture import SignedUp, UserPool
from toolkit.dynamo import from_item
from toolkit.retries import Retries

ADMINISTRATORS, INSTRUCTORS, STUDENTS = "administrators", "instructors", "students"


class Office:
    """The search, as administrators use it."""

    def __init__(self, tables: Tables, pool: UserPool, api: LambdaApi) -> None:
        self.tables, self.pool, self.api = tables, pool, api
        self.chief = pool.new(ADMINISTRATORS)

    def find(self, email: str, caller: SignedUp | None = None) -> Answer:
        return self.api.call("GET", "/users", caller=caller or self.chief, query={"email": email})

    def found(self, email: str) -> list[dict[str, Any]]:
        answer = self.find(email)
        assert answer.status == 200
        items: list[dict[str, Any]] = answer.body["items"]
        return items

    def rename(self, person: SignedUp, email: str, *, verified: bool = True) -> None:
        attributes = [
            {"Name": "email", "Value": email},
            {"Name": "email_verified", "Value": str(verified).lower()},
        ]
        self.pool.client.admin_update_user_attributes(
            UserPoolId=self.pool.pool_id,
            Username=person.user_id,
            UserAttributes=attributes,  # type: ignore[arg-type]
        )

    def entries(self) -> list[dict[str, Any]]:
        return [from_item(item) for item in self.tables.client.scan(TableName=self.tables.audit)["Items"]]


@pytest.fixture
def office(lambda_api: LambdaApis, dynamodb_tables: Tables, user_pool: UserPool) -> Office:
    api = profiles_api(lambda_api, dynamodb_tables, user_pool.pool_id)
    return Office(dynamodb_tables, user_pool, api)


def test_the_person_of_an_address_is_found(office: Office) -> None:
    person, other = office.pool.new(INSTRUCTORS, STUDENTS), office.pool.new()
    expected = {
        "userId": person.user_id,
        "email": person.email,
        "emailVerified": False,
        "groups": [INSTRUCTORS, STUDENTS],
    }
    assert office.found(person.email) == [expected]
    office.rename(person, person.email)
    office.api.call("PATCH", "/profile", caller=person, body={"displayName": "Ada"})
    assert office.found(person.email) == [{**expected, "emailVerified": True, "displayName": "Ada"}]
    assert office.found(other.email)[0]["groups"] == []


def test_capitals_make_no_difference(office: Office) -> None:
    person = office.pool.new()
    office.rename(person, "Ada.Lovelace@Example.org")
    AddressTable(office.tables.profiles).claim("ada.lovelace@example.org", person.user_id, Retries())
    for email in ("ada.lovelace@example.org", "ADA.LOVELACE@EXAMPLE.ORG", "Ada.Lovelace@Example.org"):
        assert [item["userId"] for item in office.found(email)] == [person.user_id]


@pytest.mark.parametrize(
    ("email", "is_asked"),
    [
        ("nobody@example.org", True),
        ('"@example.org', True),
        ("*@example.org", True),
        ("\u2028@example.org", False),
        ("\u200b@example.org", False),
        (f"{'x' * 200}@example.org", False),
    ],
)
def test_an_address_of_nobody_is_an_empty_list(office: Office, email: str, is_asked: bool) -> None:
    """Cognito is not asked for what it takes for no user name, because it answers that with an error."""
    office.pool.new()
    answer = office.find(email)
    assert (answer.status, answer.body) == (200, {"items": []})
    assert office.pool.calls["AdminGetUser"] == is_asked
    assert office.find(f'@" or "{email}').problem() == (400, "bad-request")


def test_a_part_of_an_address_or_an_id_finds_nobody(office: Office) -> None:
    person = office.pool.new()
    for email in (
        "",
        "\x00@example.org",
        "\x1e@example.org",
        "example.org",
        person.user_id,
        person.email[:-1],
        f" {person.email}",
    ):
        answer = office.find(email)
        assert answer.status == 400 or answer.body["items"] == []
    assert office.api.call("GET", "/users", caller=office.chief).problem() == (400, "bad-request")


def test_a_former_owner_of_an_address_is_not_found_by_it(office: Office) -> None:
    person = office.pool.new()
    AddressTable(office.tables.profiles).claim(person.email, person.user_id, Retries())
    office.rename(person, "new@example.org")
    assert office.found(person.email) == []


def test_a_person_who_is_being_erased_is_not_found(office: Office) -> None:
    person = office.pool.new()
    mark = {
        "userId": person.user_id,
        "erasureRequestedAt": "2026-01-01T12:00:00.000Z",
        "erasureRequestId": "1",
    }
    office.tables.put(office.tables.profiles, mark)
    assert office.found(person.email) == []


@pytest.mark.parametrize("groups", [(), (STUDENTS,), (INSTRUCTORS,)])
def test_only_administrators_search(office: Office, groups: tuple[str, ...]) -> None:
    person, caller = office.pool.new(), office.pool.new(*groups)
    for email in (person.email, caller.email, "nobody@example.org"):
        assert office.find(email, caller).problem() == (403, "forbidden")
    assert office.entries() == []


def test_each_search_is_recorded_without_the_address(office: Office) -> None:
    person = office.pool.new()
    office.found(person.email)
    office.found("nobody@example.org")
    recorded = {(entry["action"], entry["actor"], entry["subject"]) for entry in office.entries()}
    actor = audit.pseudonym(office.chief.user_id)
    assert recorded == {
        ("person-looked-up", actor, audit.person(person.user_id)),
        ("person-looked-up", actor, "people"),
    }
    assert "@" not in str(office.entries())
