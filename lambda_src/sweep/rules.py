"""Finds people whose user in Cognito is gone, and stores an erasure request for each of them.

Cognito lets everybody who is signed in delete their own user (`DeleteUser`), without the platform. Then nobody can sign
in as this person any more, but profile, enrolments and seats are still there. The sweep compares the profiles with the
user pool, part by part, and begins the erasures (domain.people.erasure) that nobody asked the platform for.

It must never erase anybody by mistake:

* Only Cognito's answer that there is no such user counts. Any other error ends the run, and nobody is erased.
* Two different calls must say so, and the profile must be older than YOUNG_SECONDS.
* If more people are gone than leave in such a short time, or if nobody is left at all, then the user pool is more
  likely to be wrong: restored, replaced or emptied by accident. Then nobody is erased until an operator allows it.

An erasure request that nobody has carried out for a long time is shown to the stream again.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from toolkit import clock
from toolkit.caller import ADMINISTRATORS

# A user is in Cognito before the profile is written. So this is only for delays between Cognito's own servers.
YOUNG_SECONDS = 60
# Without an operator, a run erases this many, or this share of the people that it looked at.
FEW = 3
SHARE = 0.01
# The stream carries an erasure request out within seconds. Its function takes five minutes at most.
LATE_SECONDS = 15 * 60
# Cognito allows 120 calls a second of the category UserRead in an account and region, for all its user pools:
# https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html. The sweep takes a fifth at most.
LOOKUPS_A_SECOND = 25


@dataclass(frozen=True)
class Person:
    """A person who has a profile.

    Attributes:
        created_at: when the profile was written; empty if there is only an erasure request.
        requested_at: when the erasure request was stored, or shown to the stream again; None if there is none.
    """

    user_id: str
    created_at: str
    requested_at: str | None


@dataclass(frozen=True)
class Checkpoint:
    """The part of the table at which the next run starts, and the number of parts of this pass.

    It has no key of an item, because that would be the id of a person.
    """

    part: int
    parts: int


@dataclass
class Report:
    """What a run did.

    Attributes:
        present: how many of the people that it looked at have a user in Cognito.
        gone: user ids of the others.
        erased: for how many of them an erasure request was stored.
        reminded: how many erasure requests the stream was shown again.
        refused: whether so many were gone that nobody was erased.
        has_administrator: whether an administrator is left who can sign in.
    """

    present: int = 0
    gone: list[str] = field(default_factory=list)
    erased: int = 0
    reminded: int = 0
    refused: bool = False
    has_administrator: bool = True


class SweepStore(Protocol):
    """What the sweep needs of the profiles."""

    def checkpoint(self) -> Checkpoint:
        """Where the run starts."""

    def keep(self, checkpoint: Checkpoint) -> None:
        """Store where the next run starts."""

    def people(self, checkpoint: Checkpoint) -> Iterator[Person]:
        """The people in one part of the table."""

    def request_erasure(self, user_id: str, request_id: str, now: str) -> bool:
        """Store an erasure request and a tombstone; False if the person has none to erase any more."""

    def remind(self, user_id: str, now: str) -> None:
        """Show the stream an erasure request again."""


class Users(Protocol):
    """What the sweep needs of the user pool."""

    def has(self, user_id: str) -> bool:
        """Whether there is such a user. Any other answer is an error."""

    def lists(self, user_id: str) -> bool:
        """Whether a list of users has such a user."""

    def able_members(self, group: str) -> Iterator[str]:
        """User ids of a group's members who can sign in."""


def run(
    store: SweepStore,
    users: Users,
    request_id: str,
    has_time: Callable[[], bool],
    *,
    allowed: int | None = None,
) -> Report:
    """Look at as many people as there is time for, at most at all, and begin the erasure of those who are gone.

    Args:
        store: the profiles.
        users: the user pool.
        request_id: names this run in the audit trail.
        has_time: whether there is time for another person.
        allowed: how many people an operator lets the run erase.

    Raises:
        ClientError, BotoCoreError, Unavailable: a service failed. Nobody was erased for whom the answer is missing.
    """
    report = Report()
    report.has_administrator = any(True for _ in users.able_members(ADMINISTRATORS))
    start = position = store.checkpoint()
    while position.part < position.parts and has_time():
        if not _look_at(store, users, position, report, has_time):
            break
        position = Checkpoint(position.part + 1, position.parts)
    limit = max(FEW, SHARE * (report.present + len(report.gone))) if allowed is None else allowed
    if len(report.gone) > limit or (report.gone and not report.present and allowed is None):
        report.refused = True
        return report
    for user_id in report.gone:
        if not users.lists(user_id) and store.request_erasure(user_id, request_id, clock.now()):
            report.erased += 1
    store.keep(_next(start, position))
    return report


def _next(start: Checkpoint, end: Checkpoint) -> Checkpoint:
    """Where the next run starts. A part that was too large for a run is divided: the pass starts again with more of
    them."""
    if end == start:
        return Checkpoint(0, 2 * end.parts)
    if end.part < end.parts:
        return end
    return Checkpoint(0, max(1, end.parts // 2) if start.part == 0 else end.parts)


def _look_at(
    store: SweepStore, users: Users, position: Checkpoint, report: Report, has_time: Callable[[], bool]
) -> bool:
    """Look at everybody in one part of the table. Returns False if there was no time for all of them."""
    for person in store.people(position):
        if not has_time():
            return False
        if person.requested_at is not None:
            if _age(person.requested_at) > LATE_SECONDS:
                store.remind(person.user_id, clock.now())
                report.reminded += 1
        elif _age(person.created_at) > YOUNG_SECONDS:
            started = time.monotonic()
            if users.has(person.user_id):
                report.present += 1
            else:
                report.gone.append(person.user_id)
            time.sleep(max(0.0, 1 / LOOKUPS_A_SECOND - (time.monotonic() - started)))
    return True


def _age(moment: str) -> float:
    return time.time() - datetime.fromisoformat(moment).timestamp()
