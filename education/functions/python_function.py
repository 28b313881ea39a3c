"""One Lambda function: its bundle, its own role with listed grants, its log group and its alarms.

What all functions share is here: also the grants for logs, traces and failed events. All other grants of a function are
in `api_functions` and `event_functions`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdktf import ITerraformDependable
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

from education.encryption import CustomerKey
from education.environment import Environment
from education.functions.bundling import bundles, deployed_name
from education.functions.code_bucket import CodeBucket
from education.functions.dead_letters import DeadLetters
from education.functions.grants import WRITE_TRACES, keep_dead_letters, write_logs
from education.iam import Grant, boundary_arn, policy_document, service_trust
from education.monitoring.alarm import make_alarm
from education.monitoring.alert_topic import AlertTopic

RUNTIME = "python3.13"
ARCHITECTURE = "arm64"  # cheaper than x86_64; the bundles contain no compiled code, so either works
# The functions themselves leave out lines below `functions.log_level` (lambda_src/toolkit/log.py). At DEBUG, Lambda
# would make botocore log what it sends to AWS, which has personal data.
LAMBDA_LOG_LEVEL = "INFO"
ASYNCHRONOUS_RETRIES = 2
ASYNCHRONOUS_MAXIMUM_AGE_SECONDS = 3600


@dataclass(frozen=True)
class Operations:
    """What operators read of every function, and the facts of the environment.

    Attributes:
        log_key: encrypts the log groups.
        alerts: the alarms publish here.
        dead_letters: keeps the events that a function failed to handle.
        code: has the zips of the functions.
    """

    env: Environment
    log_key: CustomerKey
    alerts: AlertTopic
    dead_letters: DeadLetters
    code: CodeBucket


class PythonFunction(Construct):
    """A Python function `education-<label>-<suffix>` that runs `lambda_src/<source>`.

    Attributes:
        label: its short name, as in `deployed_name`.
        alarms: on its errors, throttles and duration.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        operations: Operations,
        source: str,
        description: str,
        variables: Mapping[str, str],
        grants: Sequence[Grant],
        asynchronous: bool = False,
        timeout_seconds: int | None = None,
        memory_mib: int = 0,
        caller_waits_seconds: float | None = None,
        errors_per_minute: int = 1,
        traced: bool = False,
        after: Sequence[ITerraformDependable] = (),
    ) -> None:
        """`source` is the folder below `lambda_src/`; `variables` are the environment variables.

        `asynchronous` is for a function whose caller does not wait: failed events go to the dead-letter queue.
        `timeout_seconds` (up to 900) is for a function that no API waits for; by default it is the settings'.
        `memory_mib` is the least that it needs, where the settings may give less. `caller_waits_seconds` is for a
        caller that waits less long than the function may run: the alarm on its duration then compares with that.
        `errors_per_minute` is from how many errors in a minute the alarm on its errors rings.
        `traced` is for a function behind the API, which traces the requests that the gateway has chosen.
        `after` is what must be deployed before this function changes.
        """
        super().__init__(scope, id)
        self._operations, self.label = operations, deployed_name(source)
        env, dead_letters = operations.env, operations.dead_letters
        name, limits = env.names.of(self.label), env.settings.functions
        time_limit = timeout_seconds or limits.timeout_seconds
        traces = traced and limits.traces
        log_group = CloudwatchLogGroup(
            self,
            "logs",
            name=f"/aws/lambda/{name}",
            retention_in_days=limits.log_retention_days,
            kms_key_id=operations.log_key.arn,
        )
        role = IamRole(
            self,
            "role",
            name=env.names.function_role(self.label),
            description=f"What the function {name} may do",
            assume_role_policy=service_trust("lambda.amazonaws.com"),
            permissions_boundary=boundary_arn(env),
        )
        all_grants = [
            write_logs(log_group.arn),
            *([WRITE_TRACES] if traces else []),
            *([keep_dead_letters(dead_letters)] if asynchronous else []),
            *grants,
        ]
        policy = IamRolePolicy(
            self,
            "policy",
            name=env.names.function_role(self.label),
            role=role.name,
            policy=policy_document([grant.statement() for grant in all_grants]),
        )
        built = bundles()[source]
        code = operations.code.store(self, self.label, built)
        # checkov:skip=CKV_AWS_115 aws_lambda_function: the stage throttles; reserving would leave the others too little
        # checkov:skip=CKV_AWS_116 aws_lambda_function: streams have a failure destination instead
        # checkov:skip=CKV_AWS_117 aws_lambda_function: it talks to AWS only; there is no network to be in
        # checkov:skip=CKV_AWS_173 aws_lambda_function: the variables are names of resources, and contain no secret
        # checkov:skip=CKV_AWS_272 aws_lambda_function: the reviewed plan pins each zip by its hash
        function = LambdaFunction(
            self,
            "function",
            function_name=name,
            description=description,
            role=role.arn,
            runtime=RUNTIME,
            architectures=[ARCHITECTURE],
            handler=f"{source}.handler.handler",
            s3_bucket=code.bucket,
            s3_key=code.key,
            source_code_hash=built.source_code_hash,
            memory_size=max(limits.memory_mib, memory_mib),
            timeout=time_limit,
            environment=LambdaFunctionEnvironment(
                variables={
                    "ENVIRONMENT_SUFFIX": env.settings.environment_suffix,
                    "LOG_LEVEL": limits.log_level,
                    **variables,
                }
            ),
            tracing_config=LambdaFunctionTracingConfig(mode="Active" if traces else "PassThrough"),
            # Lambda's own lines on each start and end, 300 bytes together, are at INFO. Those on a failure are at WARN:
            # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
            logging_config=LambdaFunctionLoggingConfig(
                log_format="JSON",
                application_log_level=LAMBDA_LOG_LEVEL,
                system_log_level="WARN",
                log_group=log_group.name,
            ),
            dead_letter_config=(
                LambdaFunctionDeadLetterConfig(target_arn=dead_letters.queue_arn) if asynchronous else None
            ),
            depends_on=[policy, *after],
        )
        self.name: str = name
        self.function_name: str = function.function_name
        self.arn: str = function.arn
        self.invoke_arn: str = function.invoke_arn
        self.role_name: str = role.name
        self.log_group_name: str = log_group.name
        if asynchronous:
            LambdaFunctionEventInvokeConfig(
                self,
                "asynchronous-calls",
                function_name=function.function_name,
                maximum_retry_attempts=ASYNCHRONOUS_RETRIES,
                maximum_event_age_in_seconds=ASYNCHRONOUS_MAXIMUM_AGE_SECONDS,
            )
        self.alarms: tuple[CloudwatchMetricAlarm, ...] = (
            self._alarm(
                "errors",
                "Errors",
                f"{name} ended with an error: its log group says why.",
                statistic="Sum",
                threshold=errors_per_minute,
            ),
            self._alarm(
                "throttles",
                "Throttles",
                f"AWS refused to run {name}: the account's concurrency is used up.",
                statistic="Sum",
                threshold=1,
            ),
            self._alarm(
                "duration",
                "Duration",
                f"One run of {name} in a hundred takes over 80 % of "
                + ("the time that its caller waits." if caller_waits_seconds else "its time limit."),
                extended_statistic="p99",
                threshold=(caller_waits_seconds or time_limit) * 1000 * 0.8,
                datapoints_to_alarm=2,
            ),
        )

    def _alarm(
        self, what: str, metric_name: str, description: str, **condition: Any
    ) -> CloudwatchMetricAlarm:
        return make_alarm(
            self,
            what,
            env=self._operations.env,
            alerts=self._operations.alerts,
            what=f"{self.label}-{what}",
            description=description,
            namespace="AWS/Lambda",
            metric_name=metric_name,
            dimensions={"FunctionName": self.name},
            period=60,
            comparison_operator="GreaterThanOrEqualToThreshold",
            **condition,
        )
