"""The routes of the caller's own profile."""

from typing import Any

import pytest

from tests.integration.support.people import People, SharedUsers


def test_a_profile_is_created_on_first_use(people: People) -> None:
    """It has the e-mail address of the account and stays the same until the user changes it."""
    person = people.new()
    profile = person.get("/profile")
    assert (profile["userId"], profile["email"]) == (person.user_id, person.email)
    assert profile["displayName"]
    assert person.get("/profile") == profile


def test_a_profile_is_changed_field_by_field(people: People) -> None:
    """The profiles of other users stay the same."""
    person, other = people.many(2)
    before = other.get("/profile")
    renamed = person.patch("/profile", {"displayName": "Ada  Größe"})
    assert renamed["displayName"] == "Ada  Größe"
    assert person.patch("/profile", {"locale": "de-AT"})["displayName"] == "Ada  Größe"
    assert person.get("/profile")["locale"] == "de-AT"
    assert other.get("/profile") == before


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"displayName": ""}, {"displayName"}),
        ({"displayName": "x" * 101}, {"displayName"}),
        ({"locale": "English"}, {"locale"}),
        ({"email": "other@example.org"}, {"email"}),
        ({"userId": "other"}, {"userId"}),
        ({"displayName": 1, "locale": 2}, {"displayName", "locale"}),
    ],
)
def test_an_invalid_profile_is_refused(users: SharedUsers, body: Any, wrong: set[str]) -> None:
    """The e-mail address and the id come from the account and cannot be changed."""
    assert users.other_student.call("PATCH", "/profile", body, expect=400).wrong_fields in (wrong, {"body"})
