"""Mends the emulator's sign-up: a user pool that only takes invited people refuses everybody else.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminCreateUserConfigType.html
"""

from typing import Any


def refuse_sign_up_by_oneself() -> None:
    """Change SignUp of the emulator in this process."""
    from ministack.core.responses import error_response_json  # type: ignore[import-untyped]
    from ministack.services import cognito  # type: ignore[import-untyped]

    sign_up = cognito._sign_up

    def sign_up_if_allowed(data: dict[str, Any]) -> Any:
        pool, _ = cognito._pool_for_client(data.get("ClientId"))
        if pool and (pool.get("AdminCreateUserConfig") or {}).get("AllowAdminCreateUserOnly"):
            return error_response_json(
                "NotAuthorizedException", "SignUp is not permitted for this user pool", 400
            )
        return sign_up(data)

    cognito._sign_up = sign_up_if_allowed
