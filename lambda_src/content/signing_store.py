"""Signed CloudFront URLs with a custom policy. KMS signs them: ECDSA with P-256 over SHA-256.

CloudFront takes P-256 keys since September 2025, and SHA-256 since April 2026 where the URL says so in `Hash-Algorithm`
(https://aws.amazon.com/about-aws/whats-new/2026/04/amazon-cloudfront-sha-256-signed-urls/). KMS answers with the DER
form of a signature, which is also what AWS's own signers put into a URL.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-custom-policy.html
"""

import base64
import json
import time
from datetime import UTC, datetime

from domain import content_paths
from toolkit import clients, clock

# How long the links of a file stay the same, as a part of the time that they are valid. So a link is valid for at least
# three quarters of that time, and a client that asks again within a window gets the address that its cache knows.
WINDOWS_PER_VALIDITY = 4
# CloudFront's own replacements in Base64: a URL does not take these three characters as they are.
_FOR_URLS = bytes.maketrans(b"+=/", b"-_~")


class CloudFrontUrlSigner:
    """Signs URLs of premium files: one call of KMS for each lesson and window.

    Two instances of the function give two addresses for the same file, because an ECDSA signature has a random part.
    CloudFront caches both as one, without the query.
    """

    def __init__(self, *, kms_key_arn: str, public_key_id: str, base_url: str, valid_seconds: int) -> None:
        """`public_key_id` is CloudFront's id of the public half of the KMS key."""
        self._kms_key_arn = kms_key_arn
        self._public_key_id = public_key_id
        self._base_url = base_url
        self._valid_seconds = valid_seconds
        self._window_seconds = max(1, valid_seconds // WINDOWS_PER_VALIDITY)
        # The signatures of the present window, by the folder of the lesson. They have nothing about a person.
        self._window = -1
        self._signatures: dict[str, str] = {}

    def sign(self, content_key: str) -> tuple[str, str]:
        """A signed URL of a file, and when it expires (stored text).

        The signature is valid for all files of the same lesson, so that a video and its captions need one.

        Raises:
            BotoCoreError, ClientError, Unavailable: KMS does not answer, or refuses.
        """
        window = int(time.time()) // self._window_seconds
        if window != self._window:
            self._window, self._signatures = window, {}
        expires = window * self._window_seconds + self._valid_seconds
        folder = content_paths.lesson_folder_of(content_key)
        signature = self._signatures.get(folder)
        if signature is None:
            signature = self._signatures[folder] = self._signed(folder, expires)
        return f"{self._base_url}/{content_key}?{signature}", clock.to_text(
            datetime.fromtimestamp(expires, UTC)
        )

    def _signed(self, folder: str, expires: int) -> str:
        condition = {"DateLessThan": {"AWS:EpochTime": expires}}
        statement = {"Resource": f"{self._base_url}/{folder}/*", "Condition": condition}
        policy = json.dumps({"Statement": [statement]}, separators=(",", ":")).encode()
        answer = clients.kms().sign(
            KeyId=self._kms_key_arn, Message=policy, MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256"
        )
        return (
            f"Policy={_encoded(policy)}&Signature={_encoded(answer['Signature'])}"
            f"&Key-Pair-Id={self._public_key_id}&Hash-Algorithm=SHA256"
        )


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).translate(_FOR_URLS).decode()
