"""Mends the emulator's condition key aws:PrincipalArn: in a session of a role it is the role's ARN, not the session's.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
"""

import re
from typing import Any

_SESSION = re.compile(r"arn:([^:]+):sts::(\d+):assumed-role/([^/]+)/")


def name_the_role_of_a_session() -> None:
    """Change how the emulator, in this process, evaluates conditions."""
    from ministack.core import iam_evaluator  # type: ignore[import-untyped]

    resolve = iam_evaluator._resolve_condition_key

    def resolve_with_roles(key: str, context: Any) -> Any:
        value = resolve(key, context)
        session = _SESSION.match(str(value)) if key.lower() == "aws:principalarn" else None
        return _role_arn(*session.groups()) if session else value

    iam_evaluator._resolve_condition_key = resolve_with_roles


def _role_arn(partition: str, account_id: str, name: str) -> str:
    from ministack.services import iam  # type: ignore[import-untyped]

    role = iam._roles.get(name) or {}
    return str(role.get("Arn") or f"arn:{partition}:iam::{account_id}:role/{name}")
