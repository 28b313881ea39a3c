"""Invitations as a weapon: what one person can do to an address, and to the requests of others."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from domain.addresses import invitation_store
from domain.addresses.rules import (
    INVITATION_SECONDS,
    MOST_OF_ADDRESS,
    MOST_OF_INVITER,
    UNKNOWN,
    invitation,
    key_of,
)
from enrollment.roster_import import SENTENCES
from tests.unit.emulator_fixture import Tables
from tests.unit.enrollment.test_bulk_enrollment import COURSE, School, outcomes, school
from tests.unit.lambda_api_fixture import ADMINISTRATOR, OWNER
from toolkit.dynamo import to_item

__all__ = ["school"]

VICTIM = "victim@example.org"
OTHERS = ["a@example.org", "b@example.org"]


def stored(tables: Tables) -> set[str]:
    found: set[str] = (tables.get(tables.profiles, key_of(VICTIM)) or {}).get("invitedTo", set())
    return found


def store(tables: Tables, invitations: set[str]) -> None:
    tables.put(tables.profiles, {**key_of(VICTIM), "invitedTo": invitations})


def flood(tables: Tables, *inviters: str) -> None:
    """As many invitations as these people can make."""
    until = round(time.time() + INVITATION_SECONDS)
    numbers = range(MOST_OF_INVITER)
    store(tables, {invitation(f"{who}-{number}", who, until) for who in inviters for number in numbers})


def former(count: int, *, until: float | None = None) -> set[str]:
    """Invitations as a former version stored them: without an inviter."""
    until = round(until or time.time() + INVITATION_SECONDS)
    return {f"{until}#course-of-a-former-version-{number:012}" for number in range(count)}


def test_one_inviter_has_a_limit_and_others_still_get_in(school: School) -> None:
    flood(school.tables, OWNER.user_id)
    rows = [OTHERS[0], VICTIM, OTHERS[1]]
    expected = ["invited", "too_many_invitations", "invited"]
    foreseen = school.post(rows, dryRun="true")
    answer = school.post(rows)
    assert outcomes(foreseen) == outcomes(answer) == expected
    refused = answer.body["items"][1]
    assert refused["outcome"] == "failed"
    assert refused["errorMessage"] == SENTENCES["too_many_invitations"]
    assert outcomes(school.post([VICTIM], ADMINISTRATOR)) == ["invited"]
    assert outcomes(school.post([VICTIM])) == ["already_invited"]


def test_all_inviters_together_cannot_fill_the_item(school: School) -> None:
    flood(school.tables, *(f"inviter-{number}" for number in range(MOST_OF_ADDRESS // MOST_OF_INVITER)))
    assert outcomes(school.post([VICTIM, *OTHERS])) == ["address_full", "invited", "invited"]
    assert len(stored(school.tables)) == MOST_OF_ADDRESS
    # With the longest course ids that there are, the item stays far below DynamoDB's 400 KB.
    assert MOST_OF_ADDRESS * len(f"9999999999#{'x' * 64}#{'0' * 16}") < 10_000


def test_parallel_requests_do_not_pass_the_limit(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitation_store, "SECONDS_PER_BATCH", 60)

    def invite(number: int) -> str | None:
        refused = school.addresses.invite({VICTIM: UNKNOWN}, f"course-{number}", "mallory").refused
        return refused.get(VICTIM)

    with ThreadPoolExecutor(8) as threads:
        refusals = list(threads.map(invite, range(MOST_OF_INVITER + 10)))
    assert len(stored(school.tables)) == MOST_OF_INVITER == refusals.count(None)
    assert set(refusals) == {None, "too_many_invitations"}


def test_what_a_former_version_let_in_harms_only_its_own_row(school: School) -> None:
    """An item that is full to the last byte."""
    store(school.tables, former(8_189))
    assert outcomes(school.post([OTHERS[0], VICTIM, OTHERS[1]])) == ["invited", "address_full", "invited"]
    # Those that fit do not count against anybody.
    store(school.tables, former(1_300))
    assert outcomes(school.post([VICTIM])) == ["invited"]
    assert len(stored(school.tables)) == 1_301
    assert len(school.addresses.find_one(VICTIM).invited_to) == 1_301


def test_a_busy_address_harms_only_its_own_row(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    write = school.tables.client.transact_write_items
    victim = to_item(key_of(VICTIM))

    def conflict(**request: Any) -> Any:
        items = request["TransactItems"]
        busy = [item.get("Update", {}).get("Key") == victim for item in items]
        if not any(busy):
            return write(**request)
        reasons = [{"Code": "TransactionConflict" if each else "None"} for each in busy]
        error: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
        raise ClientError(error, "TransactWriteItems")

    monkeypatch.setattr(school.tables.client, "transact_write_items", conflict)
    monkeypatch.setattr(invitation_store, "SECONDS_PER_BATCH", 0.2)
    emails = [f"p{number}@example.org" for number in range(120)]
    assert outcomes(school.post([VICTIM, *emails])) == ["try_again"] + ["invited"] * 120


def test_an_outage_is_still_an_outage(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    def throttle(**request: Any) -> Any:
        error: Any = {
            "Error": {"Code": "TransactionCanceledException"},
            "CancellationReasons": [{"Code": "ThrottlingError"} for _ in request["TransactItems"]],
        }
        raise ClientError(error, "TransactWriteItems")

    monkeypatch.setattr(school.tables.client, "transact_write_items", throttle)
    assert school.post([VICTIM]).problem() == (503, "unavailable")


def test_expired_invitations_are_dropped_and_do_not_count(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    flood(school.tables, OWNER.user_id)
    later = time.time() + INVITATION_SECONDS + 60
    monkeypatch.setattr("domain.addresses.rules.time.time", lambda: later)
    assert outcomes(school.post([VICTIM])) == ["invited"]
    assert len(stored(school.tables)) == 1
    assert school.addresses.find_one(VICTIM).invited_to == {COURSE}
    # A former version left so many that they do not fit into a request. They stay until the sign-in.
    store(school.tables, former(3, until=1) | former(MOST_OF_ADDRESS + 1, until=later + 60))
    assert outcomes(school.post([VICTIM])) == ["invited"]
    assert len(stored(school.tables)) == MOST_OF_ADDRESS + 5


def test_an_address_that_was_given_up_meanwhile_gets_nothing_back(school: School) -> None:
    """Dropping expired invitations writes the others again, but only if they are still those that were read."""
    store(school.tables, former(1, until=1) | former(1))
    known = school.addresses.find_one(VICTIM)
    school.tables.set(school.tables.profiles, key_of(VICTIM), owner="ada")
    school.addresses.release_others("new@example.org", "ada")
    school.addresses.invite({VICTIM: known}, COURSE, OWNER.user_id)
    assert school.addresses.find_one(VICTIM).invited_to == {COURSE}
