"""The HTTP API: api/openapi.yaml as an API Gateway REST API, resource by resource.

Separate resources instead of one imported body, so that a plan shows which route changes. What the gateway answers by
itself stands in `rest_api_problems`, CORS in `rest_api_preflight`, logs and firewall in files of their own. A body is
checked here only for being a JSON object: the function names the fields at fault, which the gateway cannot.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.api_gateway_authorizer import ApiGatewayAuthorizer
from cdktf_cdktf_provider_aws.api_gateway_deployment import ApiGatewayDeployment
from cdktf_cdktf_provider_aws.api_gateway_integration import ApiGatewayIntegration
from cdktf_cdktf_provider_aws.api_gateway_method import ApiGatewayMethod
from cdktf_cdktf_provider_aws.api_gateway_method_settings import (
    ApiGatewayMethodSettings,
    ApiGatewayMethodSettingsSettings,
)
from cdktf_cdktf_provider_aws.api_gateway_model import ApiGatewayModel
from cdktf_cdktf_provider_aws.api_gateway_request_validator import ApiGatewayRequestValidator
from cdktf_cdktf_provider_aws.api_gateway_resource import ApiGatewayResource
from cdktf_cdktf_provider_aws.api_gateway_rest_api import (
    ApiGatewayRestApi,
    ApiGatewayRestApiEndpointConfiguration,
)
from cdktf_cdktf_provider_aws.api_gateway_stage import ApiGatewayStage
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from constructs import Construct

from education.api.access_logs import AccessLogs
from education.api.cors import Preflights, readable_id
from education.api.gateway_responses import GatewayProblems
from education.api.waf import Firewall
from education.environment import Environment
from education.functions.python_function import PythonFunction
from education.openapi.description import ApiDescription
from education.openapi.operations import JSON_TYPE, Operation

STAGE = "v1"
INTEGRATION_TIMEOUT_MS = 29_000  # API Gateway's own limit; every function's timeout is within it
# What the deployment must be made anew for stands in one place each, so that its trigger can hold it.
AUTHORIZER: dict[str, Any] = {
    "type": "COGNITO_USER_POOLS",
    "identity_source": "method.request.header.Authorization",
}
INTEGRATION: dict[str, Any] = {
    "type": "AWS_PROXY",
    "integration_http_method": "POST",
    "timeout_milliseconds": INTEGRATION_TIMEOUT_MS,
}
JSON_OBJECT = json.dumps({"$schema": "http://json-schema.org/draft-04/schema#", "type": "object"})


class RestApi(Construct):
    """The API, its stage `v1`, and the permission for it to call each function.

    `endpoint` is where clients call it, without a trailing slash.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        description: ApiDescription,
        functions: Mapping[str, PythonFunction],
        user_pool_arn: str,
        log_key_arn: str,
    ) -> None:
        """`functions` holds one for each `x-function` of the description; `log_key_arn` encrypts the access log."""
        super().__init__(scope, id)
        self.api_name = env.names.of("api")
        self.stage_name = STAGE
        self._description = description
        self._functions = functions
        # checkov:skip=CKV_AWS_237 aws_api_gateway_rest_api: another API would have another address
        api = ApiGatewayRestApi(
            self,
            "api",
            name=self.api_name,
            description=f"Education platform, environment {env.settings.environment_suffix}",
            endpoint_configuration=ApiGatewayRestApiEndpointConfiguration(types=["REGIONAL"]),
        )
        self.api_id: str = api.id
        self._root_id = api.root_resource_id
        self._authorizer_id = ApiGatewayAuthorizer(
            self,
            "authorizer",
            rest_api_id=self.api_id,
            name=env.names.of("id-token"),
            provider_arns=[user_pool_arn],
            **AUTHORIZER,
        ).id
        self._json_object = ApiGatewayModel(
            self,
            "json-object",
            rest_api_id=self.api_id,
            name="JsonObject",
            description="A body that is worth handing to a function, which checks the rest",
            content_type=JSON_TYPE,
            schema=JSON_OBJECT,
        ).name
        self._check_all = self._validator("check-parameters-and-body", body=True)
        self._check_parameters = self._validator("check-parameters", body=False)

        resource_ids = self._resources()
        self._built: list[object] = [AUTHORIZER, INTEGRATION]
        integrations = [
            self._method(operation, resource_ids[operation.path]) for operation in description.operations
        ]
        origins = env.settings.content.portal_origins
        preflights = Preflights(
            self,
            "preflight",
            api_id=self.api_id,
            methods={path: (resource_ids[path], description.methods_of(path)) for path in description.paths},
            origins=origins,
        )
        problems = GatewayProblems(self, "problems", api_id=self.api_id, origin=origins[0])
        self._permissions(api.execution_arn)

        deployment = ApiGatewayDeployment(
            self,
            "deployment",
            rest_api_id=self.api_id,
            description="Made anew whenever the API's description or what surrounds it changes",
            triggers={
                "description": description.digest,
                "gateway": _digest([JSON_OBJECT, preflights.fingerprint, problems.fingerprint, self._built]),
                "user_pool": user_pool_arn,
            },
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            # A deployment is a picture of the API: everything must be there before it is taken.
            depends_on=[*integrations, *preflights.answers, *problems.responses],
        )
        self._stage(env, deployment.id, log_key_arn)

    def _validator(self, name: str, *, body: bool) -> str:
        return ApiGatewayRequestValidator(
            self,
            name,
            rest_api_id=self.api_id,
            name=name,
            validate_request_parameters=True,
            validate_request_body=body,
        ).id

    def _resources(self) -> dict[str, str]:
        """A resource for each part of each path. Returns their ids by path."""
        ids = {"": self._root_id}
        for path in self._description.paths:
            parent = ""
            for segment in path[1:].split("/"):
                current = f"{parent}/{segment}"
                if current not in ids:
                    ids[current] = ApiGatewayResource(
                        self,
                        readable_id(current),
                        rest_api_id=self.api_id,
                        parent_id=ids[parent],
                        path_part=segment,
                    ).id
                parent = current
        return ids

    def _method(self, operation: Operation, resource_id: str) -> ApiGatewayIntegration:
        """The method of an operation, handed to its function as it comes."""
        # A body that may be missing or may be something else than JSON is left to the function altogether.
        json_only = operation.body_required and operation.content_types == (JSON_TYPE,)
        plain: dict[str, Any] = {
            "http_method": operation.method,
            "operation_name": operation.operation_id,
            "authorization": "COGNITO_USER_POOLS",
            "request_parameters": {
                f"method.request.{'querystring' if p.location == 'query' else p.location}.{p.name}": p.required
                for p in operation.parameters
            },
        }
        self._built.append([operation.path, operation.function, json_only, plain])
        method = ApiGatewayMethod(
            self,
            f"{operation.operation_id}-method",
            rest_api_id=self.api_id,
            resource_id=resource_id,
            authorizer_id=self._authorizer_id,
            request_validator_id=self._check_all if json_only else self._check_parameters,
            request_models={JSON_TYPE: self._json_object} if json_only else None,
            **plain,
        )
        return ApiGatewayIntegration(
            self,
            f"{operation.operation_id}-integration",
            rest_api_id=self.api_id,
            resource_id=resource_id,
            http_method=method.http_method,
            uri=self._functions[operation.function].invoke_arn,
            **INTEGRATION,
        )

    def _permissions(self, execution_arn: str) -> None:
        """Lets this API's stage, and no other, call the functions.

        Not per route: a route that was taken out of the description can stay in the stage until the deployment after
        the next, and should then meet its function's 404 rather than an error of the gateway.
        """
        for name in dict.fromkeys(operation.function for operation in self._description.operations):
            LambdaPermission(
                self,
                f"call-{name}",
                statement_id="CallFromRestApi",
                action="lambda:InvokeFunction",
                function_name=self._functions[name].function_name,
                principal="apigateway.amazonaws.com",
                source_arn=f"{execution_arn}/{STAGE}/*/*",
            )

    def _stage(
        self,
        env: Environment,
        deployment_id: str,
        log_key_arn: str,
    ) -> None:
        logs = (
            AccessLogs(self, "access-logs", env=env, key_arn=log_key_arn)
            if env.settings.api.access_logs
            else None
        )
        # checkov:skip=CKV_AWS_120 aws_api_gateway_stage: answers are personal; a shared cache leaks them
        # checkov:skip=CKV2_AWS_4 aws_api_gateway_stage: execution logs hold bodies; access logs tell what is needed
        # checkov:skip=CKV2_AWS_51 aws_api_gateway_stage: functions are called through IAM, not over HTTP
        # checkov:skip=CKV2_AWS_77 aws_api_gateway_stage: KnownBadInputs is on; students may use a VPN
        stage = ApiGatewayStage(
            self,
            "stage",
            rest_api_id=self.api_id,
            deployment_id=deployment_id,
            stage_name=STAGE,
            xray_tracing_enabled=env.settings.functions.tracing,
            access_log_settings=logs.stage_settings if logs else None,
        )
        # checkov:skip=CKV_AWS_225 aws_api_gateway_method_settings: answers are personal; a shared cache leaks them
        ApiGatewayMethodSettings(
            self,
            "limits",
            rest_api_id=self.api_id,
            stage_name=stage.stage_name,
            method_path="*/*",
            settings=ApiGatewayMethodSettingsSettings(
                metrics_enabled=True,
                # Execution logs hold request bodies and land in a log group that nobody can encrypt beforehand.
                logging_level="OFF",
                data_trace_enabled=False,
                throttling_rate_limit=env.settings.api.throttling_rate,
                throttling_burst_limit=env.settings.api.throttling_burst,
            ),
        )
        if env.settings.api.waf:
            Firewall(self, "firewall", env=env, resource_arn=stage.arn)
        self.endpoint: str = (
            f"{env.settings.local_endpoint}/_aws/execute-api/{self.api_id}/{STAGE}"
            if env.settings.local_endpoint
            else stage.invoke_url
        )
        self.outputs: Mapping[str, str] = {"api_endpoint": self.endpoint}


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
