"""Who is calling, from the claims that API Gateway's Cognito authorizer has verified.

Only an ID token counts: only it contains the verified e-mail address and the groups that the sign-in trigger allowed.
domain.permissions decides what a caller may do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toolkit.errors import Unauthenticated

STUDENTS = "students"
INSTRUCTORS = "instructors"
ADMINISTRATORS = "administrators"
GROUPS = (STUDENTS, INSTRUCTORS, ADMINISTRATORS)


@dataclass(frozen=True)
class Caller:
    """A signed-in person. `user_id` is the token's `sub`; a caller in no group is a student.

    `email` is in its canonical form.
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
        email=canonical_email(claims.get("email", "")),
        groups=groups or frozenset({STUDENTS}),
    )


def canonical_email(text: str) -> str:
    """The form in which e-mail addresses are stored and compared. The user pool ignores case too, but keeps
    the address as the person first typed it."""
    return text.strip().lower()


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
