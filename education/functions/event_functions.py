"""The functions behind the tables' streams, and exactly what each of them may do.

They act on what has happened, so nobody waits for them: what they do may come a second late, but is never lost.
"""

import json
from collections.abc import Mapping

from constructs import Construct

from education.content.delivery import ContentDelivery
from education.data.event_bus import LearningEvents
from education.data.tables import StudentRecords
from education.environment import Environment
from education.functions.dead_letters import DeadLetters
from education.functions.python_function import PythonFunction
from education.functions.stream_source import LagAlarm, StreamSource, stream_grants
from education.iam import Grant

# A course of a hundred thousand students is gone through in minutes, not in an API's seconds.
FOLLOWUPS_TIMEOUT_SECONDS = 600
EDITS = json.dumps({"eventName": ["MODIFY"]})
WRITES = json.dumps({"eventName": ["INSERT", "MODIFY"]})


class StreamFunctions(Construct):
    """What tells others of the news, and what brings students' records in line with an edited course."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        records: StudentRecords,
        content: ContentDelivery,
        outlet: LearningEvents,
        dead_letters: DeadLetters,
        key_arn: str,
        alarm_topic_arn: str,
    ) -> None:
        super().__init__(scope, id)
        courses, progress = records.courses, records.progress
        self.events = PythonFunction(
            self,
            "events",
            env=env,
            name="events",
            source="events",
            description="Sends enrolments, completions and publications to the event bus",
            environment={
                "COURSES_TABLE": courses.name,
                "COURSE_PROGRESS_TABLE": progress.name,
                "EVENT_BUS_NAME": outlet.bus_name,
                "SENT_EVENTS_TABLE": outlet.sent_table_name,
                "HOME_PAGE": env.settings.content.portal_origins[0],
                "DEAD_LETTER_QUEUE_URL": dead_letters.queue_url,
            },
            grants=[*stream_grants([courses, progress], dead_letters), *outlet.grants],
            key_arn=key_arn,
            alarm_topic_arn=alarm_topic_arn,
        )
        self.followups = PythonFunction(
            self,
            "followups",
            env=env,
            name="followups",
            source="followups",
            description="Brings students' records, the waitlist and the stored files in line with an edited course",
            environment={
                "COURSES_TABLE": courses.name,
                "COURSE_PROGRESS_TABLE": progress.name,
                "USER_PROFILES_TABLE": records.profiles.name,
                "ROSTER_SHARDS": str(env.settings.records.roster_shards),
                "CONTENT_BUCKET": content.bucket_name,
                "DEAD_LETTER_QUEUE_URL": dead_letters.queue_url,
            },
            grants=[
                *stream_grants([courses], dead_letters),
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
                Grant("ReadRosters", ["dynamodb:Query"], [progress.index_arn("course-completion-index")]),
                Grant(
                    "DeleteFilesWithoutLessons",
                    ["s3:DeleteObject"],
                    [f"{content.bucket_arn}/{prefix}*" for prefix in content.upload_prefixes],
                    reason="the rest of the key names the lesson, which is known only at the edit",
                ),
            ],
            key_arn=key_arn,
            alarm_topic_arn=alarm_topic_arn,
            timeout_seconds=FOLLOWUPS_TIMEOUT_SECONDS,
        )
        for name, table, function, pattern in (
            ("events-of-courses", courses, self.events, WRITES),
            ("events-of-progress", progress, self.events, WRITES),
            ("followups-of-courses", courses, self.followups, EDITS),
        ):
            StreamSource(
                self, name, table=table, function=function, dead_letters=dead_letters, pattern=pattern
            )
        self.lag_alarm_arns = [
            LagAlarm(
                self, f"{name}-lag", env=env, name=name, function=function, topic_arn=alarm_topic_arn
            ).arn
            for name, function in self.all.items()
        ]

    @property
    def all(self) -> Mapping[str, PythonFunction]:
        """Every function here, by its short name."""
        return {"events": self.events, "followups": self.followups}
