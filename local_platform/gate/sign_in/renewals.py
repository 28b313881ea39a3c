"""Mends the renewal of a token at `/oauth2/token`.

The emulator leaves the person's groups out of a renewed token, and says that the person signed in at that moment. On
AWS a renewed token has the groups, and `auth_time` is when the person really signed in:
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
"""

import json
from http import HTTPStatus
from typing import Any


def keep_groups_and_time() -> None:
    """Change how the emulator, in this process, renews and signs tokens."""
    from ministack.services import cognito  # type: ignore[import-untyped]

    answer, sign = cognito._oauth2_token, cognito._signed_jwt
    began: dict[str, int] = {}

    def answer_and_forget(*arguments: Any, **more: Any) -> Any:
        """Tokens that are not in this list are renewed as those of `InitiateAuth`, which keeps the groups."""
        status, headers, body = answer(*arguments, **more)
        if status == HTTPStatus.OK:
            cognito._refresh_tokens.pop(json.loads(body).get("refresh_token"), None)
        return status, headers, body

    def sign_with_time(claims: dict[str, Any], *rest: Any, **more: Any) -> Any:
        session = claims.get("origin_jti")
        if session and "auth_time" in claims:
            claims = {**claims, "auth_time": began.setdefault(session, claims["auth_time"])}
        return sign(claims, *rest, **more)

    cognito._oauth2_token = answer_and_forget
    cognito._signed_jwt = sign_with_time
