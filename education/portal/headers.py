"""The security headers of the portal.

The policy in the header is the same in every environment. Which other hosts the app may talk to is known only after
both distributions exist, so that part of the policy is in the page itself (`files.py`). A browser applies both.
"""

from cdktf_cdktf_provider_aws.cloudfront_response_headers_policy import (
    CloudfrontResponseHeadersPolicy,
    CloudfrontResponseHeadersPolicyCustomHeadersConfig,
    CloudfrontResponseHeadersPolicyCustomHeadersConfigItems,
    CloudfrontResponseHeadersPolicyRemoveHeadersConfig,
    CloudfrontResponseHeadersPolicyRemoveHeadersConfigItems,
    CloudfrontResponseHeadersPolicySecurityHeadersConfig,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicy,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigContentTypeOptions,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigFrameOptions,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigReferrerPolicy,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurity,
)
from constructs import Construct

from education.content.headers import OWN_AGENT_CLUSTER, REMOVED_HEADERS, TWO_YEARS_SECONDS
from education.environment import Environment

# What needs no other host. A `<meta>` element cannot say `frame-ancestors`.
CONTENT_SECURITY_POLICY = {
    "script-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    # The one policy of the app (portal/app/src/trusted-types.ts), once: no script can make another one, or a second.
    "trusted-types": "portal",
}
CUSTOM_HEADERS = {
    **OWN_AGENT_CLUSTER,
    # A popup that a lesson opens gets no copy of the portal's session.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def portal_headers(scope: Construct, id: str, *, env: Environment) -> CloudfrontResponseHeadersPolicy:
    """The response headers policy of the portal's files. The API has headers of its own."""
    # checkov:skip=CKV_AWS_259 aws_cloudfront_response_headers_policy: preloading is up to the domain's owner
    return CloudfrontResponseHeadersPolicy(
        scope,
        id,
        name=env.names.of("portal-headers"),
        comment="Security headers of the portal",
        security_headers_config=CloudfrontResponseHeadersPolicySecurityHeadersConfig(
            strict_transport_security=(
                CloudfrontResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurity(
                    access_control_max_age_sec=TWO_YEARS_SECONDS, include_subdomains=True, override=True
                )
            ),
            content_type_options=CloudfrontResponseHeadersPolicySecurityHeadersConfigContentTypeOptions(
                override=True
            ),
            content_security_policy=CloudfrontResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicy(
                content_security_policy=policy_text(CONTENT_SECURITY_POLICY), override=True
            ),
            frame_options=CloudfrontResponseHeadersPolicySecurityHeadersConfigFrameOptions(
                frame_option="DENY", override=True
            ),
            referrer_policy=CloudfrontResponseHeadersPolicySecurityHeadersConfigReferrerPolicy(
                referrer_policy="no-referrer", override=True
            ),
        ),
        custom_headers_config=CloudfrontResponseHeadersPolicyCustomHeadersConfig(
            items=[
                CloudfrontResponseHeadersPolicyCustomHeadersConfigItems(
                    header=header, value=value, override=True
                )
                for header, value in CUSTOM_HEADERS.items()
            ]
        ),
        remove_headers_config=CloudfrontResponseHeadersPolicyRemoveHeadersConfig(
            items=[
                CloudfrontResponseHeadersPolicyRemoveHeadersConfigItems(header=header)
                for header in (*REMOVED_HEADERS, "x-amz-tagging-count")
            ]
        ),
    )


def policy_text(directives: dict[str, str]) -> str:
    """A content security policy as browsers read it."""
    return "; ".join(f"{name} {value}" for name, value in directives.items())
