"""Grants that several functions have in common (their logs, the tables, streams and dead letters), and those of the
functions that take arrivals.

What each function may do is listed in `api_functions` and `event_functions`, which use these by name.
"""

from collections.abc import Sequence

from education.content.delivery import ContentDelivery
from education.data.audit_table import AuditTable
from education.data.table import Table
from education.data.tables import Tables
from education.functions.dead_letters import DeadLetters
from education.iam import Grant
from education.identity import Identity

# The keys of the items in the table of profiles that are no profiles: see lambda_src/domain/addresses/rules.py, and
# tombstones.py, revocations.py and second_factors.py in lambda_src/domain/people.
_ADDRESSES = "address#*"
_TOMBSTONES = "erased#*"
# The list of hidden people: lambda_src/domain/rosters/hidden.py.
_HIDDEN = "hidden#*"
# What lambda_src/followups/names_store.py reads of a profile, and the mark in it.
_NAMES_MARK = ["userId", "namesChangedAt"]
_NAMES = [*_NAMES_MARK, "displayName", "email", "erasureRequestedAt"]
# What lambda_src/sweep/store.py reads of each profile.
_SWEPT = ("userId", "createdAt", "erasureRequestedAt", "erasureRemindedAt")
_REVOCATIONS = "revoked#*"
_SECOND_FACTORS = "factor#*"
# The items of co-teachers in the table of courses: lambda_src/domain/staff.py.
_CO_TEACHERS = "staff#*"
# The unfinished passes there: lambda_src/followups/pass_store.py.
_PASSES = "pass#*"

WRITE_TRACES = Grant(
    "WriteTraces",
    ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    ["*"],
    reason="X-Ray's write actions know no resource (Service Authorization Reference)",
)


def write_logs(log_group_arn: str) -> Grant:
    """Lets a function write to its own log group, but not create one, which would come back after a destroy."""
    return Grant(
        "WriteOwnLogs",
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        [f"{log_group_arn}:*"],
        reason="Lambda names a log stream only when it starts an instance",
    )


def keep_dead_letters(dead_letters: DeadLetters) -> Grant:
    """Lets a function put an event that it cannot handle into the dead-letter queue."""
    return Grant("KeepDeadLetters", ["sqs:SendMessage"], [dead_letters.queue_arn])


def read_streams(tables: Sequence[Table], dead_letters: DeadLetters) -> list[Grant]:
    """Lets Lambda read the changes of these tables, and put the failed ones into the dead-letter queue."""
    return [
        Grant(
            "ReadStreams",
            ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
            [table.stream_arn for table in tables],
        ),
        Grant(
            "FindStreams",
            ["dynamodb:ListStreams"],
            ["*"],
            reason="ListStreams has no resource type; it lists names and no record",
        ),
        keep_dead_letters(dead_letters),
    ]


def settle_enrolments(tables: Tables, dead_letters: DeadLetters) -> list[Grant]:
    """Lets a function settle queued enrolments, and count seats: lambda_src/admissions/rules.py."""
    return [
        *read_streams([tables.progress], dead_letters),
        Grant(
            "CountSeats",
            ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:UpdateItem"],
            [tables.courses.arn],
        ),
        Grant(
            "SettleEnrolments",
            ["dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
            [tables.progress.arn],
        ),
        Grant("CountRosters", ["dynamodb:Query"], [tables.roster_index_arn]),
    ]


def add_audit_entries(audit: AuditTable) -> Grant:
    """Lets a function add entries to the audit table, but not read or delete any.

    IAM cannot forbid that PutItem replaces an entry. lambda_src/domain/audit_store.py therefore writes an entry only on
    the condition that it is new.
    """
    return Grant("AddAuditEntries", ["dynamodb:PutItem"], [audit.table.arn])


def write_addresses(profiles: Table) -> Grant:
    """Lets a function invite people by address and link an address to a person, but not change a profile."""
    return Grant("WriteAddresses", ["dynamodb:UpdateItem"], [profiles.arn], conditions=_keys(_ADDRESSES))


def find_addresses(profiles: Table) -> Grant:
    """Lets a function find the addresses of a person."""
    return Grant("FindAddresses", ["dynamodb:Query"], [profiles.index_arn("address-owner-index")])


def see_erasures(profiles: Table) -> Grant:
    """Lets a function check in a transaction that a person has no tombstone, and nothing else."""
    return Grant(
        "SeeErasures", ["dynamodb:ConditionCheckItem"], [profiles.arn], conditions=_keys(_TOMBSTONES)
    )


def note_second_factors(profiles: Table) -> Grant:
    """Lets a function note since when a person has a second factor, and nothing else."""
    return Grant(
        "NoteSecondFactors", ["dynamodb:UpdateItem"], [profiles.arn], conditions=_keys(_SECOND_FACTORS)
    )


def see_present_roles(profiles: Table) -> Grant:
    """Lets a function read whether a caller has been erased and which roles the caller has lost, and nothing else."""
    return Grant(
        "SeePresentRoles",
        ["dynamodb:BatchGetItem"],
        [profiles.arn],
        conditions=_keys(_REVOCATIONS, _TOMBSTONES),
    )


def on_co_teachers(sid: str, courses: Table, *actions: str) -> Grant:
    """Lets a function write or delete the items of co-teachers, but no course."""
    return Grant(sid, actions, [courses.arn], conditions=_keys(_CO_TEACHERS))


def follow_names(tables: Tables) -> list[Grant]:
    """Lets a function bring copies of names in line with profiles, and change nothing there but their marks."""
    return [
        Grant(
            "ReadNames",
            ["dynamodb:GetItem"],
            [tables.profiles.arn],
            conditions={**_only(_NAMES), "StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}},
        ),
        Grant("RemoveMarks", ["dynamodb:UpdateItem"], [tables.profiles.arn], conditions=_only(_NAMES_MARK)),
        Grant("FindRecordsOfPeople", ["dynamodb:Query"], [tables.progress.arn]),
    ]


def _keys(*patterns: str) -> dict[str, dict[str, list[str]]]:
    """The condition that a call names no items with other keys."""
    return {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(patterns)}}


def _only(attributes: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """The condition that a call names no other attributes of items."""
    return {"ForAllValues:StringEquals": {"dynamodb:Attributes": list(attributes)}}


def end_passes(courses: Table) -> Grant:
    """Lets a function delete the item of a pass through a roster, but no course."""
    return Grant("EndPasses", ["dynamodb:DeleteItem"], [courses.arn], conditions=_keys(_PASSES))


def erase_people(tables: Tables, audit: AuditTable, identity: Identity) -> list[Grant]:
    """Lets a function carry out an erasure: lambda_src/domain/people/erasure.py lists them."""
    return [
        add_audit_entries(audit),
        Grant(
            "EraseRecords",
            ["dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"],
            [tables.progress.arn],
        ),
        Grant(
            "ErasePositions",
            ["dynamodb:Query", "dynamodb:BatchWriteItem"],
            [tables.positions.arn, tables.runtime.arn],
        ),
        Grant("SeeWhoWaits", ["dynamodb:Query"], [tables.roster_index_arn]),
        # "GivePlacesBack" is deployed. A place is a seat.
        Grant("GivePlacesBack", ["dynamodb:BatchGetItem", "dynamodb:UpdateItem"], [tables.courses.arn]),
        on_co_teachers("EraseCoTeachers", tables.courses, "dynamodb:DeleteItem"),
        Grant("FindOwnedCourses", ["dynamodb:Query"], [tables.courses.index_arn("owned-courses-index")]),
        Grant("EraseProfiles", ["dynamodb:DeleteItem", "dynamodb:UpdateItem"], [tables.profiles.arn]),
        Grant("SeeWhoIsHidden", ["dynamodb:BatchGetItem"], [tables.profiles.arn], conditions=_keys(_HIDDEN)),
        find_addresses(tables.profiles),
        delete_users(identity),
    ]


def delete_users(identity: Identity) -> Grant:
    """Lets a function read and delete a user in Cognito."""
    return Grant(
        "EraseSignIns",
        ["cognito-idp:AdminGetUser", "cognito-idp:AdminDeleteUser"],
        [identity.user_pool_arn],
    )


def find_people_without_a_user(profiles: Table, identity: Identity) -> list[Grant]:
    """Lets the sweep compare the profiles with the user pool, and store erasure requests. It reads no name and no
    address: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
    """
    return [
        Grant(
            "FindPeople",
            ["dynamodb:Scan"],
            [profiles.arn],
            conditions={**_only(_SWEPT), "StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}},
        ),
        Grant(
            "RequestErasures",
            ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
            [profiles.arn],
        ),
        Grant(
            "SeeWhoIsGone",
            ["cognito-idp:AdminGetUser", "cognito-idp:ListUsers", "cognito-idp:ListUsersInGroup"],
            [identity.user_pool_arn],
        ),
    ]


def take_arrivals(tables: Tables, content: ContentDelivery, identity: Identity) -> list[Grant]:
    """Lets a function note, copy and delete files that arrived: lambda_src/uploads/rules.py has the steps."""
    incoming = f"{content.bucket_arn}/{content.incoming_prefix}*"
    served = [f"{content.bucket_arn}/{prefix}*" for prefix in content.served_prefixes]
    lesson_unknown = "the rest of the key names the lesson, which is known only when the file arrives"
    return [
        Grant("NoteArrivedFiles", ["dynamodb:GetItem", "dynamodb:UpdateItem"], [tables.courses.arn]),
        see_present_roles(tables.profiles),
        Grant("SeeGroups", ["cognito-idp:AdminListGroupsForUser"], [identity.user_pool_arn]),
        Grant("ReadArrivals", ["s3:GetObjectVersion"], [incoming], reason=lesson_unknown),
        Grant("FindVersions", ["s3:ListBucketVersions"], [content.bucket_arn]),
        Grant("ServeFiles", ["s3:PutObject"], served, reason=lesson_unknown),
        Grant("DeleteForGood", ["s3:DeleteObjectVersion"], [incoming, *served], reason=lesson_unknown),
    ]


def start_unpacking(packages_arn: str) -> Grant:
    """Lets a function call the one that unpacks packages."""
    return Grant("StartUnpacking", ["lambda:InvokeFunction"], [packages_arn])


def unpack_packages(tables: Tables, content: ContentDelivery) -> list[Grant]:
    """Lets a function read a zip that arrived, write its files and note it: lambda_src/packages/rules.py."""
    incoming = f"{content.bucket_arn}/{content.incoming_prefix}*"
    packages = f"{content.bucket_arn}/{content.packages_prefix}*"
    unknown = "the rest of the key names the lesson, which is known only when the file arrives"
    return [
        Grant("NotePackages", ["dynamodb:GetItem", "dynamodb:UpdateItem"], [tables.courses.arn]),
        Grant("TakeZips", ["s3:GetObjectVersion", "s3:DeleteObjectVersion"], [incoming], reason=unknown),
        Grant("WritePackages", ["s3:PutObject"], [packages], reason=unknown),
        *delete_packages(content),
    ]


def end_uploads(content: ContentDelivery) -> list[Grant]:
    """Lets a function find uploads that were not completed, and delete their parts, but no file."""
    return [
        Grant("FindUploadsInParts", ["s3:ListBucketMultipartUploads"], [content.bucket_arn]),
        Grant(
            "EndUploadsInParts",
            ["s3:AbortMultipartUpload"],
            [f"{content.bucket_arn}/{content.incoming_prefix}*"],
            reason="the rest of the key names the lesson, which is known only when its upload ends",
        ),
    ]


def delete_packages(content: ContentDelivery) -> list[Grant]:
    """Lets a function delete the folder of a package, and list what is left in it."""
    return [
        Grant(
            "DeletePackages",
            ["s3:DeleteObject"],
            [f"{content.bucket_arn}/{content.packages_prefix}*"],
            reason="the rest of the key names the lesson, which is known only when its package goes",
        ),
        Grant(
            "ListPackages",
            ["s3:ListBucket"],
            [content.bucket_arn],
            conditions={"StringLike": {"s3:prefix": [f"{content.packages_prefix}*"]}},
        ),
    ]
