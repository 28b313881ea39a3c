"""The stage `v1`, where the API is deployed: its limits, access logs and firewall."""

from cdktf_cdktf_provider_aws.api_gateway_method_settings import (
    ApiGatewayMethodSettings,
    ApiGatewayMethodSettingsSettings,
)
from cdktf_cdktf_provider_aws.api_gateway_stage import ApiGatewayStage
from constructs import Construct

from education.api.access_logs import AccessLogs
from education.api.sampling import add_sampling_rule
from education.environment import Environment
from education.firewall.firewall import api_firewall

STAGE = "v1"


def add_stage(
    scope: Construct, *, env: Environment, api_id: str, deployment_id: str, log_key_arn: str
) -> ApiGatewayStage:
    """Makes the stage as a child of the construct of the API; `log_key_arn` encrypts its logs."""
    settings = env.settings.api
    logs = AccessLogs(scope, "access-logs", env=env, key_arn=log_key_arn) if settings.access_logs else None
    # checkov:skip=CKV_AWS_120 aws_api_gateway_stage: answers are personal; a shared cache leaks them
    # checkov:skip=CKV_AWS_73 aws_api_gateway_stage: `functions.trace_rate` switches traces on
    # checkov:skip=CKV2_AWS_4 aws_api_gateway_stage: execution logs contain bodies; access logs tell what is needed
    # checkov:skip=CKV2_AWS_51 aws_api_gateway_stage: functions are called through IAM, not over HTTP
    # checkov:skip=CKV2_AWS_77 aws_api_gateway_stage: KnownBadInputs is on; students may use a VPN
    stage = ApiGatewayStage(
        scope,
        "stage",
        rest_api_id=api_id,
        deployment_id=deployment_id,
        stage_name=STAGE,
        xray_tracing_enabled=env.settings.functions.traces,
        access_log_settings=logs.stage_settings if logs else None,
    )
    # checkov:skip=CKV_AWS_225 aws_api_gateway_method_settings: answers are personal; a shared cache leaks them
    ApiGatewayMethodSettings(
        scope,
        "limits",
        rest_api_id=api_id,
        stage_name=stage.stage_name,
        method_path="*/*",
        settings=ApiGatewayMethodSettingsSettings(
            # Metrics of each method cost as custom metrics do. The alarms and the dashboard use those of the stage,
            # which API Gateway always sends:
            # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
            metrics_enabled=False,
            # Execution logs contain request bodies, and API Gateway itself makes their log group, without encryption.
            logging_level="OFF",
            data_trace_enabled=False,
            throttling_rate_limit=settings.throttling_rate,
            throttling_burst_limit=settings.throttling_burst,
        ),
    )
    if env.settings.functions.traces:
        add_sampling_rule(scope, env=env, api_name=env.names.of("api"), stage_name=stage.stage_name)
    api_firewall(scope, env=env, stage_arn=stage.arn, log_key_arn=log_key_arn)
    return stage
