"""Mends the emulator's Cognito: a sign-out by the trigger of a token spares the session that this token begins.

AdminUserGlobalSignOut ends the sessions whose tokens were issued, and a session that is just beginning has none yet:
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminUserGlobalSignOut.html
The emulator lists a session among the user's before it calls the trigger. Here it is listed afterwards.
"""

from typing import Any
from uuid import uuid4

_SESSIONS = "_origin_jtis"


def spare_the_session_that_begins() -> None:
    """Change how the emulator, in this process, makes tokens."""
    from ministack.services import cognito  # type: ignore[import-untyped]

    make_tokens = cognito._build_auth_result

    def make_tokens_then_list(
        pool_id: str, client_id: str, user: dict[str, Any], *rest: Any, origin_jti: str = "", **more: Any
    ) -> Any:
        session = origin_jti or str(uuid4())
        result = make_tokens(pool_id, client_id, user, *rest, origin_jti=session, **more)
        if not origin_jti:
            user.setdefault(_SESSIONS, []).append(session)
        return result

    cognito._build_auth_result = make_tokens_then_list
