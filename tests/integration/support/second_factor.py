"""A second factor for test users: time-based codes (RFC 6238), like those of an authenticator app."""

import base64
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from tests.integration.support.deployed import Deployed

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

STEP_SECONDS = 30


@dataclass
class Authenticator:
    """An authenticator app with one secret, in base32.

    `takes_codes_again` is for the AWS emulator, which accepts a code more than once.
    """

    secret: str = field(repr=False)
    takes_codes_again: bool = False
    _last_step: int = field(default=0, repr=False)

    def code(self) -> str:
        """Return the current code. It waits for a new code on AWS, where Cognito accepts each code only once."""
        while (step := int(time.time()) // STEP_SECONDS) == self._last_step and not self.takes_codes_again:
            time.sleep(0.5)
        self._last_step = step
        key = base64.b32decode(self.secret + "=" * (-len(self.secret) % 8))
        totp = TOTP(key, 6, SHA1(), STEP_SECONDS, enforce_key_length=False)
        return totp.generate(step * STEP_SECONDS).decode()


def set_up(deployed: Deployed, access_token: str) -> Authenticator:
    """Set up an authenticator app for the user of this access token. Later sign-ins need its codes."""
    cognito: CognitoIdentityProviderClient = deployed.client("cognito-idp")
    secret = cognito.associate_software_token(AccessToken=access_token)["SecretCode"]
    authenticator = Authenticator(secret, takes_codes_again=deployed.is_local)
    cognito.verify_software_token(AccessToken=access_token, UserCode=authenticator.code())
    cognito.set_user_mfa_preference(
        AccessToken=access_token, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True}
    )
    return authenticator
