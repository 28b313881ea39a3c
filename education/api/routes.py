"""The routes of the API: a method and an integration of API Gateway for each operation of api/openapi.yaml.

Each route has resources of its own instead of one imported body, so that a plan shows which route changes. A body is
checked here only for being a JSON object: the function names the fields with mistakes, which API Gateway cannot.
"""

import json
from collections.abc import Mapping
from typing import Any

from cdktf_cdktf_provider_aws.api_gateway_integration import ApiGatewayIntegration
from cdktf_cdktf_provider_aws.api_gateway_method import ApiGatewayMethod
from cdktf_cdktf_provider_aws.api_gateway_model import ApiGatewayModel
from cdktf_cdktf_provider_aws.api_gateway_request_validator import ApiGatewayRequestValidator
from cdktf_cdktf_provider_aws.api_gateway_resource import ApiGatewayResource
from cdktf_cdktf_provider_aws.api_gateway_rest_api import ApiGatewayRestApi
from constructs import Construct

from education.functions.python_function import PythonFunction
from education.openapi.description import ApiDescription
from education.openapi.operations import JSON_TYPE, Operation

INTEGRATION_TIMEOUT_MS = 29_000  # API Gateway's own limit; every function's timeout is below it
INTEGRATION: dict[str, Any] = {
    "type": "AWS_PROXY",
    "integration_http_method": "POST",
    "timeout_milliseconds": INTEGRATION_TIMEOUT_MS,
}
JSON_OBJECT = json.dumps({"$schema": "http://json-schema.org/draft-04/schema#", "type": "object"})


class Routes:
    """Makes every route, as children of the construct of the API.

    Attributes:
        resource_ids: the API Gateway resource of each path.
        integrations: the last part of each route to be made.
        fingerprint: changes when any method or integration does.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        api: ApiGatewayRestApi,
        authorizer_id: str,
        description: ApiDescription,
        functions: Mapping[str, PythonFunction],
    ) -> None:
        """`functions` has one function for each `x-function` of the description."""
        self._scope = scope
        self._api_id: str = api.id  # each reading of an attribute is a message to jsii
        self._root_id: str = api.root_resource_id
        self._authorizer_id = authorizer_id
        self._functions = functions
        self._json_object = ApiGatewayModel(
            scope,
            "json-object",
            rest_api_id=self._api_id,
            name="JsonObject",
            description="A body that is worth handing to a function, which checks the rest",
            content_type=JSON_TYPE,
            schema=JSON_OBJECT,
        ).name
        self._check_all = self._validator("check-parameters-and-body", body=True)
        self._check_parameters = self._validator("check-parameters", body=False)
        self.fingerprint: list[object] = [INTEGRATION]
        self.resource_ids = self._resources(description.paths)
        self.integrations = [self._route(operation) for operation in description.operations]

    def _validator(self, name: str, *, body: bool) -> str:
        return ApiGatewayRequestValidator(
            self._scope,
            name,
            rest_api_id=self._api_id,
            name=name,
            validate_request_parameters=True,
            validate_request_body=body,
        ).id

    def _resources(self, paths: tuple[str, ...]) -> dict[str, str]:
        """Makes a resource for each part of each path. Returns their ids by path."""
        ids: dict[str, str] = {"": self._root_id}
        for path in paths:
            parent = ""
            for segment in path[1:].split("/"):
                current = f"{parent}/{segment}"
                if current not in ids:
                    ids[current] = ApiGatewayResource(
                        self._scope,
                        readable_id(current),
                        rest_api_id=self._api_id,
                        parent_id=ids[parent],
                        path_part=segment,
                    ).id
                parent = current
        return ids

    def _route(self, operation: Operation) -> ApiGatewayIntegration:
        """Makes the method of an operation, and hands its requests to the function unchanged."""
        # The function alone checks a body that may be missing, or that may be something other than JSON.
        json_only = operation.body_required and operation.content_types == (JSON_TYPE,)
        resource_id = self.resource_ids[operation.path]
        properties: dict[str, Any] = {
            "http_method": operation.method,
            "operation_name": operation.operation_id,
            "authorization": "COGNITO_USER_POOLS",
            "request_parameters": {
                f"method.request.{'querystring' if p.location == 'query' else p.location}.{p.name}": p.required
                for p in operation.parameters
            },
        }
        self.fingerprint.append([operation.path, operation.function, json_only, properties])
        method = ApiGatewayMethod(
            self._scope,
            f"{operation.operation_id}-method",
            rest_api_id=self._api_id,
            resource_id=resource_id,
            authorizer_id=self._authorizer_id,
            request_validator_id=self._check_all if json_only else self._check_parameters,
            request_models={JSON_TYPE: self._json_object} if json_only else None,
            **properties,
        )
        return ApiGatewayIntegration(
            self._scope,
            f"{operation.operation_id}-integration",
            rest_api_id=self._api_id,
            resource_id=resource_id,
            http_method=method.http_method,
            uri=self._functions[operation.function].invoke_arn,
            **INTEGRATION,
        )


def readable_id(path: str) -> str:
    """A construct id that shows the path: `/courses/{courseId}` becomes `courses-courseId`."""
    return path.strip("/").replace("/", "-").replace("{", "").replace("}", "")
