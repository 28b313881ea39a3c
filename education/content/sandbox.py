"""Keeps one lesson from reading another: every course file that a browser shows as a document is sandboxed.

All course files come from one origin. Without a sandbox, the script of one interactive lesson could read the address of
another lesson in the same window, and with it the signature of a premium link. The header `Content-Security-Policy`
with `sandbox` gives each document an origin of its own, whatever frames it.

Only PDF files get no sandbox, because Chromium's viewer shows none in it; their scripts have no access to frames. The
response headers policy (`headers`) sandboxes everything, and this function takes the sandbox off an answer whose
content type is PDF. So what the function does not see, such as errors of the origin, stays sandboxed.
"""

from cdktf_cdktf_provider_aws.cloudfront_function import CloudfrontFunction
from constructs import Construct

from education.environment import Environment

# `allow-same-origin` must never be here. `allow-forms` lets a quiz handle its own submit event; `form-action 'none'`
# still keeps forms from being sent anywhere.
SANDBOX = "sandbox allow-scripts allow-forms allow-modals allow-popups allow-downloads"
# The function runs after the response headers policy, and sees and changes the headers of it:
# https://aws.amazon.com/blogs/networking-and-content-delivery/amazon-cloudfront-introduces-response-headers-policies/
# A 304 names no content type, and a browser would put its headers in place of those that it has stored. So a 304 says
# nothing about the policy, and the stored one stays (RFC 9111, section 3.2).
CODE = f"""\
function handler(event) {{
    var response = event.response;
    var policy = response.headers['content-security-policy'];
    var type = response.headers['content-type'];
    if (policy && response.statusCode === 304) {{
        delete response.headers['content-security-policy'];
    }} else if (policy && type && /^application\\/pdf$/i.test(type.value.split(';')[0].trim())) {{
        policy.value = policy.value.replace('; {SANDBOX}', '');
    }}
    return response;
}}
"""


class DocumentSandbox(Construct):
    """The edge function that takes the sandbox off PDF files."""

    def __init__(self, scope: Construct, id: str, *, env: Environment) -> None:
        super().__init__(scope, id)
        function = CloudfrontFunction(
            self,
            "function",
            name=env.names.of("document-sandbox"),
            comment="Sandboxes every document but PDF files",
            runtime="cloudfront-js-2.0",
            code=CODE,
            publish=True,
        )
        self.function_arn: str = function.arn
