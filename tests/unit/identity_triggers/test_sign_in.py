"""The sign-in trigger: a user owns their verified address from then on, and joins the courses they are invited to."""

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from domain.addresses.invitation_store import Invited
from domain.addresses.rules import UNKNOWN, Address, key_of
from domain.addresses.store import AddressTable
from domain.enrollments.model import ACTIVE, WITHDRAWN
from domain.enrollments.store import EnrollmentTable
from domain.people import tombstones
from education.monitoring.sign_in_alarm import NAMESPACE, NOT_NOTED
from identity_triggers.sign_in import VerifiedUser, note_sign_in
from identity_triggers.store import SignInTable
from tests.unit.domain.test_enrollment_table import COURSE, course_item
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import Context, fresh_handler
from toolkit import clients
from toolkit.retries import Retries

EMAIL = "ada@example.org"


class Door:
    """The trigger, and what is stored after it."""

    def __init__(self, tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tables = tables
        self.addresses = AddressTable(tables.profiles)
        self._handler = fresh_handler(
            monkeypatch,
            "identity_triggers",
            ADMINISTRATORS_NEED_MFA="false",
            SIGN_UP_DOMAINS="*",
            USER_PROFILES_TABLE=tables.profiles,
            COURSES_TABLE=tables.courses,
            COURSE_PROGRESS_TABLE=tables.progress,
            ROSTER_SHARDS="2",
        )

    def sign_in(self, user_id: str = "ada", email: str = EMAIL, verified: str = "true") -> dict[str, Any]:
        event = {
            "userPoolId": "pool-1",
            "userName": user_id,
            "request": {
                "userAttributes": {"sub": user_id, "email": email, "email_verified": verified},
                "groupConfiguration": {"groupsToOverride": ["students"]},
            },
            "response": {"claimsOverrideDetails": None},
        }
        self.tables.calls.clear()
        answer: dict[str, Any] = self._handler(event, Context())
        assert answer["response"] == {"claimsOverrideDetails": None}
        return answer

    def invite(self, *course_ids: str, email: str = EMAIL) -> None:
        for course_id in course_ids:
            assert self.addresses.invite({email: UNKNOWN}, course_id, "teacher") == Invited()

    def status(self, user_id: str = "ada", course_id: str = COURSE) -> str | None:
        item = self.tables.get(self.tables.progress, {"userId": user_id, "courseId": course_id})
        return item["status"] if item else None


@pytest.fixture
def door(dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch) -> Door:
    """One published course, and no users."""
    dynamodb_tables.put_course(course_item())
    return Door(dynamodb_tables, monkeypatch)


def test_an_invitation_is_accepted_at_the_first_sign_in(door: Door) -> None:
    door.tables.put_course(course_item(courseId="course-2"))
    door.invite(COURSE, "course-2")
    door.sign_in(email="Ada@Example.org")
    assert (door.status(), door.status(course_id="course-2")) == (ACTIVE, ACTIVE)
    address = door.addresses.find_one(EMAIL)
    assert (address.owner, address.invited_to) == ("ada", frozenset())
    # From then on, a token costs one read, and a student who withdrew is not enrolled again.
    door.tables.set(
        door.tables.progress, {"userId": "ada", "courseId": COURSE}, status=WITHDRAWN, courseShard=None
    )
    door.sign_in()
    assert dict(door.tables.calls) == {"BatchGetItem": 1}
    assert door.status() == WITHDRAWN


def test_a_user_without_an_invitation_owns_the_address(door: Door) -> None:
    door.sign_in()
    assert door.addresses.invite({EMAIL: UNKNOWN}, COURSE, "teacher").owners == {EMAIL: "ada"}
    assert door.addresses.find_one(EMAIL).invited_to == frozenset()
    profile = door.tables.get(door.tables.profiles, {"userId": "ada"}) or {}
    assert (profile["displayName"], profile["email"]) == ("ada", EMAIL)


@pytest.mark.parametrize("verified", ["false", "", "True "])
def test_an_address_that_is_not_verified_has_no_owner(door: Door, verified: str) -> None:
    door.invite(COURSE)
    door.tables.put(door.tables.profiles, {"userId": "mallory", "displayName": "M", "email": EMAIL})
    door.sign_in("mallory", verified=verified)
    assert dict(door.tables.calls) == {"UpdateItem": 1}
    assert door.status("mallory") is None
    # A former version stored the address, and rosters would show it.
    profile = door.tables.get(door.tables.profiles, {"userId": "mallory"})
    assert profile is not None
    assert profile.pop("namesChangedAt"), "the copies in the person's records follow"
    assert profile == {"userId": "mallory", "displayName": "M"}
    door.sign_in("nobody", verified=verified)
    # The sweep of deleted users finds people by their profiles.
    made = door.tables.get(door.tables.profiles, {"userId": "nobody"})
    assert made is not None
    assert "email" not in made
    door.sign_in("nobody", verified=verified)
    assert door.tables.get(door.tables.profiles, {"userId": "nobody"}) == made
    assert VerifiedUser.of({"sub": "mallory", "email": EMAIL}) is None
    assert VerifiedUser.of({"sub": "mallory", "email_verified": "true"}) is None
    door.sign_in()
    assert door.status() == ACTIVE


def test_invitations_expire(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    door.invite(COURSE)
    later = time.time() + 181 * 24 * 3600
    monkeypatch.setattr("domain.addresses.rules.time.time", lambda: later)
    assert door.addresses.find_one(EMAIL) == UNKNOWN
    assert door.addresses.find([EMAIL]) == {EMAIL: UNKNOWN}
    # DynamoDB removes the item within a few days. Until then, the invitation no longer counts.
    door.sign_in()
    assert door.status() is None
    assert door.addresses.find_one(EMAIL) == Address(owner="ada")


def test_an_invitation_does_not_renew_another(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    door.invite("elsewhere")
    day, start = 24 * 3600, time.time()
    monkeypatch.setattr("domain.addresses.rules.time.time", lambda: start + 179 * day)
    door.invite(COURSE)
    assert door.addresses.find_one(EMAIL).invited_to == {"elsewhere", COURSE}
    monkeypatch.setattr("domain.addresses.rules.time.time", lambda: start + 181 * day)
    assert door.addresses.find_one(EMAIL).invited_to == {COURSE}
    door.sign_in()
    assert door.status() == ACTIVE


def test_a_course_that_is_not_published_waits(door: Door) -> None:
    door.invite(COURSE, "gone")
    door.tables.set_course(COURSE, status="draft")
    door.sign_in()
    assert door.status() is None
    door.tables.set_course(COURSE, status="published")
    door.sign_in()
    assert door.status() == ACTIVE
    assert door.addresses.find_one(EMAIL).invited_to == {"gone"}


def test_a_full_course_puts_the_invited_on_its_waitlist(door: Door) -> None:
    door.tables.set_course(COURSE, capacity=1, seatsTaken=1)
    door.invite(COURSE)
    door.sign_in()
    assert door.status() == "waitlisted"


def test_a_changed_address_replaces_the_old_one(door: Door) -> None:
    door.sign_in()
    door.invite(COURSE, email="countess@example.org")
    door.sign_in(email="countess@example.org")
    assert door.status() == ACTIVE
    assert door.addresses.find_one(EMAIL) == UNKNOWN
    # A user who gets the old address later owns it.
    door.sign_in("bo", EMAIL)
    assert door.addresses.find_one(EMAIL).owner == "bo"
    door.sign_in("ada", "queen@example.org")
    assert door.addresses.find_one(EMAIL).owner == "bo"
    assert door.addresses.find_one("countess@example.org") == UNKNOWN


def test_an_address_is_given_up_whatever_the_profile_says(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A profile gets the address of the token that asks for it, so it does not say which addresses a user owns."""
    door.sign_in()
    with monkeypatch.context() as outage:
        outage.setattr(AddressTable, "release_others", lambda *_: 1 / 0)
        door.sign_in(email="countess@example.org")
    door.tables.set(door.tables.profiles, {"userId": "ada"}, email="countess@example.org")
    assert door.addresses.find_one(EMAIL).owner == "ada"
    door.sign_in(email="countess@example.org")
    assert door.addresses.find_one(EMAIL) == UNKNOWN
    assert door.addresses.find_one("countess@example.org").owner == "ada"


def test_forgetting_an_address(door: Door) -> None:
    door.sign_in()
    door.addresses.forget([EMAIL], "bo")
    assert door.addresses.find_one(EMAIL).owner == "ada"
    door.addresses.forget([], "ada")
    assert door.addresses.find_one(EMAIL) == UNKNOWN
    door.invite(COURSE)
    door.addresses.forget([EMAIL], "ada")
    assert door.addresses.find_one(EMAIL) == UNKNOWN
    door.addresses.remove_invitations(EMAIL, {f"0#{COURSE}"}, Retries())
    assert door.addresses.find_one(EMAIL) == UNKNOWN


def test_no_address_is_stored_in_clear(door: Door) -> None:
    door.invite(COURSE, email="new@example.org")
    door.sign_in()
    items = door.tables.client.scan(TableName=door.tables.profiles)["Items"]
    addresses = [item for item in items if item["userId"]["S"].startswith("address#")]
    assert len(addresses) == 2
    assert "example" not in str(addresses)


def test_an_erased_user_does_not_come_back(door: Door) -> None:
    door.invite(COURSE)
    door.tables.put(door.tables.profiles, tombstones.key_of("ada"))
    door.sign_in()
    assert door.status() is None
    assert door.addresses.find_one(EMAIL).owner is None


@pytest.mark.parametrize(
    "failure",
    [
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
        ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "PutItem"),
    ],
)
def test_the_next_token_finishes_what_was_interrupted(
    door: Door, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    door.tables.put_course(course_item(courseId="course-2"))
    door.invite(COURSE, "course-2")
    commit = EnrollmentTable.commit

    def fail(store: EnrollmentTable, change: Any) -> Any:
        if change.course_id == COURSE:
            return commit(store, change)
        raise failure

    monkeypatch.setattr(EnrollmentTable, "commit", fail)
    door.sign_in()
    assert door.status() == ACTIVE
    assert door.addresses.find_one(EMAIL).invited_to == {"course-2"}
    monkeypatch.setattr(EnrollmentTable, "commit", commit)
    door.sign_in()
    assert door.status(course_id="course-2") == ACTIVE
    assert door.addresses.find_one(EMAIL).invited_to == frozenset()


@pytest.mark.parametrize(
    ("code", "level"), [("ThrottlingException", "WARNING"), ("AccessDeniedException", "ERROR")]
)
def test_neither_an_outage_nor_a_defect_prevents_a_sign_in(
    door: Door, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: str, level: str
) -> None:
    class Broken:
        def batch_get_item(self, **_: Any) -> Any:
            raise ClientError({"Error": {"Code": code, "Message": ""}}, "BatchGetItem")

    monkeypatch.setattr(clients, "dynamodb", Broken)
    door.sign_in()
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["level"], line["message"]) == (level, "sign-in not noted")
    # A defect raises the alarm. An outage has alarms of its own.
    assert line.get(NOT_NOTED) == (1 if level == "ERROR" else None)
    if level == "ERROR":
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == NAMESPACE
        assert directive["Metrics"] == [{"Name": NOT_NOTED, "Unit": "Count"}]
        assert set(directive["Dimensions"][0]) <= set(line)


def test_a_damaged_item_does_not_prevent_a_sign_in(door: Door, capsys: pytest.CaptureFixture[str]) -> None:
    door.tables.put(door.tables.profiles, {**key_of(EMAIL), "owner": "ada", "invitedTo": 7})
    door.sign_in()
    assert "sign-in not noted" in capsys.readouterr().out


def test_how_many_calls_a_first_sign_in_costs(door: Door) -> None:
    door.invite(COURSE)
    enrollments = EnrollmentTable(
        courses_table=door.tables.courses,
        progress_table=door.tables.progress,
        profiles_table=door.tables.profiles,
        shards=2,
    )
    door.tables.calls.clear()
    table = SignInTable(door.tables.profiles)
    assert note_sign_in(VerifiedUser("ada", EMAIL), table, enrollments, Retries()) == 1
    assert dict(door.tables.calls) == {
        "BatchGetItem": 2,  # the profile with the address, the course with the record
        "GetItem": 1,  # the address once it is theirs
        "TransactWriteItems": 2,  # the address with the profile, the seat
        "UpdateItem": 1,
    }
