"""The bucket of course files, and the bucket of the access logs about them.

Both are private. `delivery` lets the distribution read the course files.
"""

from collections.abc import Sequence
from typing import Any

from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_cors_configuration import (
    S3BucketCorsConfiguration,
    S3BucketCorsConfigurationCorsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
)
from cdktf_cdktf_provider_aws.s3_bucket_logging import S3BucketLoggingA
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from constructs import Construct

from education.content.edge_logs import write_edge_logs
from education.content.headers import PREFLIGHT_CACHE_SECONDS
from education.environment import Environment
from education.iam import policy_document

UNFINISHED_UPLOAD_DAYS = 1
# The least that S3 allows. The uploads function deletes every arrival within seconds, so this is for its failures.
LEFTOVER_DAYS = 1


class PrivateBucket(Construct):
    """A bucket that is encrypted and versioned, and that no policy or ACL can make public.

    It is encrypted with S3's own keys (SSE-S3), because course files are no personal data and a customer key has two
    costs: CloudFront would ask KMS for each range of a video that it has not cached, and S3 writes no access logs to a
    bucket with a customer key.
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, force_destroy: bool, object_ownership: str
    ) -> None:
        super().__init__(scope, id)
        # checkov:skip=CKV_AWS_144 aws_s3_bucket: a second region is a decision of its own; versions are kept
        # checkov:skip=CKV_AWS_145 aws_s3_bucket: course files are no personal data; SSE-S3 keeps OAC simple
        # checkov:skip=CKV2_AWS_62 aws_s3_bucket: no program reacts to a new access log; uploads have a notification
        bucket = S3Bucket(self, "bucket", bucket=name, force_destroy=force_destroy)
        self.name: str = bucket.bucket
        self.arn: str = bucket.arn
        self.regional_domain_name: str = bucket.bucket_regional_domain_name
        self.domain_name: str = bucket.bucket_domain_name
        self.public_access_block = S3BucketPublicAccessBlock(
            self,
            "public-access-block",
            bucket=self.name,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        # checkov:skip=CKV2_AWS_65 aws_s3_bucket_ownership_controls: deployed log buckets have an ACL of CloudFront's
        self.ownership = S3BucketOwnershipControls(
            self,
            "ownership",
            bucket=self.name,
            rule=S3BucketOwnershipControlsRule(object_ownership=object_ownership),
        )
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            bucket=self.name,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(
                    apply_server_side_encryption_by_default=(
                        S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
                            sse_algorithm="AES256"
                        )
                    )
                )
            ],
        )
        self.versioning = S3BucketVersioningA(
            self,
            "versioning",
            bucket=self.name,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )

    def expire(
        self, *, old_version_days: int, objects_days: int | None = None, leftovers_prefix: str | None = None
    ) -> None:
        """Delete unfinished uploads, old versions after some days, and objects if `objects_days` is given.

        Objects below `leftovers_prefix` are deleted after LEFTOVER_DAYS.
        """
        rules = [
            _rule(
                "unfinished-uploads",
                abort_incomplete_multipart_upload=[
                    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                        days_after_initiation=UNFINISHED_UPLOAD_DAYS
                    )
                ],
            ),
            _rule(
                "old-versions",
                noncurrent_version_expiration=[
                    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
                        noncurrent_days=old_version_days
                    )
                ],
            ),
            # S3 takes a rule for objects or for delete markers that hide nothing, not both in one.
            _rule(
                "left-over-delete-markers",
                expiration=[S3BucketLifecycleConfigurationRuleExpiration(expired_object_delete_marker=True)],
            )
            if objects_days is None
            else _rule(
                "objects", expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=objects_days)]
            ),
        ]
        if leftovers_prefix is not None:
            rules.append(
                _rule(
                    "arrivals-not-noted",
                    prefix=leftovers_prefix,
                    expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=LEFTOVER_DAYS)],
                    noncurrent_version_expiration=[
                        S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
                            noncurrent_days=LEFTOVER_DAYS
                        )
                    ],
                )
            )
        S3BucketLifecycleConfiguration(
            self, "lifecycle", bucket=self.name, rule=rules, depends_on=[self.versioning]
        )

    def allow(self, statements: list[dict[str, Any]], *, require_tls: bool) -> None:
        """Set the bucket policy: these statements and, with `require_tls`, a refusal of requests without encryption."""
        if require_tls:
            statements = [*statements, self._deny_plain_http()]
        self.policy = S3BucketPolicy(
            self,
            "policy",
            bucket=self.name,
            policy=policy_document(statements),
            # S3 refuses to change both at the same moment.
            depends_on=[self.public_access_block, self.ownership],
        )

    def _deny_plain_http(self) -> dict[str, Any]:
        return {
            "Sid": "DenyPlainHttp",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [self.arn, f"{self.arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }


class AccessLogBucket(PrivateBucket):
    """The bucket in which S3 and CloudFront log each request; kept as long as the functions' logs."""

    def __init__(self, scope: Construct, id: str, *, env: Environment) -> None:
        super().__init__(
            scope,
            id,
            name=env.names.global_of("content-logs", env.aws.account_id),
            force_destroy=not env.settings.protect_data,
            # Nothing needs an ACL any more. But CloudFront's earlier logs have left one on deployed buckets, and S3
            # disables ACLs only on a bucket that has none:
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-error-responses.html
            object_ownership="BucketOwnerPreferred",
        )
        self.expire(
            objects_days=env.settings.functions.log_retention_days,
            old_version_days=env.settings.content.old_version_days,
        )
        self.allow(
            [
                {
                    "Sid": "WriteServerAccessLogs",
                    "Effect": "Allow",
                    "Principal": {"Service": "logging.s3.amazonaws.com"},
                    "Action": "s3:PutObject",
                    "Resource": [f"{self.arn}/s3/*", f"{self.arn}/s3-portal/*"],
                    "Condition": {"StringEquals": {"aws:SourceAccount": env.aws.account_id}},
                },
                write_edge_logs(env, self.arn),
            ],
            require_tls=env.settings.content.require_tls,
        )


class ContentBucket(PrivateBucket):
    """The course files, under `public/` and `premium/`, and for some seconds the files that have just arrived."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        log_bucket: AccessLogBucket | None,
        incoming_prefix: str,
        portal_origins: Sequence[str],
    ) -> None:
        super().__init__(
            scope,
            id,
            name=env.names.global_of("content", env.aws.account_id),
            force_destroy=not env.settings.protect_data,
            object_ownership="BucketOwnerEnforced",
        )
        self.expire(old_version_days=env.settings.content.old_version_days, leftovers_prefix=incoming_prefix)
        S3BucketCorsConfiguration(
            self,
            "cors",
            bucket=self.name,
            cors_rule=[
                S3BucketCorsConfigurationCorsRule(
                    id="portal",
                    allowed_origins=list(portal_origins),
                    # A POST or the PUT of a part uploads straight to the bucket; preflights of GET and HEAD arrive
                    # through CloudFront.
                    allowed_methods=["GET", "HEAD", "POST", "PUT"],
                    allowed_headers=["*"],
                    expose_headers=["ETag"],
                    max_age_seconds=PREFLIGHT_CACHE_SECONDS,
                )
            ],
        )
        if log_bucket is not None:
            S3BucketLoggingA(
                self,
                "access-logs",
                bucket=self.name,
                target_bucket=log_bucket.name,
                target_prefix="s3/",
                # S3 refuses a target that does not let it write, and loses what it logs before the policy is there:
                # https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
                depends_on=[log_bucket.policy],
            )


def _rule(id: str, prefix: str = "", **action: Any) -> S3BucketLifecycleConfigurationRule:
    """An enabled rule for the whole bucket, or for the keys with a prefix."""
    return S3BucketLifecycleConfigurationRule(
        id=id, status="Enabled", filter=[S3BucketLifecycleConfigurationRuleFilter(prefix=prefix)], **action
    )
