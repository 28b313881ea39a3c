"""What it takes to note who signs in and to enrol those who were invited: lambda_src/identity_triggers.

The trigger's grant to look at second factors is made with the user pool (education/identity.py).
"""

from collections.abc import Mapping, Sequence

from education.iam import Grant
from education.student_records import StudentRecords, Table

# What stands in the profiles table besides profiles: lambda_src/shared/addresses.py and tombstones.py.
_ADDRESSES = "address#*"
_ERASED = "erased#*"


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
