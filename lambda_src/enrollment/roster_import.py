"""Instructors and administrators add people to a roster by e-mail address; the result says what happened to each row.

A person who has signed in with the address is enrolled by the rules of domain.enrollments.bulk. Other people are
invited, and enrolled at their first sign-in (identity_triggers). A request may be repeated, whether it was finished
or not: it enrols and invites no person a second time.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from domain.addresses.rules import MOST_OF_INVITER, TOO_MANY_OF_ADDRESS, TOO_MANY_OF_INVITER, Address
from domain.enrollments import bulk
from domain.enrollments.bulk import Outcome
from domain.enrollments.model import WAITLISTED
from enrollment.roster_rows import DUPLICATE_ROW, INVALID_EMAIL, SEVERAL_EMAILS, Row
from toolkit import clock
from toolkit.retries import Retries

FAILED = "failed"
TRY_AGAIN = "try_again"

# What people read about an error code.
SENTENCES = {
    TOO_MANY_OF_INVITER: (
        f"You have invited this address to {MOST_OF_INVITER} courses already. Wait until the person has signed in."
    ),
    TOO_MANY_OF_ADDRESS: "This address has too many open invitations. Wait until the person has signed in.",
    TRY_AGAIN: "Other requests change this address or this person's account at this moment. Try again.",
    INVALID_EMAIL: "This is not an e-mail address that a person can sign in with.",
    SEVERAL_EMAILS: "There is more than one address in one cell.",
    DUPLICATE_ROW: "An earlier row has the same address.",
}


class Invitations(Protocol):
    """What became of addresses that were not invited."""

    owners: dict[str, str]
    """The user ids, by address, of people who have signed in meanwhile."""
    refused: dict[str, str]
    """The codes, by address, of why it cannot be invited."""


class AddressStore(Protocol):
    """What is stored about e-mail addresses; see domain.addresses.rules."""

    def find(self, emails: Sequence[str]) -> dict[str, Address]:
        """What is stored about these addresses."""

    def invite(self, known: Mapping[str, Address], course_id: str, inviter: str, /) -> Invitations:
        """Invite addresses without an owner; what is known of them was read a moment ago."""


def enroll_or_invite(
    store: bulk.BulkEnrollmentStore,
    address_store: AddressStore,
    course_id: str,
    rows: Sequence[Row],
    retries: Retries,
    *,
    inviter: str,
    dry_run: bool,
) -> dict[str, Any]:
    """Enrol or invite the people in the rows; with `dry_run`, only report what would happen.

    Returns:
        The API schema `RosterEnrollResult`.

    Raises:
        Conflict: the course is not published.
        RetriesExhausted: too many requests at once; what was written stays written, and the request may be repeated.
    """
    addresses = address_store.find([row.email for row in rows if row.email is not None])
    owners = {email: address.owner for email, address in addresses.items() if address.owner is not None}
    invited = {email for email, address in addresses.items() if course_id in address.invited_to}
    unknown = {
        email: address for email, address in addresses.items() if email not in owners and email not in invited
    }
    now = clock.now()
    if dry_run:
        refusals = ((email, address.refusal_of(inviter)) for email, address in unknown.items())
        refused = {email: refusal for email, refusal in refusals if refusal is not None}
        outcome = bulk.preview(store, _each_once(owners.values()), course_id, now)
    else:
        invitations = address_store.invite(unknown, course_id, inviter)
        owners |= invitations.owners
        refused = invitations.refused
        outcome = bulk.enroll_all(store, _each_once(owners.values()), course_id, now, retries)
    items = [
        _item(number, row, _outcome_of(row, owners, outcome, invited, refused))
        for number, row in enumerate(rows, start=1)
    ]
    return {"dryRun": dry_run, "items": items, "counts": dict(Counter(item["outcome"] for item in items))}


def _outcome_of(
    row: Row, owners: Mapping[str, str], outcome: Outcome, invited: set[str], refused: Mapping[str, str]
) -> tuple[str, str | None]:
    """What happened to a row, and the error code if nothing did."""
    if row.email is None:
        return FAILED, row.error
    if row.email in refused:
        return FAILED, refused[row.email]
    user_id = owners.get(row.email)
    if user_id is None:
        return ("already_invited" if row.email in invited else "invited"), None
    record = outcome.records.get(user_id)
    if record is None:
        return FAILED, TRY_AGAIN  # the account is being erased; its address is deleted soon
    state = "waitlisted" if record.status == WAITLISTED else "enrolled"
    return (state if user_id in outcome.new else f"already_{state}"), None


def _item(number: int, row: Row, outcome: tuple[str, str | None]) -> dict[str, Any]:
    name, error = outcome
    item: dict[str, Any] = {"row": number, "email": row.sent, "outcome": name}
    if row.line is not None:
        item["line"] = row.line
    if error is not None:
        item["errorCode"] = error
        if error in SENTENCES:
            place = "" if row.line is None else f"Line {row.line}: "
            item["errorMessage"] = place + SENTENCES[error]
    return item


def _each_once(user_ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(user_ids))
