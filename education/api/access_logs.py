"""Access logs of the API: one JSON line per request, encrypted, without personal data.

No IP address, user agent, token, claim or literal path is logged: `resourcePath` is the path of the description. The
request id is also in the function's log. Execution logs are off, since they contain bodies.
"""

import json

from cdktf_cdktf_provider_aws.api_gateway_stage import ApiGatewayStageAccessLogSettings
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from constructs import Construct

from education.environment import Environment

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
    """The log group, and the `stage_settings` that make a stage write to it.

    API Gateway writes with a role of the account, which the bootstrap makes (`log_role.py`).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        key_arn: str,
    ) -> None:
        super().__init__(scope, id)
        group = CloudwatchLogGroup(
            self,
            "group",
            name=f"/aws/apigateway/{env.names.of('api')}",
            retention_in_days=env.settings.functions.log_retention_days,
            kms_key_id=key_arn,
        )
        self.log_group_name: str = group.name
        self.stage_settings = ApiGatewayStageAccessLogSettings(
            destination_arn=group.arn, format=json.dumps(FORMAT)
        )
