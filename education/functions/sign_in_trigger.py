"""What it takes to note who signs in and to enrol those who were invited: lambda_src/identity_triggers.

The trigger's grant to look at second factors is made with the user pool (education/identity.py).
"""

from collections.abc import Mapping, Sequence

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from constructs import Construct

from education.data.tables import StudentRecords, Table
from education.environment import Environment
from education.functions.python_function import PythonFunction
from education.iam import Grant

# What stands in the profiles table besides profiles: lambda_src/domain/people/addresses.py and tombstones.py.
_ADDRESSES = "address#*"
_ERASED = "erased#*"
# What the trigger counts: lambda_src/toolkit/log.py and lambda_src/identity_triggers/handler.py.
NAMESPACE = "Education"
NOT_NOTED = "ArrivalsNotNoted"


class ArrivalAlarm(Construct):
    """Rings when people sign in but cannot be noted: nobody is kept out, so nobody would complain."""

    def __init__(
        self, scope: Construct, id: str, *, env: Environment, function: PythonFunction, topic_arn: str
    ) -> None:
        super().__init__(scope, id)
        alarm = CloudwatchMetricAlarm(
            self,
            "alarm",
            alarm_name=env.names.of("arrivals-not-noted"),
            alarm_description=f"{function.name} could not note who signs in: its log group says where it fails.",
            namespace=NAMESPACE,
            metric_name=NOT_NOTED,
            dimensions={"FunctionName": function.name},
            statistic="Sum",
            period=300,
            evaluation_periods=1,
            threshold=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
        )
        self.arn: str = alarm.arn


def arrival_environment(records: StudentRecords) -> Mapping[str, str]:
    """What the trigger is told of the tables."""
    return {
        "USER_PROFILES_TABLE": records.profiles.name,
        "COURSES_TABLE": records.courses.name,
        "COURSE_PROGRESS_TABLE": records.progress.name,
        "ROSTER_SHARDS": str(records.roster_shards),
    }


def arrival_grants(records: StudentRecords) -> Sequence[Grant]:
    """What the trigger does in the tables."""
    profiles, courses, progress = records.profiles, records.courses, records.progress
    return [
        Grant(
            "MakeProfiles", ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem"], [profiles.arn]
        ),
        write_addresses(profiles),
        find_addresses(profiles),
        see_erasures(profiles),
        Grant("TakePlaces", ["dynamodb:BatchGetItem", "dynamodb:UpdateItem"], [courses.arn]),
        Grant("Enrol", ["dynamodb:BatchGetItem", "dynamodb:PutItem"], [progress.arn]),
        Grant("SeeWhoWaits", ["dynamodb:Query"], [progress.index_arn("course-completion-index")]),
    ]


def write_addresses(profiles: Table) -> Grant:
    """To invite people by their address, and to make an address somebody's; not to touch a profile."""
    return Grant(
        "WriteAddresses",
        ["dynamodb:UpdateItem"],
        [profiles.arn],
        conditions={"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [_ADDRESSES]}},
    )


def find_addresses(profiles: Table) -> Grant:
    """To find the addresses that are somebody's."""
    return Grant("FindAddresses", ["dynamodb:Query"], [profiles.index_arn("address-owner-index")])


def see_erasures(profiles: Table) -> Grant:
    """To make nothing for who has been erased; not to see whether a profile is there."""
    return Grant(
        "SeeErasures",
        ["dynamodb:ConditionCheckItem"],
        [profiles.arn],
        conditions={"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [_ERASED]}},
    )
