"""The HTTP API: api/openapi.yaml as an API Gateway REST API.

The routes are in `routes.py`, CORS in `cors.py`, what API Gateway answers without a function in `gateway_responses.py`,
and the stage with its logs and firewall in `stage.py`.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.api_gateway_authorizer import ApiGatewayAuthorizer
from cdktf_cdktf_provider_aws.api_gateway_deployment import ApiGatewayDeployment
from cdktf_cdktf_provider_aws.api_gateway_rest_api import (
    ApiGatewayRestApi,
    ApiGatewayRestApiEndpointConfiguration,
)
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from constructs import Construct

from education.api.cors import Preflights
from education.api.gateway_responses import GatewayResponses
from education.api.routes import JSON_OBJECT, Routes
from education.api.stage import STAGE, add_stage
from education.environment import Environment
from education.functions.python_function import PythonFunction
from education.openapi.description import ApiDescription
from education.openapi.operations import JSON_TYPE

AUTHORIZER: dict[str, Any] = {
    "type": "COGNITO_USER_POOLS",
    "identity_source": "method.request.header.Authorization",
}


class RestApi(Construct):
    """The API, its stage `v1`, and the permission for it to call each function.

    It is made in two steps: what is made between them knows the API's id, and the functions come after that.
    """

    def __init__(self, scope: Construct, id: str, *, env: Environment, description: ApiDescription) -> None:
        """The API without its routes; `serve` completes it."""
        super().__init__(scope, id)
        self._env, self._description = env, description
        self.outputs: Mapping[str, str] = {}
        self.api_name = env.names.of("api")
        self.stage_name = STAGE
        # API Gateway decodes a body as UTF-8, which destroys a table in UTF-16 or Windows-1252. Bodies of these types
        # it hands over in base64. An answer that a function does not mark as base64 stays text:
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html
        body_types = {type for operation in description.operations for type in operation.content_types}
        binary_types = sorted(body_types - {JSON_TYPE})
        # checkov:skip=CKV_AWS_237 aws_api_gateway_rest_api: another API would have another address
        self._binary_types = binary_types
        self._api = ApiGatewayRestApi(
            self,
            "api",
            name=self.api_name,
            description=f"Education platform, environment {env.settings.environment_suffix}",
            endpoint_configuration=ApiGatewayRestApiEndpointConfiguration(types=["REGIONAL"]),
            binary_media_types=binary_types,
        )
        self.api_id: str = self._api.id

    def serve(self, functions: Mapping[str, PythonFunction], *, user_pool_arn: str, log_key_arn: str) -> None:
        """Add the routes and the stage, and set `outputs`.

        `functions` has one for each `x-function` of the description; `log_key_arn` encrypts the access log.
        """
        env, description, api = self._env, self._description, self._api
        authorizer = ApiGatewayAuthorizer(
            self,
            "authorizer",
            rest_api_id=self.api_id,
            name=env.names.of("id-token"),
            provider_arns=[user_pool_arn],
            **AUTHORIZER,
        )
        routes = Routes(
            self, api=api, authorizer_id=authorizer.id, description=description, functions=functions
        )
        origins = env.settings.content.portal_origins
        preflights = Preflights(
            self,
            "preflight",
            api_id=self.api_id,
            methods={
                path: (routes.resource_ids[path], description.methods_of(path)) for path in description.paths
            },
            origins=origins,
        )
        responses = GatewayResponses(self, "problems", api_id=self.api_id, origin=origins[0])
        for name in dict.fromkeys(operation.function for operation in description.operations):
            self._allow_calls(name, functions[name], api.execution_arn)
        deployment = ApiGatewayDeployment(
            self,
            "deployment",
            rest_api_id=self.api_id,
            description="Made anew whenever the API's description or what surrounds it changes",
            # Terraform makes a new deployment when one of these changes, so they must include everything above.
            triggers={
                "description": description.digest,
                "gateway": _digest(
                    [
                        JSON_OBJECT,
                        preflights.fingerprint,
                        responses.fingerprint,
                        [AUTHORIZER, *routes.fingerprint],
                        self._binary_types,
                    ]
                ),
                "user_pool": user_pool_arn,
            },
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            # A deployment is a snapshot of the API: everything must exist before it is taken.
            depends_on=[*routes.integrations, *preflights.answers, *responses.responses],
        )
        stage = add_stage(
            self, env=env, api_id=self.api_id, deployment_id=deployment.id, log_key_arn=log_key_arn
        )
        endpoint = (
            f"{env.settings.local_endpoint}/_aws/execute-api/{self.api_id}/{STAGE}"
            if env.settings.local_endpoint
            else stage.invoke_url
        )
        self.outputs = {"api_endpoint": endpoint}

    def _allow_calls(self, name: str, function: PythonFunction, execution_arn: str) -> None:
        """Lets this API's stage, and no other, call a function.

        The permission is not limited to routes. A route that was removed from the description can stay in the stage
        until the deployment after the next, and its caller should then get the function's 404 and no error of API
        Gateway.
        """
        LambdaPermission(
            self,
            f"call-{name}",
            statement_id="CallFromRestApi",
            action="lambda:InvokeFunction",
            function_name=function.function_name,
            principal="apigateway.amazonaws.com",
            source_arn=f"{execution_arn}/{STAGE}/*/*",
        )


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
