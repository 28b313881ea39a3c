"""A role counts as long as the person has it, not as long as the token says so."""

import re
import time
from datetime import UTC, datetime

import pytest

from domain.people import revocation_store, revocations, tombstones
from domain.people.revocation_store import RevocationTable
from tests.unit.catalogue_fixture import Catalogue
from tests.unit.lambda_api_fixture import ADMINISTRATOR, OWNER, STUDENT, Answer, LambdaApis, Person
from toolkit.caller import ADMINISTRATORS, INSTRUCTORS, Caller, parse_time
from toolkit.errors import Unavailable

NOW = int(time.time())


def get_draft(catalogue: Catalogue, course_id: str, caller: Person, issued_at: object) -> Answer:
    claims = {
        "sub": caller.user_id,
        "token_use": "id",
        "cognito:groups": ",".join(caller.groups),
        "iat": issued_at,
    }
    context = {"requestId": "request-1", "authorizer": {"claims": claims}}
    return catalogue.api.call(
        "GET", "/courses/{courseId}", {"courseId": course_id}, caller=caller, requestContext=context
    )


@pytest.mark.parametrize(("person", "group"), [(OWNER, INSTRUCTORS), (ADMINISTRATOR, ADMINISTRATORS)])
def test_a_revoked_role_does_not_count_in_earlier_tokens(
    catalogue: Catalogue, person: Person, group: str
) -> None:
    draft = catalogue.new("draft")
    table = RevocationTable(catalogue.tables.profiles)
    assert get_draft(catalogue, draft, person, str(NOW)).status == 200
    table.note_revoked(person.user_id, group)
    for issued_at in (str(NOW), str(NOW + 60), "never", None):
        assert get_draft(catalogue, draft, person, issued_at).problem() == (404, "not-found")
    # A role that the person gets again counts at once in new tokens, and not in those from before.
    table.note_granted(person.user_id, group)
    assert get_draft(catalogue, draft, person, str(NOW - 60)).status == 404
    assert get_draft(catalogue, draft, person, str(int(time.time()))).status == 200


def test_another_role_of_the_person_still_counts(catalogue: Catalogue) -> None:
    draft = catalogue.new("draft")
    person = Person(OWNER.user_id, (INSTRUCTORS, ADMINISTRATORS))
    RevocationTable(catalogue.tables.profiles).note_revoked(person.user_id, ADMINISTRATORS)
    assert get_draft(catalogue, draft, person, str(NOW)).status == 200
    assert get_draft(catalogue, draft, Person("other", person.groups), str(NOW)).status == 200


def test_what_was_revoked_is_forgotten_when_no_token_can_have_it(catalogue: Catalogue) -> None:
    table = RevocationTable(catalogue.tables.profiles)
    table.note_granted("ada", INSTRUCTORS)
    key = revocations.key_of("ada")
    assert catalogue.tables.get(catalogue.tables.profiles, key) is None
    table.note_revoked("ada", INSTRUCTORS)
    stored = catalogue.tables.get(catalogue.tables.profiles, key) or {}
    assert stored["expiresAt"] - stored["instructorsOnlyAfter"] >= 25 * 3600
    assert not re.search(r"\bada\b", str(stored))


def test_an_erased_person_has_no_role(catalogue: Catalogue) -> None:
    draft = catalogue.new("draft")
    catalogue.tables.put(catalogue.tables.profiles, tombstones.key_of(ADMINISTRATOR.user_id))
    answer = get_draft(catalogue, draft, ADMINISTRATOR, str(NOW + 60))
    assert answer.problem() == (401, "unauthenticated")


def test_roles_are_read_once_and_only_for_staff(catalogue: Catalogue) -> None:
    course_id = catalogue.new("published")
    draft = catalogue.new("draft")
    for caller, calls in ((STUDENT, {"GetItem": 1}), (OWNER, {"BatchGetItem": 2})):
        catalogue.tables.calls.clear()
        catalogue.api.call("GET", "/courses/{courseId}", {"courseId": course_id}, caller=caller)
        assert dict(catalogue.tables.calls) == calls
    catalogue.tables.calls.clear()
    assert get_draft(catalogue, draft, STUDENT, "").status == 404
    assert dict(catalogue.tables.calls) == {"GetItem": 1}


def test_a_function_that_cannot_look_up_roles_grants_none(
    lambda_api: LambdaApis, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {"COURSES_TABLE": "none", "USER_PROFILES_TABLE": "none", "AUDIT_TABLE": "none"}
    monkeypatch.setattr(revocation_store, "RevocationTable", lambda _: None)
    api = lambda_api("catalog", **names)
    answer = api.call("POST", "/courses", caller=ADMINISTRATOR, body={"title": "New"})
    assert answer.problem() == (500, "internal-error")


def test_roles_that_cannot_be_read_do_not_count() -> None:
    class Failing:
        def of(self, *_: object, **__: object) -> frozenset[str]:
            raise Unavailable

    caller = Caller("ada", "", frozenset({INSTRUCTORS}), 1, Failing())
    assert not caller.is_administrator, "the token does not say so, so nothing is looked up"
    with pytest.raises(Unavailable):
        _ = caller.is_instructor


@pytest.mark.parametrize(
    ("claim", "seconds"),
    [
        ("1795703361", 1795703361),
        (1795703361, 1795703361),
        ("Thu Nov 26 14:29:21 UTC 2026", int(datetime(2026, 11, 26, 14, 29, 21, tzinfo=UTC).timestamp())),
        ("Thu Nov  6 04:09:01 UTC 2026", int(datetime(2026, 11, 6, 4, 9, 1, tzinfo=UTC).timestamp())),
        ("Thu Nov 26 14:29:21 CET 2026", 0),
        ("Thu Nob 26 14:29:21 UTC 2026", 0),
        ("Thu Nov 26 14:29 UTC 2026", 0),
        ("", 0),
        (None, 0),
        ({}, 0),
    ],
)
def test_the_time_of_a_token_is_read_in_each_form_of_the_authorizer(claim: object, seconds: int) -> None:
    assert parse_time(claim) == seconds
