"""What the edge does with each request for the portal: the function that runs first, and what it is let see.

It refuses viewers below TLS 1.2, as `education/content/tls_guard.py` does for course files, leads viewers of another
name of the portal to its address, and answers every page of the portal with the one page of the app.
"""

from cdktf_cdktf_provider_aws.cloudfront_cache_policy import (
    CloudfrontCachePolicy,
    CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOrigin,
    CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfig,
    CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfig,
    CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigHeaders,
    CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfig,
)
from cdktf_cdktf_provider_aws.cloudfront_function import CloudfrontFunction
from cdktf_cdktf_provider_aws.cloudfront_origin_request_policy import (
    CloudfrontOriginRequestPolicy,
    CloudfrontOriginRequestPolicyCookiesConfig,
    CloudfrontOriginRequestPolicyHeadersConfig,
    CloudfrontOriginRequestPolicyHeadersConfigHeaders,
    CloudfrontOriginRequestPolicyQueryStringsConfig,
)
from constructs import Construct

from education.content.address import base_url
from education.environment import Environment

# CloudFront sets this header itself and never takes it from the viewer. A function sees it where a policy of the
# behaviour lists it.
TLS_HEADER = "CloudFront-Viewer-TLS"
# Sign-in and course files know one address only. The API answers under every name: programs may have the former one,
# and pages that are open there go on.
LEAD_HOME = """\
    if (request.headers.host.value.split(':')[0] !== '{name}' && !/^\\/v1\\//.test(request.uri)) {{
        return {{
            statusCode: 302,
            statusDescription: 'Found',
            headers: {{ location: {{ value: '{origin}' + request.uri }}, 'cache-control': {{ value: 'no-store' }} }}
        }};
    }}
"""
# A path without a file extension is a page. An error response of the distribution could do the same, but it would also
# turn the API's 404 into a page.
CODE = """\
function handler(event) {
    var request = event.request;
    var tls = request.headers['cloudfront-viewer-tls'];
    if (tls && !/^TLSv1\\.[23]:/.test(tls.value)) {
        return { statusCode: 403, statusDescription: 'Forbidden' };
    }
%LEAD_HOME%    if (!/^\\/v1\\//.test(request.uri) && !/\\.[a-z0-9]+$/i.test(request.uri)) {
        request.uri = '/index.html';
    }
    return request;
}
"""


class Router(Construct):
    """The edge function, and the policies that let it see the TLS version.

    Attributes:
        function_arn: the function, for the event `viewer-request` of every behaviour.
        files_request_policy_id: the origin request policy of the files.
        api_cache_policy_id: the cache policy of the API, which keeps no answer.
    """

    def __init__(self, scope: Construct, id: str, *, env: Environment) -> None:
        super().__init__(scope, id)
        function = CloudfrontFunction(
            self,
            "function",
            name=env.names.of("portal-router"),
            comment="Refuses viewers below TLS 1.2; answers pages with the app",
            runtime="cloudfront-js-2.0",
            code=_code(env),
            publish=True,
        )
        files = CloudfrontOriginRequestPolicy(
            self,
            "files-request-policy",
            name=env.names.of("portal-files"),
            comment="The header that the router reads",
            headers_config=CloudfrontOriginRequestPolicyHeadersConfig(
                header_behavior="whitelist",
                headers=CloudfrontOriginRequestPolicyHeadersConfigHeaders(items=[TLS_HEADER]),
            ),
            cookies_config=CloudfrontOriginRequestPolicyCookiesConfig(cookie_behavior="none"),
            query_strings_config=CloudfrontOriginRequestPolicyQueryStringsConfig(
                query_string_behavior="none"
            ),
        )
        # AWS's own policy "CachingDisabled" takes no header, and "AllViewerExceptHostHeader" has none of CloudFront's.
        # So this one keeps nothing either, as every answer of the API says `no-store`, and shows the router the TLS
        # version. A longest time of 0 would refuse headers. The token is in the key: nobody gets another's answer.
        api = CloudfrontCachePolicy(
            self,
            "api-cache-policy",
            name=env.names.of("portal-api"),
            comment="Keeps nothing; the token and the whole query reach the API",
            min_ttl=0,
            default_ttl=0,
            max_ttl=1,
            parameters_in_cache_key_and_forwarded_to_origin=CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOrigin(
                enable_accept_encoding_brotli=True,
                enable_accept_encoding_gzip=True,
                headers_config=CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfig(
                    header_behavior="whitelist",
                    headers=CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigHeaders(
                        items=["Authorization", TLS_HEADER]
                    ),
                ),
                cookies_config=CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfig(
                    cookie_behavior="none"
                ),
                query_strings_config=(
                    CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfig(
                        query_string_behavior="all"
                    )
                ),
            ),
        )
        self.function_arn: str = function.arn
        self.files_request_policy_id: str = files.id
        self.api_cache_policy_id: str = api.id


def _code(env: Environment) -> str:
    aliases = env.settings.portal.domain_aliases
    lead = LEAD_HOME.format(name=aliases[0], origin=base_url(env.settings, "", aliases)) if aliases else ""
    return CODE.replace("%LEAD_HOME%", lead)
