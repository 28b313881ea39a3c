"""Reads and verifies CloudFront signed URLs with a custom policy, as CloudFront does it: P-256 over SHA-256.

The tests check signatures with the public keys that the distribution trusts. The gate of the local platform does the
same (local_platform/gate/edge/signed_links.py).
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-custom-policy.html
"""

import json
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.integration.support.deployed import Deployed
from tests.integration.support.role_probes import credentials_of

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient


@dataclass(frozen=True)
class SignedUrl:
    """The parts of a signed URL. `url` is the part before the question mark."""

    url: str
    query: str
    policy: bytes
    signature: bytes
    key_pair_id: str

    @classmethod
    def parse(cls, signed: str) -> "SignedUrl":
        """Parse a signed URL. Fails if its parameters are not exactly those of a custom policy over SHA-256."""
        url, _, query = signed.partition("?")
        parameters = parse_qs(query, strict_parsing=True)
        assert set(parameters) == {"Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm"}
        assert parameters["Hash-Algorithm"] == ["SHA256"]
        return cls(
            url=url,
            query=query,
            policy=_decoded(parameters["Policy"][0]),
            signature=_decoded(parameters["Signature"][0]),
            key_pair_id=parameters["Key-Pair-Id"][0],
        )

    def with_policy(self, policy: bytes) -> "SignedUrl":
        """The same URL with another policy, as an attacker would make it."""
        return replace(self, policy=policy)

    @property
    def only_statement(self) -> dict[str, Any]:
        """The only statement of the policy. CloudFront accepts exactly one."""
        (statement,) = json.loads(self.policy)["Statement"]
        return dict(statement)

    @property
    def expires(self) -> datetime:
        """The time when the URL expires."""
        return datetime.fromtimestamp(self.only_statement["Condition"]["DateLessThan"]["AWS:EpochTime"], UTC)

    def covers(self, url: str) -> bool:
        """Whether the policy allows this URL. `*` and `?` match as in CloudFront."""
        return fnmatchcase(url, str(self.only_statement["Resource"]).replace("[", "[[]"))

    def verify(self, key: ec.EllipticCurvePublicKey) -> None:
        """Fail if this key did not sign the policy."""
        try:
            key.verify(self.signature, self.policy, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            raise AssertionError("the signature is not one of this key over this policy") from None


def ended(deployed: Deployed, signed: str, seconds: float = 1, slot: str | None = None) -> str:
    """The same link as the content function would have signed it so long ago that it ended some seconds ago. With
    negative seconds, one that will end so soon. Without a slot, with the key that signs now."""
    parsed = SignedUrl.parse(signed)
    statement = parsed.only_statement
    statement["Condition"] = {"DateLessThan": {"AWS:EpochTime": int(time.time() - seconds)}}
    policy = json.dumps({"Statement": [statement]}, separators=(",", ":")).encode()
    credentials, _ = credentials_of(deployed, "content")
    kms: Any = deployed.client("kms", **credentials)
    slot = slot or deployed.settings.content.signing_keys.active
    signature = kms.sign(
        KeyId=_key_arn(deployed, slot), Message=policy, MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256"
    )["Signature"]
    return (
        f"{parsed.url}?Policy={encoded(policy)}&Signature={encoded(signature)}"
        f"&Key-Pair-Id={public_key_id(deployed, slot)}&Hash-Algorithm=SHA256"
    )


def public_key_id(deployed: Deployed, slot: str) -> str:
    """CloudFront's id of the public half of a slot's key, as KMS gives it. Fails if CloudFront does not trust it."""
    kms: Any = deployed.client("kms")
    half = serialization.load_der_public_key(kms.get_public_key(KeyId=_key_arn(deployed, slot))["PublicKey"])
    (found,) = (key_id for key_id, key in published_keys(deployed, "premium/*").items() if key == half)
    return found


def _key_arn(deployed: Deployed, slot: str) -> str:
    alias = f"alias/education-link-key-{slot}-{deployed.outputs['environment_suffix']}"
    kms: Any = deployed.client("kms")
    return str(kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"])


def published_keys(deployed: Deployed, path_pattern: str) -> Mapping[str, ec.EllipticCurvePublicKey]:
    """The public keys, by id, that the distribution trusts for a path pattern. They come from the CloudFront API."""
    cloudfront: CloudFrontClient = deployed.client("cloudfront")
    config = cloudfront.get_distribution_config(Id=deployed.outputs["cloudfront_distribution_id"])
    behaviours = config["DistributionConfig"]["CacheBehaviors"]["Items"]
    (behaviour,) = (behaviour for behaviour in behaviours if behaviour["PathPattern"] == path_pattern)
    assert behaviour["TrustedKeyGroups"]["Enabled"]
    keys: dict[str, ec.EllipticCurvePublicKey] = {}
    for group in behaviour["TrustedKeyGroups"]["Items"]:
        for key_id in cloudfront.get_key_group(Id=group)["KeyGroup"]["KeyGroupConfig"]["Items"]:
            public = cloudfront.get_public_key(Id=key_id)["PublicKey"]["PublicKeyConfig"]["EncodedKey"]
            key = serialization.load_pem_public_key(public.encode())
            assert isinstance(key, ec.EllipticCurvePublicKey)
            assert isinstance(key.curve, ec.SECP256R1)
            keys[key_id] = key
    return keys


def _decoded(text: str) -> bytes:
    """Decode the Base64 variant that CloudFront uses in URLs."""
    return b64decode(text.translate(str.maketrans("-_~", "+=/")), validate=True)


def encoded(data: bytes) -> str:
    """The Base64 variant that CloudFront uses in URLs."""
    return b64encode(data).decode().translate(str.maketrans("+=/", "-_~"))
