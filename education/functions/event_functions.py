"""The functions that events start, and the grants of each.

`python_function` adds the grants that all functions have: logs and traces. The sign-in trigger's grant on the user pool
is listed here too, but `education/identity.py` attaches it.
No API waits for them. Cognito calls the sign-in trigger before each token; the streams of the tables call the others,
whose work may come a second late but is never lost. The function that S3 calls is in `api_functions`.
"""

import json
from collections.abc import Sequence

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from constructs import Construct

from education.content.delivery import ContentDelivery
from education.data.audit_table import AuditTable
from education.data.event_bus import EventBus
from education.data.tables import Tables
from education.functions.admissions import admissions_function
from education.functions.grants import (
    delete_packages,
    end_passes,
    end_uploads,
    erase_people,
    find_addresses,
    follow_names,
    note_second_factors,
    read_streams,
    see_erasures,
)
from education.functions.python_function import Operations, PythonFunction
from education.functions.stream_filters import (
    ENROLMENTS_AND_COMPLETIONS,
    FOLLOWED,
    LOST_RIGHTS,
    NAMES,
    PUBLICATIONS,
)
from education.functions.stream_source import LagAlarm, StreamSource
from education.functions.user_sweep import UserSweep
from education.iam import Grant
from education.identity import Identity

# The records of a stream that a function gets. A profile with an erasure request has the attribute
# domain.people.erasure.REQUESTED_AT.
ERASURE_REQUESTS = json.dumps({"dynamodb": {"NewImage": {"erasureRequestedAt": {"S": [{"exists": True}]}}}})
# Cognito waits five seconds for its trigger, counted from its own call. 1.6 s of these are left for the start of a new
# instance and for the way there and back: lambda_src/identity_triggers/handler.py. CPU power grows with the memory,
# and a new instance has to load boto3 in that time.
TRIGGER_SECONDS = 3.4
TRIGGER_MEMORY_MIB = 1024
REFUSED_SIGN_UPS = 20
# A person may have hundreds of enrolments.
ERASURE_TIMEOUT_SECONDS = 300
# At most half of it is for passes through rosters (lambda_src/followups/pass_rules.py).
FOLLOWUPS_TIMEOUT_SECONDS = 600


class SignInTrigger(PythonFunction):
    """The function `education-identity-triggers-<suffix>`, which Cognito calls before it signs an ID token.

    It withholds the administrators' group from an administrator without a second factor, creates the profile at the
    first sign-in, and enrols a person who was invited.
    """

    def __init__(self, scope: Construct, id: str, *, operations: Operations, tables: Tables) -> None:
        self._checks_second_factors = operations.env.settings.identity.administrators_need_mfa
        super().__init__(
            scope,
            id,
            operations=operations,
            source="identity_triggers",
            description="Withholds the administrators' group from users without a second factor, enrols invited people",
            variables={
                "ADMINISTRATORS_NEED_MFA": str(self._checks_second_factors).lower(),
                "SIGN_UP_DOMAINS": ",".join(operations.env.settings.identity.sign_up_domains) or "*",
                **tables.variables,
            },
            grants=[
                # UpdateItem is for addresses, and for a profile that has an address which is not verified.
                Grant(
                    "MakeProfiles",
                    [
                        "dynamodb:BatchGetItem",
                        "dynamodb:GetItem",
                        "dynamodb:PutItem",
                        "dynamodb:UpdateItem",
                    ],
                    [tables.profiles.arn],
                ),
                find_addresses(tables.profiles),
                see_erasures(tables.profiles),
                *([note_second_factors(tables.profiles)] if self._checks_second_factors else []),
                # "TakePlaces" is deployed. A place is a seat.
                Grant("TakePlaces", ["dynamodb:BatchGetItem", "dynamodb:UpdateItem"], [tables.courses.arn]),
                Grant("Enrol", ["dynamodb:BatchGetItem", "dynamodb:PutItem"], [tables.progress.arn]),
                Grant("SeeWhoWaits", ["dynamodb:Query"], [tables.roster_index_arn]),
            ],
            memory_mib=TRIGGER_MEMORY_MIB,
            caller_waits_seconds=TRIGGER_SECONDS,
            # It can refuse a sign-up only by an error, and strangers may try at any time.
            errors_per_minute=REFUSED_SIGN_UPS if operations.env.settings.identity.sign_up_domains else 1,
        )

    def user_pool_grants(self, user_pool_arn: str) -> Sequence[Grant]:
        """What it may do in the user pool. The event says nothing about second factors, so it asks the pool, and ends
        the sessions from before a factor."""
        if not self._checks_second_factors:
            return []
        return [
            Grant(
                "SeeSecondFactors",
                ["cognito-idp:AdminGetUser", "cognito-idp:AdminUserGlobalSignOut"],
                [user_pool_arn],
            )
        ]


class ErasureFunction(Construct):
    """The function `education-erasure-<suffix>`: it carries out the erasures that a request stored.

    The stream of the profiles table tells it of each profile with an erasure request. The steps are in
    lambda_src/domain/people/erasure.py.

    Attributes:
        all: this function, and the one that finds people who deleted their user in Cognito themselves.
        alarms: on the lag of the first, and those of the second.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        operations: Operations,
        tables: Tables,
        audit: AuditTable,
        identity: Identity,
    ) -> None:
        super().__init__(scope, id)
        self.function = PythonFunction(
            self,
            "function",
            operations=operations,
            source="erasure",
            description="Carries out erasures that a request stored",
            variables={
                **tables.variables,
                **tables.positions.variables,
                **tables.runtime.variables,
                **audit.variables,
                "USER_POOL_ID": identity.user_pool_id,
                "DEAD_LETTER_QUEUE_URL": operations.dead_letters.queue_url,
            },
            grants=[
                *read_streams([tables.profiles], operations.dead_letters),
                *erase_people(tables, audit, identity),
            ],
            timeout_seconds=ERASURE_TIMEOUT_SECONDS,
        )
        # The id "marks" is deployed. It means erasure requests.
        StreamSource(
            self,
            "marks",
            operations=operations,
            table=tables.profiles,
            function=self.function,
            pattern=ERASURE_REQUESTS,
        )
        lag = LagAlarm(self, "lag", operations=operations, function=self.function)
        sweep = UserSweep(self, "sweep", operations=operations, tables=tables, identity=identity)
        self.all: tuple[PythonFunction, ...] = (self.function, sweep.function)
        self.alarms: tuple[CloudwatchMetricAlarm, ...] = (lag.alarm, *sweep.alarms)


class StreamFunctions(Construct):
    """The function that sends events to other systems, the one that handles course changes, and the one that settles
    queued enrolments.

    After a course was edited, the second one (`followups`) updates the students' records, the waitlist and the stored
    files, after a change of a profile the copies of the name and the address, and when a person loses a role or is
    erased it ends their unfinished uploads.

    Attributes:
        alarms: on the lag of each.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        operations: Operations,
        tables: Tables,
        content: ContentDelivery,
        bus: EventBus,
    ) -> None:
        super().__init__(scope, id)
        courses, progress, dead_letters = tables.courses, tables.progress, operations.dead_letters
        self.events = PythonFunction(
            self,
            "events",
            operations=operations,
            source="events",
            description="Sends enrolments, completions and publications to the event bus",
            variables={
                **courses.variables,
                **progress.variables,
                **bus.variables,
                "HOME_PAGE": operations.env.settings.content.portal_origins[0],
                "DEAD_LETTER_QUEUE_URL": dead_letters.queue_url,
            },
            grants=[
                *read_streams([courses, progress], dead_letters),
                Grant("SendEvents", ["events:PutEvents"], [bus.arn]),
                Grant("NoteWhatIsSent", ["dynamodb:GetItem", "dynamodb:PutItem"], [bus.sent.arn]),
            ],
        )
        self.followups = PythonFunction(
            self,
            "followups",
            operations=operations,
            source="followups",
            description="After an edit of a course or a profile, updates students' records, the waitlist and files",
            variables={
                **tables.variables,
                "CONTENT_BUCKET": content.bucket_name,
                "COUNTING_SECONDS": str(operations.env.settings.records.counting_seconds),
                "DEAD_LETTER_QUEUE_URL": dead_letters.queue_url,
            },
            grants=[
                *read_streams([courses, tables.profiles], dead_letters),
                # "ReadCoursesAndTakePlaces" is deployed. A place is a seat.
                Grant(
                    "ReadCoursesAndTakePlaces",
                    ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:UpdateItem"],
                    [courses.arn],
                ),
                Grant(
                    "BringRecordsInLine",
                    ["dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
                    [progress.arn],
                ),
                Grant("ReadRosters", ["dynamodb:Query"], [tables.roster_index_arn]),
                *follow_names(tables),
                end_passes(courses),
                Grant(
                    "CompareSearchEntries", ["dynamodb:Query"], [courses.index_arn("published-courses-index")]
                ),
                Grant(
                    "DeleteFilesWithoutLessons",
                    ["s3:DeleteObject"],
                    [f"{content.bucket_arn}/{prefix}*" for prefix in content.served_prefixes],
                    reason="the rest of the key names the lesson, which is known only at the edit",
                ),
                *end_uploads(content),
                *delete_packages(content),
            ],
            timeout_seconds=FOLLOWUPS_TIMEOUT_SECONDS,
        )
        self.admissions = admissions_function(self, operations=operations, tables=tables)
        for name, table, function, pattern in (
            ("events-of-courses", courses, self.events, PUBLICATIONS),
            ("events-of-progress", progress, self.events, ENROLMENTS_AND_COMPLETIONS),
            ("followups-of-courses", courses, self.followups, FOLLOWED),
            ("followups-of-profiles", tables.profiles, self.followups, (*NAMES, *LOST_RIGHTS)),
        ):
            StreamSource(self, name, operations=operations, table=table, function=function, pattern=pattern)
        self.alarms: tuple[CloudwatchMetricAlarm, ...] = tuple(
            LagAlarm(self, f"{function.label}-lag", operations=operations, function=function).alarm
            for function in self.all
        )

    @property
    def all(self) -> tuple[PythonFunction, ...]:
        """The three functions."""
        return self.events, self.followups, self.admissions
