"""Who is calling, from the claims that API Gateway's Cognito authorizer has verified.

Only an ID token counts: only it contains the verified e-mail address and the groups that the sign-in trigger allowed.
domain.permissions decides what a caller may do.

A token keeps its groups for up to an hour (a day, if the settings say so) after a role was revoked or the person was
erased. So the groups of the token are not enough for what only staff may do. `Caller.is_instructor` and
`Caller.is_administrator` look up the present roles when a rule asks for them, at most once for each request. A caller
whose token has no such group is never looked up.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Protocol

from toolkit.errors import Unauthenticated

STUDENTS = "students"
INSTRUCTORS = "instructors"
ADMINISTRATORS = "administrators"
GROUPS = (STUDENTS, INSTRUCTORS, ADMINISTRATORS)

_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class PresentRoles(Protocol):
    """Where it is stored which roles of a token still count."""

    def of(self, user_id: str, groups: frozenset[str], issued_at: int) -> frozenset[str]:
        """The groups of a token that its person still has, by the second (since 1970) in which it was issued.

        Raises:
            Unauthenticated: the person is being or has been erased.
        """


@dataclass(frozen=True)
class Caller:
    """A signed-in person. `user_id` is the token's `sub`; a caller in no group is a student.

    `email` is in its canonical form, and empty while the person has not verified it. `groups` are those of the token,
    so they may be out of date: ask `is_instructor` and `is_administrator` what the caller may do. Without
    `present_roles` (in tests of rules) the token decides.
    """

    user_id: str
    email: str
    groups: frozenset[str]
    issued_at: int = 0
    present_roles: PresentRoles | None = field(default=None, repr=False, compare=False)

    @property
    def may_be_staff(self) -> bool:
        """Whether the token says so, which may be out of date. It decides what is read, never what is allowed."""
        return not self.groups.isdisjoint({INSTRUCTORS, ADMINISTRATORS})

    @property
    def is_instructor(self) -> bool:
        """Whether the caller may own courses."""
        return INSTRUCTORS in self.groups and INSTRUCTORS in self._present_groups

    @property
    def is_administrator(self) -> bool:
        """Whether the caller may act on everything."""
        return ADMINISTRATORS in self.groups and ADMINISTRATORS in self._present_groups

    @cached_property
    def _present_groups(self) -> frozenset[str]:
        if self.present_roles is None:
            return self.groups
        return self.present_roles.of(self.user_id, self.groups, self.issued_at)


class NoStaffRoutes:
    """The PresentRoles of a function that has no routes for staff. Asking it is a defect, and no role is granted."""

    def of(self, user_id: str, groups: frozenset[str], issued_at: int) -> frozenset[str]:  # noqa: ARG002
        """Fail, because the function cannot look up anything."""
        raise LookupError("this function has a rule for staff, so its api_handler needs present_roles")


def caller_of(event: Mapping[str, Any], present_roles: PresentRoles) -> Caller:
    """The caller of a Lambda proxy event.

    Raises:
        Unauthenticated: no verified claims, no subject, or the token is not an ID token.
    """
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    claims = authorizer.get("claims") or {}
    user_id = claims.get("sub")
    if not user_id or claims.get("token_use") != "id":
        raise Unauthenticated
    groups = parse_groups(claims.get("cognito:groups"))
    return Caller(
        user_id=user_id,
        email=verified_email(claims),
        groups=groups or frozenset({STUDENTS}),
        issued_at=parse_time(claims.get("iat")),
        present_roles=present_roles,
    )


def verified_email(claims: Mapping[str, Any]) -> str:
    """The e-mail address of a token's claims or of a user's attributes in Cognito, in its canonical form; empty if it
    is not verified.

    Anybody can type another person's address, so an address that is not verified says nothing about the person.
    Attributes and the authorizer's claims are text (`true`); in the token itself the claim is a boolean:
    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
    """
    email, verified = claims.get("email"), claims.get("email_verified")
    if not isinstance(email, str) or (verified is not True and verified != "true"):
        return ""
    return canonical_email(email)


def canonical_email(text: str) -> str:
    """The form in which e-mail addresses are stored and compared, here and nowhere else. The user pool ignores case
    too, but keeps the address as the person first typed it.

    Only ASCII letters are made small: `str.lower` turns the Kelvin sign into `k` and some capitals of other languages
    into two characters, so two people's addresses could become one.
    """
    return text.strip(string.whitespace).translate(_SMALL)


def parse_groups(claim: object) -> frozenset[str]:
    """The groups of a `cognito:groups` claim.

    The authorizer flattens the list: AWS sends `a,b`, other gateways `[a b]` or `[a, b]`, and a
    direct invocation may have a real list. The names of groups contain no space and no comma.
    """
    if isinstance(claim, list):
        return frozenset(str(group) for group in claim)
    if not isinstance(claim, str):
        return frozenset()
    return frozenset(claim.strip("[] ").replace(",", " ").split())


def parse_time(claim: object) -> int:
    """A time in a claim, in seconds since 1970; 0, which is older than everything, if it has no known form.

    A token has seconds. API Gateway's authorizer of REST APIs sends `Thu Nov 26 14:29:21 UTC 2026` instead.
    """
    words = str(claim).split()
    try:
        if len(words) == 1:
            return int(words[0])
        _, month, day, time_of_day, zone, year = words
        if zone not in ("UTC", "GMT"):
            return 0
        hour, minute, second = map(int, time_of_day.split(":"))
        at = datetime(int(year), _MONTHS.index(month) + 1, int(day), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return 0
    return int(at.timestamp())
