"""Refuses viewers below TLS 1.2 at the edge.

With CloudFront's own certificate AWS fixes the minimum at TLS 1.0, whatever a distribution asks for
(https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ViewerCertificate.html). So a function looks at the
version that was negotiated. With the environment's own certificate CloudFront refuses old versions itself.
"""

from cdktf_cdktf_provider_aws.cloudfront_function import CloudfrontFunction
from cdktf_cdktf_provider_aws.cloudfront_origin_request_policy import (
    CloudfrontOriginRequestPolicy,
    CloudfrontOriginRequestPolicyCookiesConfig,
    CloudfrontOriginRequestPolicyHeadersConfig,
    CloudfrontOriginRequestPolicyHeadersConfigHeaders,
    CloudfrontOriginRequestPolicyQueryStringsConfig,
)
from constructs import Construct

from education.environment import Environment

# CloudFront sets the header itself, as `TLSv1.3:<cipher>:<handshake>`, and never takes it from the viewer. Every https
# request has it if the origin request policy of the behaviour lists it. A behaviour runs one function at each event, so
# a function that does more begins with this.
REFUSE_OLD_TLS = """\
    var tls = event.request.headers['cloudfront-viewer-tls'];
    if (tls && !/^TLSv1\\.[23]:/.test(tls.value)) {
        return { statusCode: 403, statusDescription: 'Forbidden' };
    }
"""
CODE = f"""\
function handler(event) {{
{REFUSE_OLD_TLS}    return event.request;
}}
"""


class TlsGuard(Construct):
    """The edge function, and the origin request policy that lets it see the TLS version."""

    def __init__(self, scope: Construct, id: str, *, env: Environment) -> None:
        super().__init__(scope, id)
        function = CloudfrontFunction(
            self,
            "function",
            name=env.names.of("tls-guard"),
            comment="Refuses viewers below TLS 1.2",
            runtime="cloudfront-js-2.0",
            code=CODE,
            publish=True,
        )
        policy = CloudfrontOriginRequestPolicy(
            self,
            "origin-request-policy",
            name=env.names.of("content-origin"),
            comment="The headers that S3 needs for preflights, and the one that the TLS guard reads",
            headers_config=CloudfrontOriginRequestPolicyHeadersConfig(
                header_behavior="whitelist",
                headers=CloudfrontOriginRequestPolicyHeadersConfigHeaders(
                    items=[
                        "Origin",
                        "Access-Control-Request-Headers",
                        "Access-Control-Request-Method",
                        "CloudFront-Viewer-TLS",
                    ]
                ),
            ),
            cookies_config=CloudfrontOriginRequestPolicyCookiesConfig(cookie_behavior="none"),
            query_strings_config=CloudfrontOriginRequestPolicyQueryStringsConfig(
                query_string_behavior="none"
            ),
        )
        self.function_arn: str = function.arn
        self.origin_request_policy_id: str = policy.id
