"""What the pipeline may do with what holds data: tables, buckets, the user pool, keys, the signing key's public half.

No permission reads a record, a lesson file of a protected environment, a user or a secret's value.
"""

from education.naming import PROJECT, SIGNING_KEY
from education.pipeline.permission import Permission, Reach, actions


def records_permissions(reach: Reach, *, access_logs: bool) -> list[Permission]:
    """Tables, content buckets, user pool, and what the stack reads of the signing key.

    `access_logs` says whether CloudFront writes logs into a bucket.
    """
    return [
        *(_log_delivery(reach) if access_logs else []),
        Permission(
            "Tables",
            reach.named("dynamodb", "table/"),
            reads=actions(
                "dynamodb", "DescribeTable DescribeContinuousBackups DescribeTimeToLive ListTagsOfResource"
            ),
            writes=actions(
                "dynamodb",
                "CreateTable UpdateTable UpdateContinuousBackups UpdateTimeToLive TagResource UntagResource",
            ),
            destroys=actions("dynamodb", "DeleteTable"),
        ),
        Permission(
            "Buckets",
            reach.buckets(),
            reads=actions(
                "s3",
                "ListBucket GetBucketAcl GetBucketCORS GetBucketWebsite GetBucketVersioning "
                "GetAccelerateConfiguration GetBucketRequestPayment GetBucketLogging GetLifecycleConfiguration "
                "GetReplicationConfiguration GetEncryptionConfiguration GetBucketObjectLockConfiguration "
                "GetBucketTagging GetBucketPolicy GetBucketPublicAccessBlock GetBucketOwnershipControls "
                "GetBucketNotification",
            ),
            writes=actions(
                "s3",
                "CreateBucket PutBucketCORS PutBucketVersioning PutBucketLogging "
                "PutLifecycleConfiguration PutEncryptionConfiguration PutBucketTagging PutBucketPolicy "
                "DeleteBucketPolicy PutBucketPublicAccessBlock PutBucketOwnershipControls PutBucketNotification",
            ),
            destroys=actions("s3", "DeleteBucket ListBucketVersions"),
        ),
        Permission(
            "Objects",
            [f"{bucket}/*" for bucket in reach.buckets()],
            destroys=actions("s3", "DeleteObject DeleteObjectVersion"),
        ),
        Permission(
            "UserPoolCreation",
            ["*"],
            writes=actions("cognito-idp", "CreateUserPool TagResource"),
            conditions=reach.tagging(),
            reason="CreateUserPool knows no resource; the tags that the new pool gets are checked instead",
        ),
        Permission(
            "UserPool",
            [reach.arn("cognito-idp", "userpool/*")],
            reads=actions(
                "cognito-idp",
                "DescribeUserPool GetUserPoolMfaConfig DescribeUserPoolClient GetGroup",
            ),
            writes=actions(
                "cognito-idp",
                "UpdateUserPool SetUserPoolMfaConfig CreateUserPoolClient UpdateUserPoolClient "
                "DeleteUserPoolClient CreateGroup UpdateGroup DeleteGroup TagResource UntagResource",
            ),
            destroys=actions("cognito-idp", "DeleteUserPool"),
            conditions=reach.tagged(),
            read_conditions=reach.tagged(),
            reason="a pool's ARN holds its id, not its name; its tags are checked instead",
        ),
        Permission(
            "SigningKeyParameters",
            reach.arns("ssm", f"parameter/{PROJECT}/{{s}}/{SIGNING_KEY}/*"),
            reads=actions("ssm", "GetParameter"),
        ),
        Permission(
            "SigningKeySecret",
            reach.arns("secretsmanager", f"secret:{PROJECT}-{SIGNING_KEY}-{{s}}-*"),
            reads=actions("secretsmanager", "DescribeSecret GetResourcePolicy"),
        ),
    ]


def _log_delivery(reach: Reach) -> list[Permission]:
    """CloudFront lets itself into the log bucket by an ACL that it puts there with its caller's rights.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cf-api-permissions-ref.html
    """
    buckets = reach.buckets("content-logs")
    return [Permission("LogDelivery", buckets, writes=actions("s3", "PutBucketAcl"))]


def mail_permissions(reach: Reach) -> list[Permission]:
    """Cognito sends through SES under a role of its own, which it makes with its caller's rights.

    https://docs.aws.amazon.com/cognito/latest/developerguide/using-service-linked-roles.html
    """
    service = "email.cognito-idp.amazonaws.com"
    return [
        Permission(
            "MailSender",
            [reach.arn("iam", f"role/aws-service-role/{service}/*", region="")],
            writes=actions("iam", "CreateServiceLinkedRole"),
            conditions={"StringEquals": {"iam:AWSServiceName": service}},
            reason="the role's name ends as the service likes",
        )
    ]


def key_permissions(reach: Reach) -> list[Permission]:
    """Customer-managed keys and their aliases."""
    return [
        Permission(
            "KeyCreation",
            ["*"],
            writes=actions("kms", "CreateKey TagResource"),
            conditions=reach.tagging(),
            reason="CreateKey knows no resource; the tags that the new key gets are checked instead",
        ),
        Permission(
            "Keys",
            [reach.arn("kms", "key/*")],
            reads=actions("kms", "DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags"),
            writes=actions(
                "kms",
                "PutKeyPolicy EnableKeyRotation UpdateKeyDescription TagResource UntagResource "
                "CreateAlias UpdateAlias DeleteAlias",
            ),
            destroys=actions("kms", "ScheduleKeyDeletion"),
            conditions=reach.tagged(),
            read_conditions=reach.tagged(),
            reason="a key's ARN holds its id, not its alias; its tags are checked instead",
        ),
        Permission(
            "KeyAliases",
            reach.named("kms", "alias/"),
            writes=actions("kms", "CreateAlias UpdateAlias DeleteAlias"),
        ),
        Permission(
            "AliasList",
            ["*"],
            reads=actions("kms", "ListAliases"),
            reason="ListAliases knows no resource",
        ),
    ]


def signing_key_permissions(reach: Reach) -> list[Permission]:
    """Making and deleting the signing key, for environments that no administrator prepares."""
    return [
        Permission(
            "OwnSigningKeyParameters",
            reach.arns("ssm", f"parameter/{PROJECT}/{{s}}/{SIGNING_KEY}/*"),
            writes=actions("ssm", "GetParameters PutParameter DeleteParameters"),
        ),
        Permission(
            "SigningKeyList",
            [reach.arn("ssm", f"parameter/{PROJECT}")],
            writes=actions("ssm", "GetParametersByPath"),
            reason="AWS checks the path that is asked for; below this one are public keys only",
        ),
        Permission(
            "OwnSigningKeySecret",
            # A secret that is not there yet has no random end of its ARN, so the pattern does not ask for one.
            reach.arns("secretsmanager", f"secret:{PROJECT}-{SIGNING_KEY}-{{s}}"),
            writes=actions(
                "secretsmanager",
                "CreateSecret DescribeSecret PutSecretValue GetSecretValue DeleteSecret TagResource",
            ),
        ),
    ]
