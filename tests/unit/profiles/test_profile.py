"""A person's own profile over HTTP events and a real DynamoDB API."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import NEWCOMER, STUDENT, Answer, LambdaApi, LambdaApis, Person
from tests.unit.profiles.profiles_api import profiles_api


@pytest.fixture
def profiles(lambda_api: LambdaApis, dynamodb_tables: Tables) -> LambdaApi:
    return profiles_api(lambda_api, dynamodb_tables, "us-east-1_test", ROSTER_SHARDS="2")


def get(profiles: LambdaApi, caller: Person = STUDENT) -> Answer:
    return profiles.call("GET", "/profile", caller=caller)


def patch(profiles: LambdaApi, **fields: object) -> Answer:
    return profiles.call("PATCH", "/profile", body=fields)


def test_a_profile_is_made_on_first_use_and_stays(profiles: LambdaApi, dynamodb_tables: Tables) -> None:
    first = get(profiles, NEWCOMER)
    assert first.status == 200
    assert first.body["email"] == NEWCOMER.email
    assert (first.body["displayName"], first.body["locale"]) == ("newcomer-1", "en")
    dynamodb_tables.calls.clear()
    assert get(profiles, NEWCOMER).body == first.body
    assert dict(dynamodb_tables.calls) == {"GetItem": 1}


def test_first_uses_at_the_same_time_make_one_profile(profiles: LambdaApi) -> None:
    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(lambda _: get(profiles), range(24)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body["createdAt"] for answer in answers}) == 1


def test_a_change_is_one_call_and_makes_the_profile_too(profiles: LambdaApi, dynamodb_tables: Tables) -> None:
    dynamodb_tables.calls.clear()
    changed = patch(profiles, displayName="Ada")
    assert dict(dynamodb_tables.calls) == {"UpdateItem": 1, "TransactWriteItems": 1}
    assert (changed.body["displayName"], changed.body["locale"]) == ("Ada", "en")
    dynamodb_tables.calls.clear()
    again = patch(profiles, locale="de-CH").body
    assert dict(dynamodb_tables.calls) == {"UpdateItem": 1}
    assert (again["displayName"], again["locale"]) == ("Ada", "de-CH")
    assert again["createdAt"] == changed.body["createdAt"]
    assert again["updatedAt"] >= changed.body["updatedAt"]
    assert get(profiles).body == again


def test_the_e_mail_is_that_of_the_sign_in(profiles: LambdaApi, dynamodb_tables: Tables) -> None:
    patch(profiles, displayName="Ada")
    dynamodb_tables.set(dynamodb_tables.profiles, {"userId": STUDENT.user_id}, email="old@example.org")
    shown = get(profiles).body
    assert (shown["email"], shown["displayName"]) == (STUDENT.email, "Ada")


def test_an_address_that_is_not_verified_is_not_taken_over(
    profiles: LambdaApi, dynamodb_tables: Tables
) -> None:
    """Neither into a new profile nor into one with an address that a former version stored unverified."""
    claimed = Person("mallory", address="ada@example.org", verified=False)
    shown = get(profiles, claimed).body
    assert (shown["email"], shown["displayName"]) == ("", "New member")
    key = {"userId": claimed.user_id}
    assert "email" not in (dynamodb_tables.get(dynamodb_tables.profiles, key) or {})
    dynamodb_tables.set(dynamodb_tables.profiles, key, email=claimed.email)
    assert get(profiles, claimed).body["email"] == ""
    assert "email" not in (dynamodb_tables.get(dynamodb_tables.profiles, key) or {})
    dynamodb_tables.calls.clear()
    assert get(profiles, claimed).body["email"] == ""
    assert dict(dynamodb_tables.calls) == {"GetItem": 1}
    assert get(profiles, replace(claimed, verified=True)).body["email"] == claimed.email


@pytest.mark.parametrize(
    ("fields", "faulty"),
    [
        ({"displayName": ""}, "displayName"),
        ({"displayName": "x" * 101}, "displayName"),
        ({"locale": "english"}, "locale"),
        ({"email": "me@example.org"}, "email"),
        ({"userId": "somebody-else"}, "userId"),
    ],
)
def test_invalid_fields_and_fixed_fields_are_refused(
    profiles: LambdaApi, fields: dict[str, object], faulty: str
) -> None:
    answer = patch(profiles, **fields)
    assert answer.problem() == (400, "bad-request")
    assert answer.faulty_fields() == [faulty]
