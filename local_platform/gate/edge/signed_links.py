"""CloudFront's check of signed URLs, which the emulator does not do.

A behaviour with key groups serves only addresses that one of their keys signed, with a custom policy. A key is RSA or
P-256, and the hash is SHA-1 where the address does not name SHA-256:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-custom-policy.html
"""

import base64
import binascii
import json
import time
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

Answer = tuple[int, dict[str, str], bytes]
PublicKey = RSAPublicKey | EllipticCurvePublicKey
PARAMETERS = ("Policy", "Signature", "Key-Pair-Id")
HASHES: Mapping[str, hashes.HashAlgorithm] = {"SHA1": hashes.SHA1(), "SHA256": hashes.SHA256()}  # noqa: S303 (CloudFront's own)


def refuse_what_is_not_signed() -> None:
    """Change how the emulator, in this process, serves distributions."""
    from ministack.services import cloudfront  # type: ignore[import-untyped]

    read_behaviour, answer = cloudfront._dataplane_behavior, cloudfront.handle_viewer_request

    def read_key_groups_too(element: Any, *pattern: str) -> dict[str, Any]:
        groups = cloudfront._find(element, "TrustedKeyGroups")
        items = cloudfront._find(groups, "Items") if groups is not None else None
        named = [item.text for item in items] if items is not None else []
        return {**read_behaviour(element, *pattern), "key_groups": named}

    async def answer_or_refuse(
        distribution: dict[str, Any],
        method: str,
        path: str,
        raw_path: str,
        raw_query: str,
        headers: Mapping[str, str],
        *rest: Any,
    ) -> Any:
        parsed = cloudfront.parse_distribution_dataplane_config(distribution)
        matched = cloudfront._match_behavior(parsed, path)
        if matched and matched["key_groups"]:
            keys = _keys(cloudfront, matched["key_groups"])
            addresses = _addresses(distribution["DomainName"], raw_path, headers)
            if not any(is_signed(each, raw_query, keys) for each in addresses):
                return refusal()
        return await answer(distribution, method, path, raw_path, raw_query, headers, *rest)

    cloudfront._dataplane_behavior = read_key_groups_too
    cloudfront.handle_viewer_request = answer_or_refuse


def is_signed(address: str, query: str, keys: Mapping[str, PublicKey]) -> bool:
    """Whether a query is the signature, by one of these keys, of a policy that allows the address now."""
    parameters = parse_qs(query)
    given = {name: values[0] for name, values in parameters.items() if name in PARAMETERS}
    key = keys.get(given.get("Key-Pair-Id", ""))
    algorithm = HASHES.get(parameters.get("Hash-Algorithm", ["SHA1"])[0])
    if key is None or algorithm is None or len(given) < len(PARAMETERS):
        return False
    try:
        policy = _decoded(given["Policy"])
        _verify(key, _decoded(given["Signature"]), policy, algorithm)
        (statement,) = json.loads(policy)["Statement"]
        ends = statement["Condition"]["DateLessThan"]["AWS:EpochTime"]
    except (InvalidSignature, binascii.Error, ValueError, KeyError):
        return False
    resource = statement["Resource"].replace("[", "[[]")
    return time.time() < ends and fnmatchcase(address, resource)


def refusal() -> Answer:
    """CloudFront's answer to a viewer without a valid signature."""
    body = b"<Error><Code>AccessDenied</Code><Message>Access denied</Message></Error>"
    return 403, {"Content-Type": "text/xml"}, body


def _addresses(domain: str, raw_path: str, headers: Mapping[str, str]) -> Iterable[str]:
    """What a policy may call the address of a request: as AWS does, or as this machine reaches it."""
    return f"https://{domain}{raw_path}", f"http://{headers.get('host', domain)}{raw_path}"


def _verify(key: PublicKey, signature: bytes, policy: bytes, algorithm: hashes.HashAlgorithm) -> None:
    """Raise InvalidSignature if the key did not sign the policy. A P-256 signature is in DER."""
    if isinstance(key, RSAPublicKey):
        key.verify(signature, policy, padding.PKCS1v15(), algorithm)
    else:
        key.verify(signature, policy, ECDSA(algorithm))


def _keys(cloudfront: Any, groups: Iterable[str]) -> dict[str, PublicKey]:
    """The public keys of key groups, by id."""
    ids = [key for group in groups for key in cloudfront._key_groups[group]["Config"]["Items"]]
    keys: dict[str, PublicKey] = {}
    for each in ids:
        key = serialization.load_pem_public_key(
            cloudfront._public_keys[each]["Config"]["EncodedKey"].encode()
        )
        if isinstance(key, RSAPublicKey):
            keys[each] = key
        if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
            keys[each] = key
    return keys


def _decoded(text: str) -> bytes:
    """CloudFront's own Base64 for URLs."""
    return base64.b64decode(text.translate(str.maketrans("-_~", "+=/")), validate=True)
