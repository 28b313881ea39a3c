"""Course files: from the private bucket through CloudFront to the browser.

Everyone can read public files. A premium file needs a link that the content function has signed, and a package an
address with a token of that function; it decides who gets one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistribution,
    CloudfrontDistributionDefaultCacheBehavior,
    CloudfrontDistributionDefaultCacheBehaviorFunctionAssociation,
    CloudfrontDistributionOrderedCacheBehavior,
    CloudfrontDistributionOrderedCacheBehaviorFunctionAssociation,
    CloudfrontDistributionOrigin,
    CloudfrontDistributionRestrictions,
    CloudfrontDistributionRestrictionsGeoRestriction,
)
from cdktf_cdktf_provider_aws.cloudfront_origin_access_control import CloudfrontOriginAccessControl
from constructs import Construct

from education.content.address import base_url, viewer_certificate
from education.content.buckets import AccessLogBucket, ContentBucket
from education.content.edge_logs import EdgeLogs
from education.content.headers import ContentHeaders
from education.content.packages import PLAYER_PREFIX, PackageDelivery
from education.content.sandbox import DocumentSandbox
from education.content.signing_keys import SigningKeys
from education.content.tls_guard import TlsGuard
from education.environment import Environment

PUBLIC_PREFIX = "public/"
PREMIUM_PREFIX = "premium/"
# What forms upload to. CloudFront cannot read it.
INCOMING_PREFIX = "incoming/"
# The folders of unpacked packages. Their addresses begin with `/p/`: education/content/package_gate.py.
PACKAGES_PREFIX = "packages/"
# What CloudFront may read.
_READ = (PUBLIC_PREFIX, PREMIUM_PREFIX, PACKAGES_PREFIX, PLAYER_PREFIX)
ORIGIN = "content-bucket"
# AWS's own policy "CachingOptimized": compressed variants are cached, query strings (and so signatures) are not part
# of the cache key. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"


class ContentDelivery(Construct):
    """The content bucket, the distribution in front of it, and the keys of premium links.

    Attributes:
        bucket: where the files are.
        log_bucket: where requests are logged, if the settings want that.
        signing_keys: the keys of premium links.
        packages: the keys of packages' addresses.
        distribution: what must trust a key before a function signs with it.
        served_prefixes: the beginnings of the keys of course files.
        incoming_prefix: the beginning of the keys of files that were uploaded and not yet noted.
        packages_prefix: the beginning of the keys of the files of packages.
        outputs: the names with which clients and operators find the files, for the stack's outputs.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        portal_origins: Sequence[str],
        edge_provider: TerraformProvider | None,
    ) -> None:
        """`portal_origins` may upload, read files by script, and frame them; `edge_provider` is one for us-east-1, or
        None where the stack itself is there."""
        super().__init__(scope, id)
        content = env.settings.content
        log_bucket = AccessLogBucket(self, "access-logs", env=env) if content.access_logs else None
        bucket = ContentBucket(
            self,
            "content",
            env=env,
            log_bucket=log_bucket,
            incoming_prefix=INCOMING_PREFIX,
            portal_origins=portal_origins,
        )
        keys = SigningKeys(self, "signing-keys", env=env)
        packages = PackageDelivery(self, "packages", env=env, portal_origins=portal_origins)
        distribution = _distribution(self, env, bucket, keys, packages, portal_origins)
        if log_bucket is not None:
            EdgeLogs(
                self,
                "edge-logs",
                env=env,
                what="content",
                distribution_arn=distribution.arn,
                bucket_arn=log_bucket.arn,
                bucket_policy=log_bucket.policy,
                provider=edge_provider,
            )
        # The policy is a resource of its own, made after both: inside one of them, each would wait for the other.
        bucket.allow([_read_through(bucket, distribution)], require_tls=content.require_tls)
        self.log_bucket: AccessLogBucket | None = log_bucket
        self.bucket: ContentBucket = bucket
        self.bucket_name: str = bucket.name
        self.bucket_arn: str = bucket.arn
        self.distribution_id: str = distribution.id
        self.base_url: str = base_url(env.settings, distribution.domain_name, content.domain_aliases)
        self.outputs: Mapping[str, str] = {
            "content_bucket_name": self.bucket_name,
            "cloudfront_distribution_id": self.distribution_id,
            "cloudfront_domain_name": distribution.domain_name,
            "content_base_url": self.base_url,
        }
        self.signing_keys: SigningKeys = keys
        self.packages: PackageDelivery = packages
        self.distribution: CloudfrontDistribution = distribution
        self.served_prefixes: tuple[str, ...] = (PUBLIC_PREFIX, PREMIUM_PREFIX)
        self.incoming_prefix: str = INCOMING_PREFIX
        self.packages_prefix: str = PACKAGES_PREFIX


def _read_through(bucket: ContentBucket, distribution: CloudfrontDistribution) -> dict[str, Any]:
    """Only this distribution may read files; it may not list them."""
    return {
        "Sid": "ReadThroughTheDistribution",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": [f"{bucket.arn}/{prefix}*" for prefix in _READ],
        "Condition": {"StringEquals": {"AWS:SourceArn": distribution.arn}},
    }


def _distribution(
    scope: Construct,
    env: Environment,
    bucket: ContentBucket,
    keys: SigningKeys,
    packages: PackageDelivery,
    portal_origins: Sequence[str],
) -> CloudfrontDistribution:
    content = env.settings.content
    access = CloudfrontOriginAccessControl(
        scope,
        "origin-access",
        name=env.names.of("content"),
        description="Signs the distribution's requests to the content bucket",
        origin_access_control_origin_type="s3",
        signing_behavior="always",
        signing_protocol="sigv4",
    )
    headers = ContentHeaders(scope, "headers", env=env, portal_origins=portal_origins)
    guard = TlsGuard(scope, "tls-guard", env=env)
    sandbox = DocumentSandbox(scope, "document-sandbox", env=env)
    shared: dict[str, Any] = {
        "target_origin_id": ORIGIN,
        "allowed_methods": ["GET", "HEAD", "OPTIONS"],
        "cached_methods": ["GET", "HEAD"],
        "compress": True,
        "cache_policy_id": CACHING_OPTIMIZED,
        "origin_request_policy_id": guard.origin_request_policy_id,
        # The AWS emulator is reached over plain http; on AWS a link never is.
        "viewer_protocol_policy": "redirect-to-https" if content.require_tls else "allow-all",
    }
    functions = {"viewer-request": guard.function_arn, "viewer-response": sandbox.function_arn}
    ordered = {
        **shared,
        "function_association": [
            CloudfrontDistributionOrderedCacheBehaviorFunctionAssociation(event_type=event, function_arn=arn)
            for event, arn in functions.items()
        ],
    }
    # checkov:skip=CKV_AWS_68 aws_cloudfront_distribution: only files are served; the API has a firewall
    # checkov:skip=CKV2_AWS_47 aws_cloudfront_distribution: only files are served; the API has a firewall
    # checkov:skip=CKV_AWS_174 aws_cloudfront_distribution: an own certificate gets TLS 1.2; else tls_guard refuses less
    # checkov:skip=CKV2_AWS_42 aws_cloudfront_distribution: an own certificate is a setting (content.certificate_arn)
    # checkov:skip=CKV_AWS_305 aws_cloudfront_distribution: there is no site at the root, only files with known names
    # checkov:skip=CKV_AWS_86 aws_cloudfront_distribution: its logs are a resource of their own (edge_logs)
    # checkov:skip=CKV_AWS_310 aws_cloudfront_distribution: one bucket is the only origin; S3 keeps it in three zones
    # checkov:skip=CKV_AWS_374 aws_cloudfront_distribution: students may be anywhere
    return CloudfrontDistribution(
        scope,
        "distribution",
        comment=env.names.of("content"),
        enabled=True,
        http_version="http2and3",
        is_ipv6_enabled=True,
        price_class=content.price_class,
        wait_for_deployment=content.wait_for_deployment,
        aliases=list(content.domain_aliases) or None,
        viewer_certificate=viewer_certificate(content.certificate_arn),
        origin=[
            CloudfrontDistributionOrigin(
                origin_id=ORIGIN,
                domain_name=bucket.regional_domain_name,
                origin_access_control_id=access.id,
            )
        ],
        ordered_cache_behavior=[
            CloudfrontDistributionOrderedCacheBehavior(
                path_pattern=f"{PUBLIC_PREFIX}*", response_headers_policy_id=headers.policy_id, **ordered
            ),
            CloudfrontDistributionOrderedCacheBehavior(
                path_pattern=f"{PREMIUM_PREFIX}*",
                trusted_key_groups=keys.key_group_ids,
                response_headers_policy_id=headers.private_policy_id,
                **ordered,
            ),
            *packages.behaviours(PACKAGES_PREFIX, guard.function_arn, **shared),
        ],
        # Only paths that match the public pattern need no signature. Every other spelling of a path (a doubled slash,
        # escaped letters) ends here, where CloudFront demands a signature too. S3 takes keys literally, and no premium
        # file has a key that begins with `public/`.
        default_cache_behavior=CloudfrontDistributionDefaultCacheBehavior(
            trusted_key_groups=keys.key_group_ids,
            response_headers_policy_id=headers.private_policy_id,
            function_association=[
                CloudfrontDistributionDefaultCacheBehaviorFunctionAssociation(
                    event_type=event, function_arn=arn
                )
                for event, arn in functions.items()
            ],
            **shared,
        ),
        restrictions=CloudfrontDistributionRestrictions(
            geo_restriction=CloudfrontDistributionRestrictionsGeoRestriction(
                restriction_type="none", locations=[]
            )
        ),
    )
