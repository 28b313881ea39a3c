"""Inviting e-mail addresses to a course, many at once, in the profiles table.

What is stored, and the limits, are in domain.addresses.rules. Each address is decided on its own: one that cannot be
invited, or that other requests keep writing, does not keep the others from being invited.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from domain.addresses.rules import (
    INVITATION_SECONDS,
    MOST_OF_ADDRESS,
    TOO_MANY_OF_ADDRESS,
    UNKNOWN,
    Address,
    invitation,
    key_of,
)
from toolkit import clients
from toolkit.dynamo import from_item, to_item
from toolkit.reads import in_batches
from toolkit.retries import Retries, RetriesExhausted

# The time in which the addresses of one transaction are tried again. A request has five transactions at most.
SECONDS_PER_BATCH = 2.0

BUSY = "try_again"


@dataclass
class Invited:
    """What became of addresses that were not invited, by address: the owners of those who have signed in meanwhile, and
    why the others were refused."""

    owners: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Invitation:
    """The course to which one person invites addresses, until a time in seconds since 1970."""

    table: str
    course_id: str
    inviter: str
    until: int


def invite(table: str, known: Mapping[str, Address], course_id: str, inviter: str) -> Invited:
    """Invite addresses without an owner: one TransactWriteItems for each 100 addresses, and further ones for addresses
    that other requests write at the same time.

    Args:
        table: the profiles table.
        known: the addresses, as they were read a moment ago.
        course_id: the course.
        inviter: the user id of the person who invites.
    """
    asked = Invitation(table, course_id, inviter, round(time.time()) + INVITATION_SECONDS)
    result = Invited()
    for some in in_batches(list(known)):
        _Batch(asked, {email: known[email] for email in some}, result).run()
    return result


class _Batch:
    """Up to 100 addresses that are invited together.

    Attributes:
        pending: the addresses that are not decided yet, with what is known of each.
        busy: those that other requests were writing. They are invited one by one, after the others, so that the others
            need not wait for them.
    """

    def __init__(self, asked: Invitation, pending: dict[str, Address], result: Invited) -> None:
        self._asked = asked
        self._pending = pending
        self._busy: set[str] = set()
        self._result = result

    def run(self) -> None:
        """Decide about every address."""
        try:
            Retries(SECONDS_PER_BATCH).until_answer(self._attempt)
        except RetriesExhausted:
            self._result.refused.update(dict.fromkeys(self._pending, BUSY))

    def _attempt(self) -> bool | None:
        """True when every address is decided; None after a lost race for a busy one."""
        while True:
            self._leave_out_decided()
            if not self._pending:
                return True
            quiet = [email for email in self._pending if email not in self._busy]
            group = quiet or list(self._pending)[:1]
            reasons = self._write(group)
            if not reasons:
                for email in group:
                    del self._pending[email]
                continue
            for email, reason in zip(group, reasons, strict=True):
                self._note(email, reason)
            if not quiet:
                return None

    def _leave_out_decided(self) -> None:
        for email, address in list(self._pending.items()):
            refusal = address.refusal_of(self._asked.inviter)
            if address.owner is not None:
                self._result.owners[email] = address.owner
            elif self._asked.course_id not in address.invited_to and refusal is None:
                continue
            elif self._asked.course_id not in address.invited_to and refusal is not None:
                self._result.refused[email] = refusal
            del self._pending[email]

    def _note(self, email: str, reason: Mapping[str, Any]) -> None:
        """Draw the conclusion from what DynamoDB says about one address of a cancelled transaction."""
        address = self._pending.pop(email)
        match reason["Code"]:
            case "ValidationError":
                # The item is full: a former version took any number of invitations.
                self._result.refused[email] = TOO_MANY_OF_ADDRESS
                return
            case "ConditionalCheckFailed":
                self._busy.add(email)
                address = Address.from_stored(from_item(reason["Item"])) if reason.get("Item") else UNKNOWN
            case "TransactionConflict":
                self._busy.add(email)
        self._pending[email] = address  # at the end: the next busy address gets its turn

    def _write(self, emails: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Invite all of these addresses or none of them; returns why not, by address, or nothing."""
        writes: Any = [{"Update": self._update(email, self._pending[email])} for email in emails]
        try:
            clients.dynamodb().transact_write_items(TransactItems=writes)
        except ClientError as error:
            reasons: Any = error.response.get("CancellationReasons") or ()
            if not reasons or not _DECIDABLE.issuperset(reason.get("Code", "None") for reason in reasons):
                raise
            return [{"Code": "None", **reason} for reason in reasons]
        return ()

    def _update(self, email: str, address: Address) -> dict[str, Any]:
        new = {invitation(self._asked.course_id, self._asked.inviter, self._asked.until)}
        # Expired invitations are dropped on this occasion, unless a former version left so many that the request would
        # become too long.
        prunes = address.expired and len(address.invitations) <= MOST_OF_ADDRESS
        return {
            "TableName": self._asked.table,
            "Key": to_item(key_of(email)),
            "UpdateExpression": "SET expiresAt = :until, "
            + ("invitedTo = :invited, " if prunes else "")
            + "invitationRevision = :next"
            + ("" if prunes else " ADD invitedTo :invited"),
            "ConditionExpression": "attribute_not_exists(#owner) AND "
            + (
                "invitationRevision = :seen"
                if address.revision
                else "attribute_not_exists(invitationRevision)"
            ),
            "ExpressionAttributeNames": {"#owner": "owner"},
            "ExpressionAttributeValues": to_item(
                {
                    ":until": self._asked.until,
                    ":invited": new | address.invitations if prunes else new,
                    ":next": address.revision + 1,
                    **({":seen": address.revision} if address.revision else {}),
                }
            ),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }


# What DynamoDB may say about an address of a cancelled transaction, so that the others can go on without it.
_DECIDABLE = frozenset({"None", "ConditionalCheckFailed", "TransactionConflict", "ValidationError"})
