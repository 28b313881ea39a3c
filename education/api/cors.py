"""CORS preflights: OPTIONS on every path, which API Gateway answers itself, without a token.

Only the portal origins of the settings are allowed, never `*`. All other answers get their CORS headers from the
functions and from `gateway_responses.py`.
"""

import json
from collections.abc import Mapping, Sequence

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.api_gateway_integration import ApiGatewayIntegration
from cdktf_cdktf_provider_aws.api_gateway_integration_response import ApiGatewayIntegrationResponse
from cdktf_cdktf_provider_aws.api_gateway_method import ApiGatewayMethod
from cdktf_cdktf_provider_aws.api_gateway_method_response import ApiGatewayMethodResponse
from constructs import Construct

from education.api.routes import readable_id

JSON_TYPE = "application/json"
STATUS = "200"
ALLOWED_HEADERS = "Authorization,Content-Type"
MAX_AGE_SECONDS = 7200  # Chromium keeps an answer no longer


class Preflights(Construct):
    """An OPTIONS method for each path.

    `answers` are the last part of each method to be made; `fingerprint` changes when any part does.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        api_id: str,
        methods: Mapping[str, tuple[str, Sequence[str]]],
        origins: Sequence[str],
    ) -> None:
        """`methods` has the resource id and the methods of each path; the first of `origins` is the default."""
        super().__init__(scope, id)
        self._api_id = api_id
        self._template = _origin_template(origins) if len(origins) > 1 else None
        self.answers: list[ApiGatewayIntegrationResponse] = []
        headers: dict[str, dict[str, str]] = {}
        for path, (resource_id, allowed) in methods.items():
            headers[path] = {
                "Access-Control-Allow-Origin": f"'{origins[0]}'",
                "Access-Control-Allow-Methods": f"'{','.join(allowed)}'",
                "Access-Control-Allow-Headers": f"'{ALLOWED_HEADERS}'",
                "Access-Control-Max-Age": f"'{MAX_AGE_SECONDS}'",
                "Vary": "'Origin'",
            }
            self.answers.append(self._preflight(readable_id(path), resource_id, headers[path]))
        self.fingerprint = json.dumps([STATUS, self._template, headers])

    def _preflight(
        self, name: str, resource_id: str, headers: Mapping[str, str]
    ) -> ApiGatewayIntegrationResponse:
        # checkov:skip=CKV2_AWS_53 aws_api_gateway_method: a preflight has neither body nor parameters to check
        method = ApiGatewayMethod(
            self,
            f"{name}-method",
            rest_api_id=self._api_id,
            resource_id=resource_id,
            http_method="OPTIONS",
            authorization="NONE",  # a browser sends no token with a preflight
        )
        verb = method.http_method
        integration = ApiGatewayIntegration(
            self,
            f"{name}-integration",
            rest_api_id=self._api_id,
            resource_id=resource_id,
            http_method=verb,
            type="MOCK",
            request_templates={JSON_TYPE: json.dumps({"statusCode": int(STATUS)})},
            # The AWS emulator reads this back as POST. Terraform would replace the integration and lose its answer.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["integration_http_method"]),
        )
        response = ApiGatewayMethodResponse(
            self,
            f"{name}-response",
            rest_api_id=self._api_id,
            resource_id=resource_id,
            http_method=verb,
            status_code=STATUS,
            response_parameters={f"method.response.header.{header}": True for header in headers},
        )
        return ApiGatewayIntegrationResponse(
            self,
            f"{name}-answer",
            rest_api_id=self._api_id,
            resource_id=resource_id,
            http_method=integration.http_method,
            status_code=response.status_code,
            response_parameters={
                f"method.response.header.{header}": value for header, value in headers.items()
            },
            response_templates={JSON_TYPE: self._template} if self._template else None,
        )


def _origin_template(origins: Sequence[str]) -> str:
    """A mapping template that answers with the caller's own origin, if it is one of `origins`.

    Header names arrive as the client wrote them: in lower case over HTTP/2.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
    """
    allowed = ", ".join(f'"{origin}"' for origin in origins)
    return (
        f"#set($allowed = [{allowed}])"
        '#set($origin = $input.params("Origin"))'
        '#if($origin == "")#set($origin = $input.params("origin"))#end'
        "#if($allowed.contains($origin))"
        "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)"
        "#end"
    )
