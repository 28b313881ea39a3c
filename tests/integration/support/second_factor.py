"""A second factor for those who need one: codes by time (RFC 6238), as an authenticator app shows them."""

import base64
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

STEP_SECONDS = 30


@dataclass
class Authenticator:
    """An app that holds one secret (base32)."""

    secret: str = field(repr=False)
    _last_step: int = field(default=0, repr=False)

    def code(self) -> str:
        """The code of now; waits until there is another one than last time, since Cognito takes each only once."""
        while (step := int(time.time()) // STEP_SECONDS) == self._last_step:
            time.sleep(0.5)
        self._last_step = step
        key = base64.b32decode(self.secret + "=" * (-len(self.secret) % 8))
        totp = TOTP(key, 6, SHA1(), STEP_SECONDS, enforce_key_length=False)
        return totp.generate(step * STEP_SECONDS).decode()


def set_up(cognito: "CognitoIdentityProviderClient", access_token: str) -> Authenticator:
    """Give whoever holds this access token an authenticator app, and ask for its codes from now on."""
    secret = cognito.associate_software_token(AccessToken=access_token)["SecretCode"]
    authenticator = Authenticator(secret)
    cognito.verify_software_token(AccessToken=access_token, UserCode=authenticator.code())
    cognito.set_user_mfa_preference(
        AccessToken=access_token, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True}
    )
    return authenticator
