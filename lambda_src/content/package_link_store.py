"""Addresses of packages: a token in the path opens every file of one version of one package.

    <base URL>/p/<expires>.<slot>.<HMAC>/<courseId>/<lessonId>/<version>/

The HMAC (SHA-256, base64url) is over `<expires>/<courseId>/<lessonId>/<version>`. `education/content/package_gate.py`
checks it at the edge, and says what the parity of `expires` means.
"""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime

from botocore.exceptions import ClientError

from content.signing_store import WINDOWS_PER_VALIDITY
from toolkit import clients, clock
from toolkit.errors import Unavailable

VALID_SECONDS = 4 * 3600
_WINDOW_SECONDS = VALID_SECONDS // WINDOWS_PER_VALIDITY
# A new key is made only for the slot that is not in use, so a key that was read may be kept.
_KEPT_SECONDS = 15 * 60
_NO_VALUE = "ResourceNotFoundException"


class PackageAddresses:
    """Makes addresses. The same package has the same address for an hour, so that browsers find what they have."""

    def __init__(self, *, secret_arn: str, slot: str, base_url: str) -> None:
        """`secret_arn` is the secret with the keys of both slots, `slot` the one to use."""
        self._secret_arn = secret_arn
        self._slot = slot
        self._base_url = base_url
        self._key = b""
        self._read_at = 0.0

    def address(
        self, course_id: str, lesson_id: str, version: str, *, shares_origin: bool
    ) -> tuple[str, str]:
        """The address of a package's folder, with its slash, and when it ends (stored text).

        At most one GetSecretValue.

        Args:
            course_id: the course.
            lesson_id: the lesson.
            version: the upload id of the package.
            shares_origin: whether its pages share the origin of the player, as SCORM needs it.

        Raises:
            Unavailable: nobody has filled the slot yet.
            BotoCoreError, ClientError: Secrets Manager does not answer, or refuses.
        """
        window = int(time.time()) // _WINDOW_SECONDS
        expires = window * _WINDOW_SECONDS + VALID_SECONDS - (1 if shares_origin else 2)
        folder = f"{course_id}/{lesson_id}/{version}"
        mac = hmac.new(self._present_key(), f"{expires}/{folder}".encode(), hashlib.sha256).digest()
        token = f"{expires}.{self._slot}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
        ends = clock.to_text(datetime.fromtimestamp(expires, UTC))
        return f"{self._base_url}/p/{token}/{folder}/", ends

    def _present_key(self) -> bytes:
        if not self._key or time.monotonic() - self._read_at > _KEPT_SECONDS:
            self._key = self._read_key()
            self._read_at = time.monotonic()
        return self._key

    def _read_key(self) -> bytes:
        try:
            answer = clients.secrets_manager().get_secret_value(SecretId=self._secret_arn)
        except ClientError as error:
            if error.response["Error"].get("Code") != _NO_VALUE:
                raise
            raise Unavailable("Packages cannot be opened yet. Try again in some minutes.") from error
        slot = json.loads(answer.get("SecretString") or "{}").get(self._slot)
        if slot is None:
            raise Unavailable("Packages cannot be opened yet. Try again in some minutes.")
        return str(slot["key"]).encode()
