"""The functions of the platform, and exactly what each of them may do.

A reader finds here, function by function, its environment and its grants. That they are enough and not too much is
shown by the tests, which run with IAM enforced.
"""

import json
from collections.abc import Mapping, Sequence

from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from cdktf_cdktf_provider_aws.s3_bucket_notification import (
    S3BucketNotification,
    S3BucketNotificationLambdaFunction,
)
from constructs import Construct

from education.content.delivery import ContentDelivery
from education.data.audit_table import AuditTable
from education.data.tables import StudentRecords
from education.environment import Environment
from education.functions.erasure import erasure_environment, erasure_grants
from education.functions.python_function import PythonFunction
from education.functions.sign_in_trigger import see_erasures, write_addresses
from education.iam import Grant

# The function `profile` lives in a folder of another name, because the standard library has a module `profile`.
SOURCES = {"profile": "profiles"}


class Functions(Construct):
    """The five functions behind the API, and the one that notices uploaded files."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        records: StudentRecords,
        audit: AuditTable,
        user_pool_id: str,
        user_pool_arn: str,
        content: ContentDelivery,
        key_arn: str,
        alarm_topic_arn: str,
        dead_letter_queue_arn: str,
    ) -> None:
        super().__init__(scope, id)
        self._env = env
        self._key_arn, self._alarm_topic_arn = key_arn, alarm_topic_arn
        profiles, courses, progress = records.profiles, records.courses, records.progress
        roster_index = progress.index_arn("course-completion-index")

        self.catalog = self._function(
            "catalog",
            "Courses and their lessons: list, read, write",
            {"COURSES_TABLE": courses.name, "USER_PROFILES_TABLE": profiles.name, **audit.environment},
            [
                audit.grant,
                see_erasures(profiles),
                Grant(
                    "ReadAndWriteCourses",
                    ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
                    [courses.arn],
                ),
                Grant(
                    "ListCourses",
                    ["dynamodb:Query"],
                    [courses.index_arn("catalogue-index"), courses.index_arn("owner-index")],
                ),
            ],
        )
        self.enrollment = self._function(
            "enrollment",
            "Enrolments and rosters",
            {
                "COURSES_TABLE": courses.name,
                "COURSE_PROGRESS_TABLE": progress.name,
                "USER_PROFILES_TABLE": profiles.name,
                "ROSTER_SHARDS": str(records.roster_shards),
                **audit.environment,
            },
            [
                audit.grant,
                see_erasures(profiles),
                Grant(
                    "ReadCoursesAndTakePlaces",
                    ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:UpdateItem"],
                    [courses.arn],
                ),
                Grant(
                    "ReadAndWriteEnrolments",
                    ["dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:Query"],
                    [progress.arn],
                ),
                Grant("ReadRosters", ["dynamodb:Query"], [roster_index]),
                Grant("SeeWhoIsOnARoster", ["dynamodb:BatchGetItem"], [profiles.arn]),
                write_addresses(profiles),
            ],
        )
        self.progress = self._function(
            "progress",
            "How far a student is",
            {"COURSES_TABLE": courses.name, "COURSE_PROGRESS_TABLE": progress.name},
            [
                Grant("ReadCourses", ["dynamodb:GetItem", "dynamodb:BatchGetItem"], [courses.arn]),
                Grant(
                    "ReadAndAdvanceProgress", ["dynamodb:BatchGetItem", "dynamodb:UpdateItem"], [progress.arn]
                ),
            ],
        )
        self.content = self._function(
            "content",
            "Links to course files, for reading and for uploading",
            {
                "COURSES_TABLE": courses.name,
                "COURSE_PROGRESS_TABLE": progress.name,
                "CONTENT_BUCKET": content.bucket_name,
                "CONTENT_BASE_URL": content.base_url,
                "SIGNING_SECRET_ID": content.signing_secret_arn,
                "SIGNING_KEY_IDS": json.dumps(content.public_key_ids),
                "PREMIUM_URL_MINUTES": str(env.settings.content.premium_url_minutes),
                "MAX_UPLOAD_MIB": str(env.settings.content.max_upload_mib),
            },
            [
                Grant("ReadCourses", ["dynamodb:GetItem"], [courses.arn]),
                Grant("ReadEnrolments", ["dynamodb:GetItem"], [progress.arn]),
                Grant(
                    "SignUploads",
                    ["s3:PutObject"],
                    [f"{content.bucket_arn}/{prefix}*" for prefix in content.upload_prefixes],
                    reason="the rest of the key names the lesson, which is known only at the request",
                ),
                Grant("ReadSigningKey", ["secretsmanager:GetSecretValue"], [content.signing_secret_arn]),
            ],
        )
        self.profile = self._function(
            "profile",
            "A person's own profile, its export and erasure, and everybody's roles",
            erasure_environment(records, audit, user_pool_id),
            [
                *erasure_grants(records, audit, user_pool_arn),
                Grant(
                    "ReadAndMakeProfiles",
                    ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:ConditionCheckItem"],
                    [profiles.arn],
                ),
                Grant(
                    "ExportAuditEntries",
                    ["dynamodb:Query"],
                    [audit.index_arn("actor-index"), audit.index_arn("subject-index")],
                ),
                Grant(
                    "ReadAndChangeRoles",
                    [
                        "cognito-idp:AdminListGroupsForUser",
                        "cognito-idp:ListUsersInGroup",
                        "cognito-idp:AdminAddUserToGroup",
                        "cognito-idp:AdminRemoveUserFromGroup",
                    ],
                    [user_pool_arn],
                ),
            ],
        )
        self.uploads = PythonFunction(
            self,
            "uploads",
            env=env,
            name="uploads",
            source="uploads",
            description="Notes in the course that a lesson's file has arrived",
            environment={"COURSES_TABLE": courses.name},
            grants=[Grant("NoteArrivedFiles", ["dynamodb:UpdateItem"], [courses.arn])],
            key_arn=key_arn,
            alarm_topic_arn=alarm_topic_arn,
            dead_letter_queue_arn=dead_letter_queue_arn,
        )
        self._notify_of_uploads(content, env.aws.account_id)

    @property
    def all(self) -> Mapping[str, PythonFunction]:
        """Every function here, by its short name."""
        return {**self.behind_the_api, "uploads": self.uploads}

    @property
    def behind_the_api(self) -> Mapping[str, PythonFunction]:
        """The functions that `x-function` in api/openapi.yaml may name."""
        return {
            "catalog": self.catalog,
            "enrollment": self.enrollment,
            "progress": self.progress,
            "content": self.content,
            "profile": self.profile,
        }

    def _notify_of_uploads(self, content: ContentDelivery, account_id: str) -> None:
        """S3 tells the uploads function of every new object below the prefixes that lessons use."""
        permission = LambdaPermission(
            self,
            "uploads-permission",
            statement_id="InvokedByTheContentBucket",
            action="lambda:InvokeFunction",
            function_name=self.uploads.function_name,
            principal="s3.amazonaws.com",
            source_arn=content.bucket_arn,
            source_account=account_id,
        )
        S3BucketNotification(
            self,
            "uploads-notification",
            bucket=content.bucket_name,
            lambda_function=[
                S3BucketNotificationLambdaFunction(
                    id=prefix.rstrip("/"),
                    lambda_function_arn=self.uploads.arn,
                    events=["s3:ObjectCreated:*"],
                    filter_prefix=prefix,
                )
                for prefix in content.upload_prefixes
            ],
            depends_on=[permission],
        )

    def _function(
        self, name: str, description: str, environment: Mapping[str, str], grants: Sequence[Grant]
    ) -> PythonFunction:
        return PythonFunction(
            self,
            name,
            env=self._env,
            name=name,
            source=SOURCES.get(name, name),
            description=description,
            environment={
                "PORTAL_ORIGINS": ",".join(self._env.settings.content.portal_origins),
                **environment,
            },
            grants=grants,
            key_arn=self._key_arn,
            alarm_topic_arn=self._alarm_topic_arn,
        )
