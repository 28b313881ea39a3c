"""Reads and verifies CloudFront signed URLs with a custom policy, as CloudFront does it: P-256 over SHA-256.

The CloudFront of the AWS emulator does not check signatures. So the tests check them with the public keys that the
distribution trusts.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-custom-policy.html
"""

import json
from base64 import b64decode
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
