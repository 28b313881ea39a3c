"""The functions behind the API: the environment variables and the grants of each. `arrivals` has the one that S3 calls.

This file lists, for each function, what it alone may do; `grants` has what several functions share. `python_function`
adds the grants that all functions have: logs and traces. The integration tests run with IAM enforced, and so show that
the grants are enough.
"""

from collections.abc import Mapping, Sequence

from cdktf import ITerraformDependable
from constructs import Construct

from education.content.delivery import ContentDelivery
from education.data.audit_table import AuditTable
from education.data.tables import Tables
from education.functions.arrivals import packages_function, uploads_function
from education.functions.bundling import deployed_name
from education.functions.grants import (
    add_audit_entries,
    delete_users,
    on_co_teachers,
    see_erasures,
    see_present_roles,
    write_addresses,
)
from education.functions.python_function import Operations, PythonFunction
from education.iam import Grant
from education.identity import Identity


class ApiFunctions(Construct):
    """The five functions behind the API, and the two that handle uploaded files.

    Attributes:
        behind_the_api: the functions that `x-function` in api/openapi.yaml may name, by that name.
        all: every function here.
        outputs: the names of the functions behind the API, for the stack's outputs.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        operations: Operations,
        tables: Tables,
        audit: AuditTable,
        content: ContentDelivery,
        identity: Identity,
    ) -> None:
        super().__init__(scope, id)
        self._operations = operations
        profiles, courses, progress = tables.profiles, tables.courses, tables.progress
        settings, keys = operations.env.settings.content, content.signing_keys

        catalog = self._function(
            "catalog",
            "Courses and their lessons: list, read, write",
            {**courses.variables, **profiles.variables, **audit.variables},
            [
                add_audit_entries(audit),
                see_erasures(profiles),
                see_present_roles(profiles),
                Grant(
                    "ReadAndWriteCourses",
                    ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
                    [courses.arn],
                ),
                Grant(
                    "ListCourses",
                    ["dynamodb:Query"],
                    [courses.index_arn("published-courses-index"), courses.index_arn("owned-courses-index")],
                ),
            ],
        )
        enrollment = self._function(
            "enrollment",
            "Enrolments and rosters",
            {**tables.variables, **tables.positions.variables, **audit.variables},
            [
                add_audit_entries(audit),
                see_erasures(profiles),
                # "ReadCoursesAndTakePlaces" is deployed. A place is a seat.
                Grant(
                    "ReadCoursesAndTakePlaces",
                    ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:UpdateItem"],
                    [courses.arn],
                ),
                Grant(
                    "ReadAndWriteEnrolments",
                    ["dynamodb:BatchGetItem", "dynamodb:PutItem"],
                    [progress.arn],
                ),
                Grant("ListOwnEnrolments", ["dynamodb:Query"], [tables.student_index_arn]),
                # After a withdrawal: lambda_src/domain/positions/folding.py.
                Grant("FoldPositions", ["dynamodb:Query", "dynamodb:DeleteItem"], [tables.positions.arn]),
                Grant("KeepPositions", ["dynamodb:GetItem", "dynamodb:UpdateItem"], [progress.arn]),
                Grant("ReadRosters", ["dynamodb:Query"], [tables.roster_index_arn]),
                # Also the caller's present roles.
                Grant("SeeWhoIsOnARoster", ["dynamodb:BatchGetItem"], [profiles.arn]),
                write_addresses(profiles),
            ],
        )
        progress_function = self._function(
            "progress",
            "The progress of a student in a course",
            {
                **profiles.variables,
                **courses.variables,
                **progress.variables,
                **tables.positions.variables,
                **tables.runtime.variables,
            },
            [
                see_erasures(profiles),
                see_present_roles(profiles),
                Grant("ReadCourses", ["dynamodb:GetItem", "dynamodb:BatchGetItem"], [courses.arn]),
                Grant(
                    "ReadAndAdvanceProgress",
                    ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:UpdateItem"],
                    [progress.arn],
                ),
                # Of the index, only how many wait before a student is counted.
                Grant("CountWhoWaits", ["dynamodb:Query"], [tables.roster_index_arn]),
                Grant(
                    "ReadAndWritePositions",
                    ["dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
                    [tables.positions.arn],
                ),
                Grant(
                    "ReadAndWriteRuntimeData",
                    ["dynamodb:PutItem", "dynamodb:UpdateItem"],
                    [tables.runtime.arn],
                ),
            ],
        )
        content_function = self._function(
            "content",
            "Links to course files, for reading and for uploading",
            {
                **profiles.variables,
                **courses.variables,
                **progress.variables,
                "CONTENT_BUCKET": content.bucket_name,
                "CONTENT_BASE_URL": content.base_url,
                **(keys.former.variables if keys.former else {}),
                "SIGNING_KEY_ARN": keys.active_key_arn,
                "SIGNING_PUBLIC_KEY_ID": keys.active_public_key_id,
                **content.packages.variables,
                "PREMIUM_URL_MINUTES": str(settings.premium_url_minutes),
                "MAX_UPLOAD_MIB": str(settings.max_upload_mib),
            },
            [
                see_present_roles(profiles),
                Grant("ReadCoursesAndOpenForms", ["dynamodb:GetItem", "dynamodb:UpdateItem"], [courses.arn]),
                Grant("ReadEnrolments", ["dynamodb:GetItem"], [progress.arn]),
                Grant(
                    "SignUploads",
                    ["s3:PutObject", "s3:ListMultipartUploadParts"],
                    [f"{content.bucket_arn}/{content.incoming_prefix}*"],
                    reason="the rest of the key names the lesson, which is known only at the request",
                ),
                # Both slots: until new variables have reached every instance, some sign with the other one.
                Grant("SignLinks", ["kms:Sign"], keys.key_arns),
                Grant("ReadPackageKeys", ["secretsmanager:GetSecretValue"], [content.packages.secret_arn]),
                *(
                    [Grant("ReadSigningKey", ["secretsmanager:GetSecretValue"], [keys.former.secret_arn])]
                    if keys.former
                    else []
                ),
            ],
            # The distribution trusts a new group of keys before this function signs with one of them.
            after=[content.distribution],
        )
        profile = self._function(
            "profiles",
            "A person's own profile, export and erasure; for administrators roles, people and the audit trail",
            {
                **profiles.variables,
                **courses.variables,
                **progress.variables,
                **tables.positions.variables,
                **tables.runtime.variables,
                **audit.variables,
                "USER_POOL_ID": identity.user_pool_id,
                "ADMINISTRATORS_NEED_MFA": str(
                    operations.env.settings.identity.administrators_need_mfa
                ).lower(),
            },
            [
                add_audit_entries(audit),
                see_present_roles(profiles),
                Grant(
                    "ReadAndMakeProfiles",
                    [
                        "dynamodb:GetItem",
                        "dynamodb:BatchGetItem",
                        "dynamodb:PutItem",
                        "dynamodb:UpdateItem",
                        "dynamodb:ConditionCheckItem",
                    ],
                    [profiles.arn],
                ),
                Grant("ReadAndChangeStaff", ["dynamodb:GetItem", "dynamodb:UpdateItem"], [courses.arn]),
                on_co_teachers("WriteCoTeachers", courses, "dynamodb:PutItem", "dynamodb:DeleteItem"),
                Grant(
                    "ExportRecordsAndCourses",
                    ["dynamodb:Query"],
                    [
                        progress.arn,
                        tables.positions.arn,
                        tables.runtime.arn,
                        courses.index_arn("owned-courses-index"),
                    ],
                ),
                # Exports, and the trails that administrators read.
                Grant(
                    "ExportAuditEntries",
                    ["dynamodb:Query"],
                    [audit.table.index_arn("actor-index"), audit.table.index_arn("subject-index")],
                ),
                Grant(
                    "ReadAndChangeRoles",
                    [
                        "cognito-idp:AdminListGroupsForUser",
                        "cognito-idp:ListUsersInGroup",
                        "cognito-idp:AdminAddUserToGroup",
                        "cognito-idp:AdminRemoveUserFromGroup",
                        "cognito-idp:AdminUserGlobalSignOut",
                    ],
                    [identity.user_pool_arn],
                ),
                delete_users(identity),
            ],
        )
        packages = packages_function(self, operations=operations, tables=tables, content=content)
        uploads = uploads_function(
            self,
            operations=operations,
            tables=tables,
            content=content,
            identity=identity,
            packages=packages,
        )
        self.behind_the_api: Mapping[str, PythonFunction] = {
            function.label: function
            for function in (catalog, enrollment, progress_function, content_function, profile)
        }
        self.all: tuple[PythonFunction, ...] = (*self.behind_the_api.values(), uploads, packages)
        self.outputs: Mapping[str, str] = {
            f"{label}_function_name": function.function_name
            for label, function in self.behind_the_api.items()
        }

    def _function(
        self,
        source: str,
        description: str,
        variables: Mapping[str, str],
        grants: Sequence[Grant],
        after: Sequence[ITerraformDependable] = (),
    ) -> PythonFunction:
        """A function that also knows which portals' origins may read its answers (CORS)."""
        origins = self._operations.env.settings.content.portal_origins
        return PythonFunction(
            self,
            deployed_name(source),
            operations=self._operations,
            source=source,
            description=description,
            variables={"PORTAL_ORIGINS": ",".join(origins), **variables},
            grants=grants,
            traced=True,
            after=after,
        )
