"""What the pipeline may do with what stores data, and with keys: tables, buckets, the user pool.

No permission reads a table's items, a lesson file of a protected environment, a user or a secret's value, and none uses
a key.
"""

from typing import Any

from education.naming import FORMER_SIGNING_KEY, PROJECT
from education.pipeline.permission import Permission, actions
from education.pipeline.resource_scope import ResourceScope


def data_permissions(scope: ResourceScope) -> list[Permission]:
    """Tables, content buckets and the user pool."""
    return [
        Permission(
            "Tables",
            scope.named("dynamodb", "table/"),
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
            scope.buckets(),
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
            [f"{bucket}/*" for bucket in scope.buckets()],
            destroys=actions("s3", "DeleteObject DeleteObjectVersion"),
        ),
        *_web_file_permissions(scope),
        Permission(
            "UserPoolCreation",
            ["*"],
            writes=actions("cognito-idp", "CreateUserPool TagResource"),
            conditions=scope.tagging(),
            reason="CreateUserPool has no resource type, and its tags are checked before the pool has an id",
        ),
        Permission(
            "UserPool",
            [scope.arn("cognito-idp", "userpool/*")],
            reads=actions(
                "cognito-idp",
                "DescribeUserPool GetUserPoolMfaConfig DescribeUserPoolClient GetGroup",
            ),
            writes=actions(
                "cognito-idp",
                "UpdateUserPool SetUserPoolMfaConfig CreateUserPoolClient UpdateUserPoolClient "
                "DeleteUserPoolClient CreateUserPoolDomain UpdateUserPoolDomain "
                "CreateGroup UpdateGroup DeleteGroup TagResource UntagResource",
            ),
            destroys=actions("cognito-idp", "DeleteUserPool DeleteUserPoolDomain"),
            conditions=scope.tagged(),
            read_conditions=scope.tagged(),
            reason="a pool's ARN has its id, not its name; its tags are checked instead",
        ),
        Permission(
            "SignInPages",
            ["*"],
            reads=actions("cognito-idp", "DescribeUserPoolDomain"),
            reason="DescribeUserPoolDomain has no resource type; it tells whose a public name is",
        ),
    ]


def _web_file_permissions(scope: ResourceScope) -> list[Permission]:
    """The files of the web portal: a deployment puts new ones and removes those of the version before.

    It can neither read nor change course files, which are in another bucket.
    """
    buckets = scope.buckets("portal")
    return [
        Permission(
            "WebFiles",
            [f"{bucket}/*" for bucket in buckets],
            reads=actions("s3", "GetObject GetObjectTagging"),
            writes=actions("s3", "PutObject PutObjectTagging DeleteObject DeleteObjectVersion"),
        ),
        Permission("WebFileVersions", buckets, writes=actions("s3", "ListBucketVersions")),
    ]


def former_signing_key_permissions(scope: ResourceScope) -> list[Permission]:
    """What the stack reads of the former signing keys, while the settings keep them: never a private half."""
    return [
        Permission(
            "SigningKeyParameters",
            scope.arns("ssm", f"parameter/{PROJECT}/{{s}}/{FORMER_SIGNING_KEY}/*"),
            reads=actions("ssm", "GetParameter"),
        ),
        Permission(
            "SigningKeySecret",
            scope.arns("secretsmanager", f"secret:{PROJECT}-{FORMER_SIGNING_KEY}-{{s}}-*"),
            reads=actions("secretsmanager", "DescribeSecret GetResourcePolicy"),
        ),
    ]


def mail_permissions(scope: ResourceScope) -> list[Permission]:
    """Cognito sends e-mail through SES with a role of its own, which it makes with the permissions of its caller.

    https://docs.aws.amazon.com/cognito/latest/developerguide/using-service-linked-roles.html
    """
    service = "email.cognito-idp.amazonaws.com"
    return [
        Permission(
            "MailSender",
            [scope.arn("iam", f"role/aws-service-role/{service}/*", region="")],
            writes=actions("iam", "CreateServiceLinkedRole"),
            conditions={"StringEquals": {"iam:AWSServiceName": service}},
            reason="the service chooses how the role's name ends",
        )
    ]


def risk_permissions(scope: ResourceScope) -> list[Permission]:
    """What the user pool's threat protection does, for pools with the plan that has it."""
    return [
        Permission(
            "UserPoolRisks",
            [scope.arn("cognito-idp", "userpool/*")],
            reads=actions("cognito-idp", "DescribeRiskConfiguration"),
            writes=actions("cognito-idp", "SetRiskConfiguration"),
            conditions=scope.tagged(),
            read_conditions=scope.tagged(),
            reason="a pool's ARN has its id, not its name; its tags are checked instead",
        )
    ]


def key_permissions(scope: ResourceScope) -> list[Permission]:
    """Customer-managed keys and their aliases.

    A key's tags may take up to five minutes to count (https://docs.aws.amazon.com/kms/latest/developerguide/abac.html).
    What the provider does right after CreateKey is therefore allowed on the account's keys without asking for a tag.
    """
    keys = [scope.arn("kms", "key/*")]
    own_account = {"StringEquals": {"kms:CallerAccount": scope.context.account_id}}
    return [
        Permission(
            "KeyCreation",
            ["*"],
            writes=actions("kms", "CreateKey TagResource"),
            conditions=scope.tagging(),
            reason="CreateKey has no resource type, and AWS checks the tags that it gets before the key has an id: "
            "https://docs.aws.amazon.com/kms/latest/developerguide/tag-permissions.html",
        ),
        Permission(
            "NewKeys",
            keys,
            reads=actions(
                "kms", "DescribeKey GetKeyPolicy GetKeyRotationStatus GetPublicKey ListResourceTags"
            ),
            writes=actions("kms", "EnableKeyRotation CreateAlias"),
            conditions=own_account,
            read_conditions=own_account,
            reason="the tags of a new key do not count yet; none of these uses a key or opens one to anybody, and "
            "the alias is checked by its name",
        ),
        Permission(
            "Keys",
            keys,
            writes=actions(
                "kms", "PutKeyPolicy UpdateKeyDescription TagResource UntagResource UpdateAlias DeleteAlias"
            ),
            conditions=scope.tagged(),
            reason="a key's ARN has its id, not its alias; its tags are checked instead",
        ),
        Permission(
            "KeyAliases",
            scope.named("kms", "alias/"),
            writes=actions("kms", "CreateAlias UpdateAlias DeleteAlias"),
        ),
        Permission(
            "AliasList",
            ["*"],
            reads=actions("kms", "ListAliases"),
            reason="ListAliases has no resource type",
        ),
    ]


def data_key_permissions(scope: ResourceScope) -> list[Permission]:
    """Deleting a key that encrypts, and with it what it has encrypted."""
    return [
        Permission(
            "KeysOfData",
            [scope.arn("kms", "key/*")],
            destroys=actions("kms", "ScheduleKeyDeletion"),
            conditions=_tagged_for(scope, "ENCRYPT_DECRYPT"),
            reason="a key's ARN has its id, not its alias; its tags and its use are checked instead",
        )
    ]


def link_key_permissions(scope: ResourceScope) -> list[Permission]:
    """Deleting a key that signs links, also where data is protected: a rotation replaces it, and no data is lost."""
    return [
        Permission(
            "LinkKeys",
            [scope.arn("kms", "key/*")],
            writes=actions("kms", "ScheduleKeyDeletion"),
            conditions=_tagged_for(scope, "SIGN_VERIFY"),
            reason="a key's ARN has its id, not its alias; its tags and its use are checked instead",
        )
    ]


def _tagged_for(scope: ResourceScope, use: str) -> dict[str, dict[str, Any]]:
    """A condition: the key has this platform's tags and this use, which nobody can change.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
    """
    tagged = scope.tagged()
    return {**tagged, "StringEquals": {**tagged["StringEquals"], "kms:KeyUsage": use}}
