"""Access logs of the API: one short line per request, encrypted, without personal data.

It has what the log of a function lacks: the requests that no function gets (no token, throttled, refused by the
firewall), and what the client was answered. The request id leads to the line in the function's log, which has the
operation and the time it took. Most requests are positions, whose logs must not cost more than their work. No IP
address, user agent, token, claim or path is logged. Execution logs are off, since they contain bodies.
"""

from cdktf_cdktf_provider_aws.api_gateway_stage import ApiGatewayStageAccessLogSettings
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from constructs import Construct

from education.environment import Environment

# The last is "-", or the kind of the gateway's own error.
FORMAT = "$context.requestId $context.status $context.error.responseType"


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
        self.stage_settings = ApiGatewayStageAccessLogSettings(destination_arn=group.arn, format=FORMAT)
