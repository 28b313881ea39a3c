"""The groups that a token may contain: the rule of the administrators' second factor.

A stolen password alone must not be enough to grant roles. If the settings demand it, a token contains the group of
administrators only if the person has a second factor, and the session began with it. Others can still sign in, because
they need a token to set one up.

The event of the trigger names neither the factor nor the session. So the first time that an administrator is seen with
a factor, all of their sessions are ended: each of them may have begun with the password alone. A renewed token then
belongs to a session in which Cognito has asked for the factor. domain.people.second_factors says what is stored.

Cognito's sign-in page remembers a browser for an hour, and the end of all sessions does not end that. So a session that
begins there within this time may have begun without the factor: neither it nor its renewals have the group. When the
time is over, all sessions are ended once more, and who signs in on the page from then on was asked for the factor.

Cognito may call the trigger for a renewal that it accepted a moment before all sessions were ended. So after each such
end, renewed tokens have the group only some seconds later.

Two gaps remain. Cognito decides whether to ask for a factor a moment before it calls the trigger; somebody who signs
in with a password in exactly that moment, while the first factor is being set up, gets one token with the group. And
an operator can put a person without a factor into the group: docs/operations.md says why not to.
"""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from domain.people.second_factors import FactorRecord
from toolkit.caller import ADMINISTRATORS

# https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
SIGNED_IN = "TokenGeneration_Authentication"
SIGNED_IN_ON_A_PAGE = "TokenGeneration_HostedAuth"
# For an hour after it has asked a person, the sign-in page gives the same browser codes without asking anything:
# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ClientSSOSessionConfigType.html
# Each code can be exchanged for tokens for five minutes.
PAGE_SECONDS = 3600 + 300


class SecondFactors(Protocol):
    """What the rule needs to know of one person, and does with their sessions."""

    def is_set_up(self) -> bool | None:
        """Whether the person has a second factor now; None if Cognito does not say."""

    def record(self) -> FactorRecord | None:
        """What is known about it from before; None if it cannot be read now."""

    def note_lost(self) -> None:
        """Note that the person has none now. An error means that it is not noted."""

    def begin_anew(self) -> bool:
        """End all sessions, then note that the person has a factor from now on. Returns whether both is done."""

    def begin_renewals(self, known_since: int) -> bool:
        """End all sessions, then note that those from now on began with the factor that is known since then. Returns
        whether both is done."""


def groups_for_token(
    groups: Sequence[str], source: str, *, need_second_factor: bool, factors: Callable[[], SecondFactors]
) -> list[str]:
    """The groups that a token may contain; looks at the second factor of administrators only.

    Args:
        groups: the groups that the person has.
        source: why the token is made; the event's `triggerSource`.
        need_second_factor: whether the settings demand one of administrators.
        factors: gives the person's second factors.
    """
    if need_second_factor and ADMINISTRATORS in groups and not _is_proven(source, factors()):
        return [group for group in groups if group != ADMINISTRATORS]
    return list(groups)


def _is_proven(source: str, factors: SecondFactors) -> bool:
    """Whether the session of this token began with the person's second factor."""
    has_factor = factors.is_set_up()
    if has_factor is None:
        return False
    if not has_factor:
        # If this cannot be noted there is no token: the session of this one would go on after a factor was added.
        factors.note_lost()
        return False
    record = factors.record()
    if record is None or record.is_lost:
        return False
    if record.known_since is None:
        return factors.begin_anew() and source == SIGNED_IN
    if source == SIGNED_IN:
        return True
    if time.time() < record.known_since + PAGE_SECONDS:
        return False
    if record.renewals_since is None:
        return factors.begin_renewals(record.known_since) and source == SIGNED_IN_ON_A_PAGE
    return source == SIGNED_IN_ON_A_PAGE or time.time() >= record.renewals_since
