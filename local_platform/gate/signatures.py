"""Checks the AWS signature of a request, for every kind of key that the emulator knows.

The emulator checks the keys of IAM users and roles itself, but it takes whatever names a root key for the root user:
the configured key, `test`, and every number of twelve digits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SignedRequest:
    """A request as it arrived. `headers` have names in lower case, `query` has every value of a parameter."""

    method: str
    raw_path: str
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_signed_by_query(self) -> bool:
        """Whether the signature is in the address: a presigned URL."""
        return not self.headers.get("authorization", "").startswith("AWS4-")


def claimed_key(headers: Mapping[str, str], query: Mapping[str, Sequence[str]]) -> str:
    """The access key that the emulator will take the request for, empty if it names none."""
    from ministack.core.router import extract_access_key_id  # type: ignore[import-untyped]

    return str(extract_access_key_id(dict(headers), dict(query)))


def trust_only(root_key: str) -> None:
    """Make the emulator know one root key. A request without a key stays what it is: nobody's."""
    from ministack.core import iam_evaluator  # type: ignore[import-untyped]
    from ministack.services import sts  # type: ignore[import-untyped]

    def is_root(key: str) -> bool:
        return not key or key == root_key

    iam_evaluator.is_root_access_key = is_root
    sts.is_root_access_key = is_root


def is_root_key(key: str) -> bool:
    """Whether the key is the root user's."""
    from ministack.core import iam_evaluator

    return bool(key) and bool(iam_evaluator.is_root_access_key(key))


def problem_of(request: SignedRequest) -> tuple[str, str] | None:
    """AWS's error code and a sentence if the signature of a request does not count, None if it does."""
    from ministack.core import iam_evaluator, sigv4

    if "AWSAccessKeyId" in request.query:
        return _problem_of_version_2(request)
    presigned = request.is_signed_by_query
    signature = (
        sigv4.parse_query_signature(request.query)
        if presigned
        else sigv4.parse_header_signature(request.headers)
    )
    if isinstance(signature, tuple):
        return "IncompleteSignature", "The signature is not complete."
    token = (
        "".join(request.query.get("X-Amz-Security-Token", [])[:1])
        if presigned
        else request.headers.get("x-amz-security-token", "")
    )
    credential = iam_evaluator.resolve_credential(
        signature.access_key_id, _account_of(signature.access_key_id), token
    )
    if isinstance(credential, iam_evaluator.CredentialResolutionError):
        return "InvalidClientTokenId", "The access key is not one of this platform, or its session ended."
    if _is_late(request, signature):
        return "RequestExpired", "The signature has expired, or this machine's clock was changed."
    failure = sigv4.header_signature_failure(
        signature,
        credential.secret_access_key,
        request.method,
        request.raw_path,
        request.query,
        request.headers,
        request.body,
        presigned=presigned,
    )
    return ("SignatureDoesNotMatch", "The signature does not match the request.") if failure else None


def _problem_of_version_2(request: SignedRequest) -> tuple[str, str] | None:
    """The same for an address that boto3 presigns for S3 if it is not told to use version 4."""
    from ministack.core import iam_evaluator

    if not request.is_signed_by_query or "x-amz-target" in request.headers:
        return "SignatureDoesNotMatch", "Only the address of an S3 object can be signed with version 2."
    key = request.query["AWSAccessKeyId"][0]
    checked = iam_evaluator._sigv2_check(
        iam_evaluator.SignedRequest(
            key,
            request.method,
            request.raw_path,
            dict(request.query),
            dict(request.headers),
            sigv2=True,
            auth_path=request.raw_path,
        ),
        _account_of(key),
    )
    return (checked.code, checked.message) if isinstance(checked, iam_evaluator.AuthError) else None


def _account_of(key: str) -> str:
    from ministack.core import iam_evaluator, responses

    found = responses._account_from_sts_session(key) or iam_evaluator.find_iam_access_key_account(key)
    return str(found or responses.get_account_id())


def _is_late(request: SignedRequest, signature: Any) -> bool:
    """Whether the signature is too old, or from the future. A presigned URL says how long it is valid."""
    from ministack.core import sigv4

    expires = "".join(request.query.get("X-Amz-Expires", [])[:1])
    if not (request.is_signed_by_query and expires):
        return sigv4.request_time_failure(signature) is not None
    try:
        return bool(sigv4.presigned_request_is_expired(signature.amz_date, expires))
    except ValueError:
        return True
