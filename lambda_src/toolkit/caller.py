"""Who is calling, from the claims that API Gateway's Cognito authorizer has verified.

Only an ID token counts: only it contains the verified e-mail address and the groups that the sign-in trigger allowed.
domain.permissions decides what a caller may do.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toolkit.errors import Unauthenticated

STUDENTS = "students"
INSTRUCTORS = "instructors"
ADMINISTRATORS = "administrators"
GROUPS = (STUDENTS, INSTRUCTORS, ADMINISTRATORS)

_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


@dataclass(frozen=True)
class Caller:
    """A signed-in person. `user_id` is the token's `sub`; a caller in no group is a student.

    `email` is in its canonical form, and empty while the person has not verified it.
    """

    user_id: str
    email: str
    groups: frozenset[str]

    @property
    def is_instructor(self) -> bool:
        """Whether the caller may own courses."""
        return INSTRUCTORS in self.groups

    @property
    def is_administrator(self) -> bool:
        """Whether the caller may act on everything."""
        return ADMINISTRATORS in self.groups


def caller_of(event: Mapping[str, Any]) -> Caller:
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
