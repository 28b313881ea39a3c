"""Erasing a person: what it takes, and the function that finishes what a request has left.

The profile function erases within the request and so needs the same grants. What the steps are stands in
lambda_src/domain/people/erasure.py.
"""

import json
from collections.abc import Mapping

from constructs import Construct

from education.data.audit_table import AuditTable
from education.data.tables import StudentRecords
from education.environment import Environment
from education.functions.dead_letters import DeadLetters
from education.functions.python_function import PythonFunction
from education.functions.sign_in_trigger import find_addresses
from education.functions.stream_source import LagAlarm, StreamSource, stream_grants
from education.iam import Grant

# Only profiles with an erasure request: its attribute is domain.people.erasure.REQUESTED_AT.
MARKED = json.dumps({"dynamodb": {"NewImage": {"erasureRequestedAt": {"S": [{"exists": True}]}}}})
# Nobody waits for it, and somebody may have hundreds of enrolments.
TIMEOUT_SECONDS = 300


def erasure_grants(records: StudentRecords, audit: AuditTable, user_pool_arn: str) -> list[Grant]:
    """What every step of an erasure needs."""
    profiles, courses, progress = records.profiles, records.courses, records.progress
    return [
        audit.grant,
        Grant(
            "EraseRecords",
            ["dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"],
            [progress.arn],
        ),
        Grant("SeeWhoWaits", ["dynamodb:Query"], [progress.index_arn("course-completion-index")]),
        Grant("GivePlacesBack", ["dynamodb:BatchGetItem", "dynamodb:UpdateItem"], [courses.arn]),
        Grant("FindOwnedCourses", ["dynamodb:Query"], [courses.index_arn("owner-index")]),
        Grant("EraseProfiles", ["dynamodb:DeleteItem", "dynamodb:UpdateItem"], [profiles.arn]),
        find_addresses(profiles),
        Grant("EraseSignIns", ["cognito-idp:AdminGetUser", "cognito-idp:AdminDeleteUser"], [user_pool_arn]),
    ]


def erasure_environment(records: StudentRecords, audit: AuditTable, user_pool_id: str) -> Mapping[str, str]:
    """What every step of an erasure is told."""
    return {
        "USER_PROFILES_TABLE": records.profiles.name,
        "COURSES_TABLE": records.courses.name,
        "COURSE_PROGRESS_TABLE": records.progress.name,
        "ROSTER_SHARDS": str(records.roster_shards),
        "USER_POOL_ID": user_pool_id,
        **audit.environment,
    }


class PersonErasure(Construct):
    """The function `education-erasure-<suffix>`, which the profiles table's stream tells of every mark."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        records: StudentRecords,
        audit: AuditTable,
        dead_letters: DeadLetters,
        user_pool_id: str,
        user_pool_arn: str,
        key_arn: str,
        alarm_topic_arn: str,
    ) -> None:
        super().__init__(scope, id)
        self.function = PythonFunction(
            self,
            "function",
            env=env,
            name="erasure",
            source="erasure",
            description="Finishes erasures that a request began",
            environment={
                **erasure_environment(records, audit, user_pool_id),
                "DEAD_LETTER_QUEUE_URL": dead_letters.queue_url,
            },
            grants=[
                *stream_grants([records.profiles], dead_letters),
                *erasure_grants(records, audit, user_pool_arn),
            ],
            key_arn=key_arn,
            alarm_topic_arn=alarm_topic_arn,
            timeout_seconds=TIMEOUT_SECONDS,
        )
        StreamSource(
            self,
            "marks",
            table=records.profiles,
            function=self.function,
            dead_letters=dead_letters,
            pattern=MARKED,
        )
        lag = LagAlarm(
            self, "lag", env=env, name="erasure", function=self.function, topic_arn=alarm_topic_arn
        )
        self.alarm_arns: tuple[str, ...] = (lag.arn,)
