"""Signed CloudFront URLs with a custom policy, and the private keys that sign them.

The active key is read from Secrets Manager and used for five minutes. So most signatures need no call to AWS, and
a switch of the active slot takes effect without a deployment. If the secret cannot be read, the last key is used for
another hour. Signatures are RSA over SHA-1, because CloudFront checks these for RSA keys:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-custom-policy.html
"""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import rsa
from botocore.exceptions import BotoCoreError, ClientError
from botocore.signers import CloudFrontSigner

from domain import content_paths
from toolkit import clients, clock, log
from toolkit.errors import Unavailable

KEPT_SECONDS = 300.0
# How long a key is used after its five minutes if the secret cannot be read, and how soon that is tried again.
STALE_SECONDS = 3600.0
RETRY_SECONDS = 30.0
# A signed URL is reused for several answers while most of its time is left. It contains nothing about a person, and
# an RSA signature takes by far the most processor time in this function.
_REUSED_SECONDS = 60.0
_MOST_REUSED = 512
# The bytes before the digest (RFC 8017, section 9.2, note 1).
_SHA1_INFO = bytes.fromhex("3021300906052b0e03021a05000414")


@dataclass(frozen=True)
class SigningKey:
    """The private key that signs now, and CloudFront's id of its public half."""

    key_id: str
    private_key: rsa.PrivateKey


class SigningKeys:
    """The active key of a secret `{"active": slot, "keys": {slot: {"privateKey": PEM}}}`."""

    def __init__(self, secret_id: str, key_ids: Mapping[str, str]) -> None:
        self._secret_id = secret_id
        self._key_ids = key_ids
        self._kept: SigningKey | None = None
        self._kept_until = 0.0
        self._stale_until = 0.0

    def active(self) -> SigningKey:
        """The key to sign with, at most KEPT_SECONDS old; older only if the secret cannot be read.

        Raises:
            Unavailable, BotoCoreError, ClientError: it cannot be read, and the last key is too old or there is none.
        """
        now = time.monotonic()
        if self._kept is None or now >= self._kept_until:
            try:
                self._kept = self._read()
            except (BotoCoreError, ClientError, Unavailable, KeyError, TypeError, ValueError) as error:
                # A secret may also be damaged, or name a slot that this function's settings do not have yet.
                if self._kept is None or now >= self._stale_until:
                    raise
                log.write("WARNING", "signing key not renewed", where=log.where(error))
                self._kept_until = now + RETRY_SECONDS
            else:
                self._kept_until = now + KEPT_SECONDS
                self._stale_until = self._kept_until + STALE_SECONDS
        return self._kept

    def _read(self) -> SigningKey:
        answer = clients.secrets_manager().get_secret_value(SecretId=self._secret_id)
        secret = json.loads(answer["SecretString"])
        slot = secret["active"]
        return SigningKey(self._key_ids[slot], _private_key(secret["keys"][slot]["privateKey"]))


class CloudFrontUrlSigner:
    """Signs URLs of premium files."""

    def __init__(self, keys: SigningKeys, *, base_url: str, valid_seconds: int) -> None:
        self._keys = keys
        self._base_url = base_url
        self._valid_seconds = valid_seconds
        self._reused: dict[tuple[str, str], tuple[float, str, str]] = {}

    def sign(self, content_key: str) -> tuple[str, str]:
        """A signed URL of a file, and when it expires. It is valid for all files of the same upload.

        The policy names the upload's folder, which has no files of another lesson.
        """
        key = self._keys.active()
        now = time.monotonic()
        reused = self._reused.get((key.key_id, content_key))
        if reused and reused[0] > now:
            return reused[1], reused[2]
        # CloudFront counts in whole seconds.
        expires = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=self._valid_seconds)
        signer = CloudFrontSigner(key.key_id, lambda message: _signature(message, key.private_key))
        folder = f"{self._base_url}/{content_paths.folder_of(content_key)}/*"
        policy = signer.build_policy(folder, expires)
        url = signer.generate_presigned_url(f"{self._base_url}/{content_key}", policy=policy)
        expires_at = clock.to_text(expires)
        if len(self._reused) >= _MOST_REUSED:
            self._reused.clear()
        reused_until = now + min(_REUSED_SECONDS, self._valid_seconds / 10)
        self._reused[(key.key_id, content_key)] = (reused_until, url, expires_at)
        return url, expires_at


def _signature(message: bytes, key: rsa.PrivateKey) -> bytes:
    """RSASSA-PKCS1-v1_5 over SHA-1 (RFC 8017, section 8.2.1).

    `rsa.sign` does not use the key's prime factors and takes over three times as long. The library's decryption uses
    them (and blinds), and in RSA decryption and signature are the same operation. A wrong result could reveal the
    key, so the result is checked.
    """
    size = (key.n.bit_length() + 7) // 8
    digest = _SHA1_INFO + hashlib.sha1(message).digest()  # noqa: S324 (what CloudFront verifies)
    encoded = int.from_bytes(b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest)
    signed = key.blinded_decrypt(encoded)
    if pow(signed, key.e, key.n) != encoded:
        raise ArithmeticError("the signature does not fit its key")
    return signed.to_bytes(size)


def _private_key(pem: str) -> rsa.PrivateKey:
    return rsa.PrivateKey.load_pkcs1(pem.encode())
