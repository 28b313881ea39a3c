"""The functions that handle files which have just been uploaded.

S3 calls `education-uploads-<suffix>` for every file that a form has uploaded. It copies the file to the address from
which CloudFront serves it and notes it in the lesson, or deletes it. It hands packages to the function
`education-packages-<suffix>`, which unpacks them.
"""

from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from cdktf_cdktf_provider_aws.s3_bucket_notification import (
    S3BucketNotification,
    S3BucketNotificationLambdaFunction,
)
from constructs import Construct

from education.content.delivery import ContentDelivery
from education.data.tables import Tables
from education.functions.grants import start_unpacking, take_arrivals, unpack_packages
from education.functions.python_function import Operations, PythonFunction
from education.identity import Identity

# S3 may need a minute or more to copy the largest file.
TIMEOUT_SECONDS = 600
# A package may have 5,000 files and 1 GiB. Lambda allows 900 s, which the tool that repeats dead letters waits too.
UNPACKING_TIMEOUT_SECONDS = 840
# It uses about 110 MB. CPU power grows with the memory, and this is most of one processor.
UNPACKING_MEMORY_MIB = 1536


def packages_function(
    scope: Construct, *, operations: Operations, tables: Tables, content: ContentDelivery
) -> PythonFunction:
    """The function that unpacks packages. Only the uploads function calls it."""
    return PythonFunction(
        scope,
        "packages",
        operations=operations,
        source="packages",
        description="Checks and unpacks the package of a lesson",
        variables={**tables.courses.variables, "CONTENT_BUCKET": content.bucket_name},
        grants=unpack_packages(tables, content),
        asynchronous=True,
        timeout_seconds=UNPACKING_TIMEOUT_SECONDS,
        memory_mib=UNPACKING_MEMORY_MIB,
    )


def uploads_function(
    scope: Construct,
    *,
    operations: Operations,
    tables: Tables,
    content: ContentDelivery,
    identity: Identity,
    packages: PythonFunction,
) -> PythonFunction:
    """The function, and the notification with which S3 calls it."""
    function = PythonFunction(
        scope,
        "uploads",
        operations=operations,
        source="uploads",
        description="Notes in the course that the file of a lesson was uploaded, or deletes the file",
        variables={
            **tables.courses.variables,
            **tables.profiles.variables,
            "USER_POOL_ID": identity.user_pool_id,
            "CONTENT_BUCKET": content.bucket_name,
            "PACKAGES_FUNCTION": packages.name,
        },
        grants=[
            *take_arrivals(tables, content, identity),
            start_unpacking(packages.arn),
        ],
        asynchronous=True,
        timeout_seconds=TIMEOUT_SECONDS,
    )
    permission = LambdaPermission(
        scope,
        "uploads-permission",
        statement_id="InvokedByTheContentBucket",
        action="lambda:InvokeFunction",
        function_name=function.function_name,
        principal="s3.amazonaws.com",
        source_arn=content.bucket_arn,
        source_account=operations.env.aws.account_id,
    )
    S3BucketNotification(
        scope,
        "uploads-notification",
        bucket=content.bucket_name,
        lambda_function=[
            S3BucketNotificationLambdaFunction(
                id=content.incoming_prefix.rstrip("/"),
                lambda_function_arn=function.arn,
                events=["s3:ObjectCreated:*"],
                filter_prefix=content.incoming_prefix,
            )
        ],
        depends_on=[permission],
    )
    return function
