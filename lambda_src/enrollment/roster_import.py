"""Instructors and administrators add people to a roster by e-mail address; the result says what happened to each row.

A person who has signed in with the address is enrolled by the rules of domain.enrollments.bulk. Other people are
invited, and enrolled at their first sign-in (identity_triggers). A request may be repeated, whether it was finished
or not: it enrols and invites no person a second time.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from domain.enrollments import bulk
from domain.enrollments.bulk import Outcome
from domain.enrollments.model import WAITLISTED
from domain.people.addresses import Address
from enrollment.roster_rows import Row
from toolkit import clock
from toolkit.retries import Retries

FAILED = "failed"
TRY_AGAIN = "try_again"


class AddressStore(Protocol):
    """What is stored about e-mail addresses; see domain.people.addresses."""

    def find(self, emails: Sequence[str]) -> dict[str, Address]:
        """What is stored about these addresses."""

    def invite(self, emails: Sequence[str], course_id: str, retries: Retries, /) -> dict[str, str]:
        """Invite addresses without an owner; the user ids, by e-mail, of people who have signed in meanwhile."""


def enroll_or_invite(
    store: bulk.BulkEnrollmentStore,
    address_store: AddressStore,
    course_id: str,
    rows: Sequence[Row],
    retries: Retries,
    *,
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
    unknown = [email for email in addresses if email not in owners and email not in invited]
    now = clock.now()
    if dry_run:
        outcome = bulk.preview(store, _each_once(owners.values()), course_id, now)
    else:
        owners |= address_store.invite(unknown, course_id, retries)
        outcome = bulk.enroll_all(store, _each_once(owners.values()), course_id, now, retries)
    items = [
        _item(number, row, _outcome_of(row, owners, outcome, invited))
        for number, row in enumerate(rows, start=1)
    ]
    return {"dryRun": dry_run, "items": items, "counts": dict(Counter(item["outcome"] for item in items))}


def _outcome_of(
    row: Row, owners: Mapping[str, str], outcome: Outcome, invited: set[str]
) -> tuple[str, str | None]:
    """What happened to a row, and the error code if nothing did."""
    if row.email is None:
        return FAILED, row.error
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
    item = {"row": number, "email": row.sent, "outcome": name}
    return item if error is None else {**item, "errorCode": error}


def _each_once(user_ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(user_ids))
