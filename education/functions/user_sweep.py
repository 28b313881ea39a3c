"""The function that finds people whose user in Cognito is gone, its schedule and its alarms.

Cognito lets everybody who is signed in delete their own user (`DeleteUser`), and tells nobody. What the function does
is in lambda_src/sweep/rules.py.
"""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from constructs import Construct

from education.data.tables import Tables
from education.functions.grants import find_people_without_a_user
from education.functions.python_function import Operations, PythonFunction
from education.identity import Identity
from education.monitoring.alarm import make_alarm

MINUTES = 15
# A run ends a minute before, and looks at 25 people a second: at about 6,000.
TIMEOUT_SECONDS = 300
# The metrics of lambda_src/sweep/handler.py.
NAMESPACE = "Education"
TOO_MANY_GONE = "TooManyUsersGone"
NO_ADMINISTRATOR = "NoAdministrator"


class UserSweep(Construct):
    """The function `education-sweep-<suffix>`, called every MINUTES minutes.

    Attributes:
        function: the function.
        alarms: too many users are gone, so that nobody is erased; no administrator is left.
    """

    def __init__(
        self, scope: Construct, id: str, *, operations: Operations, tables: Tables, identity: Identity
    ) -> None:
        super().__init__(scope, id)
        env, profiles = operations.env, tables.profiles
        self.function = PythonFunction(
            self,
            "function",
            operations=operations,
            source="sweep",
            description="Erases people who deleted their user in Cognito themselves",
            variables={**profiles.variables, "USER_POOL_ID": identity.user_pool_id},
            grants=find_people_without_a_user(profiles, identity),
            asynchronous=True,
            timeout_seconds=TIMEOUT_SECONDS,
        )
        rule = CloudwatchEventRule(
            self,
            "schedule",
            name=env.names.of("sweep"),
            description=f"Calls {self.function.name}",
            schedule_expression=f"rate({MINUTES} minutes)",
        )
        LambdaPermission(
            self,
            "permission",
            statement_id="InvokedByTheSchedule",
            action="lambda:InvokeFunction",
            function_name=self.function.function_name,
            principal="events.amazonaws.com",
            source_arn=rule.arn,
        )
        CloudwatchEventTarget(self, "target", rule=rule.name, arn=self.function.arn)
        self.alarms: Sequence[CloudwatchMetricAlarm] = [
            make_alarm(
                self,
                what,
                env=env,
                alerts=operations.alerts,
                what=what,
                description=description,
                namespace=NAMESPACE,
                metric_name=metric,
                dimensions={"FunctionName": self.function.name},
                statistic="Sum",
                period=MINUTES * 60,
                threshold=1,
                comparison_operator="GreaterThanOrEqualToThreshold",
            )
            for what, metric, description in (
                (
                    "users-gone",
                    TOO_MANY_GONE,
                    "So many users are gone from the user pool that nobody is erased: see docs/operations.md.",
                ),
                (
                    "no-administrator",
                    NO_ADMINISTRATOR,
                    "No administrator is left who can sign in: see docs/operations.md.",
                ),
            )
        ]
