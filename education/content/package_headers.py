"""The response headers of packages and of the player that runs them."""

from collections.abc import Mapping, Sequence

from cdktf_cdktf_provider_aws.cloudfront_response_headers_policy import (
    CloudfrontResponseHeadersPolicy,
    CloudfrontResponseHeadersPolicyCorsConfig,
    CloudfrontResponseHeadersPolicyCorsConfigAccessControlAllowHeaders,
    CloudfrontResponseHeadersPolicyCorsConfigAccessControlAllowMethods,
    CloudfrontResponseHeadersPolicyCorsConfigAccessControlAllowOrigins,
    CloudfrontResponseHeadersPolicyCorsConfigAccessControlExposeHeaders,
)
from constructs import Construct

from education.content.headers import (
    CUSTOM_HEADERS,
    PREFLIGHT_CACHE_SECONDS,
    custom_headers,
    removed_headers,
    security_headers,
)
from education.content.package_gate import OWN_HOST, OWN_ORIGIN
from education.environment import Environment

# Packages of years ago save their state when a page is left, which browsers no longer allow by default.
PERMISSIONS = f"{CUSTOM_HEADERS['Permissions-Policy']}, unload=(self)"
# An address of a package changes each hour (lambda_src/content/package_link_store.py), and its file never does.
PRIVATE = "private, max-age=3600"


def package_policy(portal_origins: Sequence[str]) -> str:
    """The content security policy of packages: scripts of any kind, but nothing is sent to another host.

    `frame-ancestors` names the content origin too, because the player there frames packages.
    """
    directives = {
        "default-src": "'self' data: blob:",
        "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src": "'self' 'unsafe-inline'",
        "connect-src": "'self' data: blob:",
        "worker-src": "'self' blob:",
        "frame-src": "'self' data: blob:",
        "object-src": "'self'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "webrtc": "'block'",
        "frame-ancestors": " ".join(["'self'", *portal_origins]),
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


class PackageHeaders(Construct):
    """The response headers policies of `/p/` and of `/player/`.

    Every origin may read the files, because pages in an origin of their own have no name that could be listed. What
    protects a file is the token in its path.
    """

    def __init__(self, scope: Construct, id: str, *, env: Environment, portal_origins: Sequence[str]) -> None:
        super().__init__(scope, id)
        policy = package_policy(portal_origins)
        fixed = {**CUSTOM_HEADERS, "Permissions-Policy": PERMISSIONS, "Connection-Allowlist": OWN_HOST}
        self.packages_id: str = self._policy(
            "packages", env, "package-headers", f"{policy}; {OWN_ORIGIN}", {**fixed, "Cache-Control": PRIVATE}
        )
        self.player_id: str = self._policy("player", env, "player-headers", policy, fixed)

    def _policy(self, id: str, env: Environment, name: str, policy: str, custom: Mapping[str, str]) -> str:
        cors = CloudfrontResponseHeadersPolicyCorsConfig(
            access_control_allow_credentials=False,
            access_control_allow_origins=CloudfrontResponseHeadersPolicyCorsConfigAccessControlAllowOrigins(
                items=["*"]
            ),
            access_control_allow_methods=CloudfrontResponseHeadersPolicyCorsConfigAccessControlAllowMethods(
                items=["GET", "HEAD"]
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
        # checkov:skip=CKV_AWS_259 aws_cloudfront_response_headers_policy: preloading is up to the domain's owner
        return CloudfrontResponseHeadersPolicy(
            self,
            id,
            name=env.names.of(name),
            comment="Security and CORS headers of packages",
            security_headers_config=security_headers(policy),
            cors_config=cors,
            custom_headers_config=custom_headers(custom),
            remove_headers_config=removed_headers(),
        ).id
