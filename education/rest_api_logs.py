"""Access logs of the API: one JSON line per request, encrypted, without personal data.

No address, user agent, token, claim or literal path is logged: `resourcePath` is the path of the description. The
request id leads to the function's log. Execution logs stay off, since they hold bodies.
"""

import json

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.api_gateway_account import ApiGatewayAccount
from cdktf_cdktf_provider_aws.api_gateway_stage import ApiGatewayStageAccessLogSettings
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from education.aws_context import AwsContext
from education.iam import service_trust
from education.naming import Names
from education.settings import EnvironmentSettings

FORMAT = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTime",
    "httpMethod": "$context.httpMethod",
    "resourcePath": "$context.resourcePath",
    "status": "$context.status",
    "error": "$context.error.responseType",
    "responseLatencyMs": "$context.responseLatency",
    "integrationLatencyMs": "$context.integration.latency",
    "integrationStatus": "$context.integration.integrationStatus",
    "responseBytes": "$context.responseLength",
    "wafStatus": "$context.waf.status",
    "traceId": "$context.xrayTraceId",
}


class AccessLogs(Construct):
    """The log group, `stage_settings` that make a stage write to it, and the `requirements` of such a stage."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        settings: EnvironmentSettings,
        context: AwsContext,
        key_arn: str,
    ) -> None:
        super().__init__(scope, id)
        group = CloudwatchLogGroup(
            self,
            "group",
            name=f"/aws/apigateway/{names.of('api')}",
            retention_in_days=settings.functions.log_retention_days,
            kms_key_id=key_arn,
        )
        self.log_group_name: str = group.name
        self.stage_settings = ApiGatewayStageAccessLogSettings(
            destination_arn=group.arn, format=json.dumps(FORMAT)
        )
        self.requirements: list[ITerraformDependable] = (
            [self._let_the_gateway_write(names, context.partition)] if settings.api.account_log_role else []
        )

    def _let_the_gateway_write(self, names: Names, partition: str) -> ApiGatewayAccount:
        """The role with which API Gateway writes logs; there is one per account and region, for all of its APIs.

        That is why a setting says which environment owns it: two owners would take it from each other, and whoever
        is destroyed first would silence the other.
        """
        role = IamRole(
            self,
            "role",
            name=names.of("api-logs"),
            description="Lets API Gateway write access logs, for all APIs of the account in this region",
            assume_role_policy=service_trust("apigateway.amazonaws.com"),
        )
        # API Gateway tests the role for exactly what this policy grants and refuses a narrower one.
        policy = IamRolePolicyAttachment(
            self,
            "policy",
            role=role.name,
            policy_arn=f"arn:{partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
        )
        # reset_on_delete is announced as deprecated: from version 6 on the provider always does what it says.
        return ApiGatewayAccount(
            self, "account", cloudwatch_role_arn=role.arn, reset_on_delete=True, depends_on=[policy]
        )
