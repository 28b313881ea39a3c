"""The response headers of every course file: the response headers policies of the distribution.

The portal shows lessons in a frame, and interactive lessons have scripts of their own. The policies let only the portal
frame them, let them load files of their own origin only, and keep them apart (`sandbox`).
"""

from collections.abc import Mapping, Sequence

from cdktf_cdktf_provider_aws.cloudfront_response_headers_policy import (
    CloudfrontResponseHeadersPolicy,
    CloudfrontResponseHeadersPolicyCorsConfig,
    CloudfrontResponseHeadersPolicyCorsConfigAccessControlAllowHeaders,
    CloudfrontResponseHeadersPolicyCorsConfigAccessControlAllowMethods,
    CloudfrontResponseHeadersPolicyCorsConfigAccessControlAllowOrigins,
    CloudfrontResponseHeadersPolicyCorsConfigAccessControlExposeHeaders,
    CloudfrontResponseHeadersPolicyCustomHeadersConfig,
    CloudfrontResponseHeadersPolicyCustomHeadersConfigItems,
    CloudfrontResponseHeadersPolicyRemoveHeadersConfig,
    CloudfrontResponseHeadersPolicyRemoveHeadersConfigItems,
    CloudfrontResponseHeadersPolicySecurityHeadersConfig,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicy,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigContentTypeOptions,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigReferrerPolicy,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurity,
)
from constructs import Construct

from education.content.sandbox import SANDBOX
from education.environment import Environment

TWO_YEARS_SECONDS = 2 * 365 * 24 * 3600
PREFLIGHT_CACHE_SECONDS = 3600
# A page cannot leave its origin for that of a parent domain (`document.domain`), and Chromium keeps the memory of its
# origin apart: the portal may be on a host beside this one. All pages of an origin must say so.
OWN_AGENT_CLUSTER = {"Origin-Agent-Cluster": "?1"}
CUSTOM_HEADERS = {
    **OWN_AGENT_CLUSTER,
    # Portals that isolate themselves (COEP) may still show course files.
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
# Headers about S3's internals, which no browser needs.
REMOVED_HEADERS = ("x-amz-server-side-encryption", "x-amz-version-id")
# Of premium files. No cache but the browser's may keep them. CloudFront adds this to its answers only, and itself keeps
# the files for as long as S3 says: a signature is checked before the cache is asked.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-response-headers.html
PRIVATE = "private, max-age=300"


def content_security_policy(portal_origins: Sequence[str]) -> str:
    """The policy of lesson pages: inline scripts and styles yes, other origins no; only the portal may frame them.

    There is no `object-src 'none'`: Chromium's viewer shows no PDF under it. X-Frame-Options is left out because it
    cannot name another origin. `sandbox` is the last directive: see `education/content/sandbox.py`.
    """
    directives = {
        "default-src": "'self' data: blob:",
        "script-src": "'self' 'unsafe-inline'",
        "style-src": "'self' 'unsafe-inline'",
        "object-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": " ".join(portal_origins),
    }
    return "; ".join([*(f"{name} {value}" for name, value in directives.items()), SANDBOX])


class ContentHeaders(Construct):
    """The response headers policies of the distribution's behaviours, for public and for premium files."""

    def __init__(self, scope: Construct, id: str, *, env: Environment, portal_origins: Sequence[str]) -> None:
        super().__init__(scope, id)
        self._portal_origins = portal_origins
        self.policy_id: str = self._policy("policy", env, "content-headers", CUSTOM_HEADERS)
        self.private_policy_id: str = self._policy(
            "private-policy", env, "premium-headers", {**CUSTOM_HEADERS, "Cache-Control": PRIVATE}
        )

    def _policy(self, id: str, env: Environment, name: str, custom: Mapping[str, str]) -> str:
        # checkov:skip=CKV_AWS_259 aws_cloudfront_response_headers_policy: preloading is up to the domain's owner
        policy = CloudfrontResponseHeadersPolicy(
            self,
            id,
            name=env.names.of(name),
            comment="Security and CORS headers of course files",
            security_headers_config=security_headers(content_security_policy(self._portal_origins)),
            cors_config=_cors(self._portal_origins),
            custom_headers_config=custom_headers(custom),
            remove_headers_config=removed_headers(),
        )
        return policy.id


def custom_headers(headers: Mapping[str, str]) -> CloudfrontResponseHeadersPolicyCustomHeadersConfig:
    """Headers with fixed values, in place of those that S3 sends."""
    return CloudfrontResponseHeadersPolicyCustomHeadersConfig(
        items=[
            CloudfrontResponseHeadersPolicyCustomHeadersConfigItems(header=header, value=value, override=True)
            for header, value in headers.items()
        ]
    )


def removed_headers() -> CloudfrontResponseHeadersPolicyRemoveHeadersConfig:
    """Leaves out what no browser needs."""
    return CloudfrontResponseHeadersPolicyRemoveHeadersConfig(
        items=[
            CloudfrontResponseHeadersPolicyRemoveHeadersConfigItems(header=header)
            for header in REMOVED_HEADERS
        ]
    )


def security_headers(policy: str) -> CloudfrontResponseHeadersPolicySecurityHeadersConfig:
    """The security headers of every file, with a content security policy."""
    return CloudfrontResponseHeadersPolicySecurityHeadersConfig(
        strict_transport_security=CloudfrontResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurity(
            access_control_max_age_sec=TWO_YEARS_SECONDS, include_subdomains=True, override=True
        ),
        content_type_options=CloudfrontResponseHeadersPolicySecurityHeadersConfigContentTypeOptions(
            override=True
        ),
        content_security_policy=CloudfrontResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicy(
            content_security_policy=policy, override=True
        ),
        # A signed link opens a premium file until it expires, so no Referer header may contain it.
        referrer_policy=CloudfrontResponseHeadersPolicySecurityHeadersConfigReferrerPolicy(
            referrer_policy="no-referrer", override=True
        ),
    )


def _cors(portal_origins: Sequence[str]) -> CloudfrontResponseHeadersPolicyCorsConfig:
    """The portal may read files by script, and parts of them (players and PDF viewers ask for ranges)."""
    return CloudfrontResponseHeadersPolicyCorsConfig(
        access_control_allow_credentials=False,
        access_control_allow_origins=CloudfrontResponseHeadersPolicyCorsConfigAccessControlAllowOrigins(
            items=list(portal_origins)
        ),
        access_control_allow_methods=CloudfrontResponseHeadersPolicyCorsConfigAccessControlAllowMethods(
            items=["GET", "HEAD", "OPTIONS"]
        ),
        access_control_allow_headers=CloudfrontResponseHeadersPolicyCorsConfigAccessControlAllowHeaders(
            items=["If-Modified-Since", "If-None-Match", "If-Range", "Range"]
        ),
        access_control_expose_headers=CloudfrontResponseHeadersPolicyCorsConfigAccessControlExposeHeaders(
            items=["Accept-Ranges", "Content-Length", "Content-Range", "ETag"]
        ),
        access_control_max_age_sec=PREFLIGHT_CACHE_SECONDS,
        origin_override=True,
    )
