"""Which requests need no AWS signature, because AWS asks for none either.

These are what the users of a deployed platform send: requests to the API and to the content distribution, Cognito's
public operations and pages, forms that S3 checks itself, and a browser's question whether it may ask (CORS).
Everything else is an AWS call.
"""

import re
from collections.abc import Mapping

from local_platform.gate import own_domains

HEALTH = "/_ministack/health"
API = re.compile(r"/_aws/execute-api/[a-z0-9]+/[A-Za-z0-9_-]+(/|$)")
DISTRIBUTION = re.compile(r"[a-z0-9]+\.cloudfront\.localhost(:\d+)?")
# Cognito's pages and the keys that it publishes, by method.
COGNITO_PAGES = {
    "GET": re.compile(
        r"/(oauth2/(authorize|userInfo|userinfo)|login|logout|userinfo|signup|forgotPassword"
        r"|[a-z0-9-]+_[A-Za-z0-9]+/\.well-known/(jwks\.json|openid-configuration))$"
    ),
    "POST": re.compile(
        r"/(oauth2/(token|login|revoke|userInfo|userinfo)|login|userinfo"
        r"|signup|confirmUser|forgotPassword|confirmForgotPassword)$"
    ),
}
BUCKET = re.compile(r"/([a-z0-9][a-z0-9.-]{2,62})/?$")
# Paths that the emulator answers by itself whatever the host is, before it looks for a distribution.
OF_THE_EMULATOR = re.compile(r"/(_|v\d{8}/|iceberg|v2/|WriteGetObjectResponse)")
COGNITO = "AWSCognitoIdentityProviderService."


def is_public(method: str, path: str, query: Mapping[str, object], headers: Mapping[str, str]) -> bool:
    """Whether a request without a signature is passed on. `headers` have names in lower case.

    The emulator also finds an operation by `Action` in the query. Where a request is not for the API or for a
    distribution, which have a query of their own, such a request is an AWS call.
    """
    target = headers.get("x-amz-target", "")
    if method == "OPTIONS" or path == HEALTH:
        return True
    if path == "/" and method == "POST" and target.startswith(COGNITO):
        return target.removeprefix(COGNITO) in _unsigned_operations()
    if target:
        return False  # the name of an AWS operation has no business in the requests below
    if API.match(path):
        return True
    if OF_THE_EMULATOR.match(path):
        return False
    host = headers.get("host", "").lower()
    if DISTRIBUTION.fullmatch(host):
        return _is_of_a_distribution(host)
    if own_domains.label_of(host) is not None:
        return True
    if {"action", "version"} & {name.lower() for name in query}:
        return False
    if method in COGNITO_PAGES and COGNITO_PAGES[method].match(path):
        return True
    # S3 checks the policy and the signature in the form.
    is_form = headers.get("content-type", "").lower().startswith("multipart/form-data")
    bucket = BUCKET.match(path)
    return method == "POST" and is_form and not query and bucket is not None and _is_bucket(bucket[1])


def is_preflight(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a browser asks whether a page may send a request. It never signs that, and sends nothing with it."""
    return (
        method == "OPTIONS" and "access-control-request-method" in headers and "authorization" not in headers
    )


def _is_bucket(name: str) -> bool:
    from ministack.services import s3  # type: ignore[import-untyped]

    return bool(s3._buckets.get(name))


def _is_of_a_distribution(host: str) -> bool:
    from ministack.services import cloudfront

    return cloudfront.find_distribution_for_label(host.partition(".")[0]) is not None


def _unsigned_operations() -> frozenset[str]:
    from ministack.core.iam_actions import unsigned_operations  # type: ignore[import-untyped]

    return frozenset(unsigned_operations("cognito-idp"))
