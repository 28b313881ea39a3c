"""One Lambda function: its bundle, its own role with listed grants, its log group and its alarms.

What a function may do is said by whoever makes it (`functions.py`); here stands what all functions share.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cdktf import AssetType, TerraformAsset
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.lambda_function import (
    LambdaFunction,
    LambdaFunctionDeadLetterConfig,
    LambdaFunctionEnvironment,
    LambdaFunctionLoggingConfig,
    LambdaFunctionTracingConfig,
)
from cdktf_cdktf_provider_aws.lambda_function_event_invoke_config import LambdaFunctionEventInvokeConfig
from constructs import Construct

from education.environment import Environment
from education.functions.bundling import bundle
from education.iam import Grant, boundary_arn, policy_document, service_trust

RUNTIME = "python3.13"
ARCHITECTURE = "arm64"  # the bundles hold no compiled code, so the cheaper processor does
TRACING = Grant(
    sid="WriteTraces",
    actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    resources=["*"],
    reason="X-Ray's write actions know no resource (Service Authorization Reference)",
)
ASYNCHRONOUS_RETRIES = 2
ASYNCHRONOUS_MAXIMUM_AGE_SECONDS = 3600


class PythonFunction(Construct):
    """A Python function `education-<name>-<suffix>` that runs `lambda_src/<name>`."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        name: str,
        source: str,
        description: str,
        environment: Mapping[str, str],
        grants: Sequence[Grant],
        key_arn: str,
        alarm_topic_arn: str,
        dead_letter_queue_arn: str | None = None,
        timeout_seconds: int | None = None,
    ) -> None:
        """`source` is the folder below `lambda_src/`; `dead_letter_queue_arn` makes it ready for asynchronous calls.

        `timeout_seconds` (up to 900) is for functions that no API waits for; else it is the settings'.
        """
        super().__init__(scope, id)
        self.name = env.names.of(name)
        limits = env.settings.functions
        time_limit = timeout_seconds or limits.timeout_seconds
        log_group = CloudwatchLogGroup(
            self,
            "logs",
            name=f"/aws/lambda/{self.name}",
            retention_in_days=limits.log_retention_days,
            kms_key_id=key_arn,
        )
        role = IamRole(
            self,
            "role",
            name=env.names.of(f"{name}-function"),
            description=f"What the function {self.name} may do",
            assume_role_policy=service_trust("lambda.amazonaws.com"),
            permissions_boundary=boundary_arn(env),
        )
        all_grants = [
            Grant(
                "WriteOwnLogs",
                ["logs:CreateLogStream", "logs:PutLogEvents"],
                [f"{log_group.arn}:*"],
                reason="Lambda names a log stream only when it starts an instance",
            ),
            *([TRACING] if limits.tracing else []),
            *(
                [Grant("KeepDeadLetters", ["sqs:SendMessage"], [dead_letter_queue_arn])]
                if dead_letter_queue_arn
                else []
            ),
            *grants,
        ]
        policy = IamRolePolicy(
            self,
            "policy",
            name=env.names.of(f"{name}-function"),
            role=role.name,
            policy=policy_document([grant.statement() for grant in all_grants]),
        )
        built = bundle(source)
        code = TerraformAsset(
            self, "code", path=str(built.path), type=AssetType.FILE, asset_hash=built.digest
        )
        # checkov:skip=CKV_AWS_115 aws_lambda_function: the stage throttles; reservations starve the others
        # checkov:skip=CKV_AWS_116 aws_lambda_function: streams have a failure destination instead
        # checkov:skip=CKV_AWS_117 aws_lambda_function: it talks to AWS only; there is no network to be in
        # checkov:skip=CKV_AWS_173 aws_lambda_function: the variables are names of resources, and hold no secret
        # checkov:skip=CKV_AWS_272 aws_lambda_function: the reviewed plan pins each zip by its hash
        function = LambdaFunction(
            self,
            "function",
            function_name=self.name,
            description=description,
            role=role.arn,
            runtime=RUNTIME,
            architectures=[ARCHITECTURE],
            handler=f"{source}.handler.handler",
            filename=code.path,
            source_code_hash=built.source_code_hash,
            memory_size=limits.memory_mib,
            timeout=time_limit,
            environment=LambdaFunctionEnvironment(
                variables={
                    "ENVIRONMENT_SUFFIX": env.settings.environment_suffix,
                    "LOG_LEVEL": limits.log_level,
                    **environment,
                }
            ),
            tracing_config=LambdaFunctionTracingConfig(mode="Active" if limits.tracing else "PassThrough"),
            logging_config=LambdaFunctionLoggingConfig(log_format="Text", log_group=log_group.name),
            dead_letter_config=(
                LambdaFunctionDeadLetterConfig(target_arn=dead_letter_queue_arn)
                if dead_letter_queue_arn
                else None
            ),
            depends_on=[policy],
        )
        self.function_name: str = function.function_name
        self.arn: str = function.arn
        self.invoke_arn: str = function.invoke_arn
        self.role_name: str = role.name
        self.log_group_name: str = log_group.name
        if dead_letter_queue_arn:
            LambdaFunctionEventInvokeConfig(
                self,
                "asynchronous-calls",
                function_name=function.function_name,
                maximum_retry_attempts=ASYNCHRONOUS_RETRIES,
                maximum_event_age_in_seconds=ASYNCHRONOUS_MAXIMUM_AGE_SECONDS,
            )
        self.alarm_arns: tuple[str, ...] = self._alarms(env, name, time_limit, alarm_topic_arn)

    def _alarms(self, env: Environment, name: str, timeout_seconds: int, topic_arn: str) -> tuple[str, ...]:
        shared: dict[str, Any] = {
            "namespace": "AWS/Lambda",
            "dimensions": {"FunctionName": self.name},
            "period": 60,
            "comparison_operator": "GreaterThanOrEqualToThreshold",
            "treat_missing_data": "notBreaching",
            "alarm_actions": [topic_arn],
            "ok_actions": [topic_arn],
        }
        errors = CloudwatchMetricAlarm(
            self,
            "errors",
            alarm_name=env.names.of(f"{name}-errors"),
            alarm_description=f"{self.name} ended with an error: its log group says why.",
            metric_name="Errors",
            statistic="Sum",
            threshold=1,
            evaluation_periods=1,
            **shared,
        )
        throttles = CloudwatchMetricAlarm(
            self,
            "throttles",
            alarm_name=env.names.of(f"{name}-throttles"),
            alarm_description=f"{self.name} was refused a run: the account's concurrency is used up.",
            metric_name="Throttles",
            statistic="Sum",
            threshold=1,
            evaluation_periods=1,
            **shared,
        )
        duration = CloudwatchMetricAlarm(
            self,
            "duration",
            alarm_name=env.names.of(f"{name}-duration"),
            alarm_description=f"One run of {self.name} in a hundred takes over 80 % of its time limit.",
            metric_name="Duration",
            extended_statistic="p99",
            threshold=timeout_seconds * 1000 * 0.8,
            evaluation_periods=3,
            datapoints_to_alarm=2,
            **shared,
        )
        return errors.arn, throttles.arn, duration.arn
