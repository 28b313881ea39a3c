"""Mends the emulator's confirmation of a sign-up: the address to which the code went is verified then.

https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html
"""

from typing import Any


def verify_the_address_of_a_confirmed_person() -> None:
    """Change ConfirmSignUp of the emulator in this process."""
    from ministack.services import cognito  # type: ignore[import-untyped]

    confirm = cognito._confirm_sign_up

    def confirm_and_verify(data: dict[str, Any]) -> Any:
        answer = confirm(data)
        pool, _ = cognito._pool_for_client(data.get("ClientId"))
        user = cognito._resolve_user(pool, data.get("Username"))[0] if pool else None
        verified = (pool or {}).get("AutoVerifiedAttributes") or ()
        if user and user["UserStatus"] == "CONFIRMED" and "email" in verified:
            user["Attributes"] = cognito._merge_attributes(
                user["Attributes"], [{"Name": "email_verified", "Value": "true"}]
            )
        return answer

    cognito._confirm_sign_up = confirm_and_verify
