"""The portal's address: a private bucket of files and the HTTP API behind one distribution.

Files and API share an origin, so the browser asks no preflight. The distribution needs only the id of the API, and the
content distribution needs only the portal's address, so none of them waits for another.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistribution,
    CloudfrontDistributionCustomErrorResponse,
    CloudfrontDistributionDefaultCacheBehavior,
    CloudfrontDistributionDefaultCacheBehaviorFunctionAssociation,
    CloudfrontDistributionOrderedCacheBehavior,
    CloudfrontDistributionOrderedCacheBehaviorFunctionAssociation,
    CloudfrontDistributionOrigin,
    CloudfrontDistributionOriginCustomOriginConfig,
    CloudfrontDistributionRestrictions,
    CloudfrontDistributionRestrictionsGeoRestriction,
)
from cdktf_cdktf_provider_aws.cloudfront_origin_access_control import CloudfrontOriginAccessControl
from cdktf_cdktf_provider_aws.s3_bucket_logging import S3BucketLoggingA
from constructs import Construct

from education.content.address import base_url, viewer_certificate
from education.content.buckets import AccessLogBucket, PrivateBucket
from education.content.delivery import CACHING_OPTIMIZED
from education.content.edge_logs import EdgeLogs
from education.environment import Environment
from education.firewall.firewall import portal_firewall
from education.portal.headers import portal_headers
from education.portal.router import Router

FILES, API = "portal-files", "api"
API_PATHS = "v1/*"
# AWS's own policy "AllViewerExceptHostHeader": API Gateway finds its API by the host.
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
# CloudFront would keep each of these for ten seconds, also those of the API: a student who has just enrolled would be
# told for ten seconds that he has not.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html
NOT_KEPT = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)


class PortalSite(Construct):
    """The bucket and the distribution.

    Attributes:
        origin: the portal's address, without a trailing slash.
        allowed_origins: who may use course files from a page: the portal, and what the settings name besides.
        outputs: how clients and operators find the portal, for the stack's outputs.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        api_id: str,
        log_key_arn: str,
        edge_provider: TerraformProvider | None,
    ) -> None:
        """`log_key_arn` encrypts the log of the firewall; `edge_provider` is one for us-east-1, or None where the stack
        itself is there."""
        super().__init__(scope, id)
        self._edge_provider = edge_provider
        firewall = portal_firewall(self, env=env, log_key_arn=log_key_arn, provider=edge_provider)
        portal = env.settings.portal
        self._env = env
        self.bucket = PrivateBucket(
            self,
            "files",
            name=env.names.global_of("portal", env.aws.account_id),
            force_destroy=not env.settings.protect_data,
            object_ownership="BucketOwnerEnforced",
        )
        self.bucket.expire(old_version_days=env.settings.content.old_version_days)
        distribution = _distribution(self, env, self.bucket, api_id, firewall)
        self.bucket.allow(
            [
                {
                    "Sid": "ReadThroughTheDistribution",
                    "Effect": "Allow",
                    "Principal": {"Service": "cloudfront.amazonaws.com"},
                    "Action": "s3:GetObject",
                    "Resource": f"{self.bucket.arn}/*",
                    "Condition": {"StringEquals": {"AWS:SourceArn": distribution.arn}},
                }
            ],
            require_tls=env.settings.content.require_tls,
        )
        self.distribution_arn: str = distribution.arn
        self.distribution_id: str = distribution.id
        self.origin: str = base_url(env.settings, distribution.domain_name, portal.domain_aliases)
        development = [portal.development_origin] if portal.development_origin else []
        self.sign_in_origins: Sequence[str] = [self.origin, *development]
        self.allowed_origins: Sequence[str] = list(
            dict.fromkeys([*env.settings.content.portal_origins, *self.sign_in_origins])
        )
        self.outputs: Mapping[str, str] = {
            "portal_url": self.origin,
            "portal_bucket_name": self.bucket.name,
            "portal_distribution_id": distribution.id,
        }

    def log_to(self, log_bucket: AccessLogBucket | None) -> None:
        """Log each request, where the settings want that."""
        if log_bucket is None:
            return
        S3BucketLoggingA(
            self,
            "access-logs",
            bucket=self.bucket.name,
            target_bucket=log_bucket.name,
            target_prefix="s3-portal/",
            depends_on=[log_bucket.policy],
        )
        EdgeLogs(
            self,
            "edge-logs",
            env=self._env,
            what="portal",
            distribution_arn=self.distribution_arn,
            bucket_arn=log_bucket.arn,
            bucket_policy=log_bucket.policy,
            provider=self._edge_provider,
        )


def _distribution(
    scope: Construct, env: Environment, bucket: PrivateBucket, api_id: str, firewall_arn: str | None
) -> CloudfrontDistribution:
    content, portal = env.settings.content, env.settings.portal
    access = CloudfrontOriginAccessControl(
        scope,
        "origin-access",
        name=env.names.of("portal"),
        description="Signs the distribution's requests to the bucket of the portal",
        origin_access_control_origin_type="s3",
        signing_behavior="always",
        signing_protocol="sigv4",
    )
    router = Router(scope, "router", env=env)
    # The AWS emulator is reached over plain http; on AWS nothing of the portal ever is.
    plain = env.settings.local_endpoint is not None
    # checkov:skip=CKV_AWS_68 aws_cloudfront_distribution: portal.waf switches a firewall on
    # checkov:skip=CKV2_AWS_47 aws_cloudfront_distribution: portal.waf switches a firewall on
    # checkov:skip=CKV_AWS_174 aws_cloudfront_distribution: with an own certificate TLS 1.2; else see the router
    # checkov:skip=CKV2_AWS_42 aws_cloudfront_distribution: an own certificate is a setting (portal.certificate_arn)
    # checkov:skip=CKV_AWS_86 aws_cloudfront_distribution: its logs are a resource of their own (edge_logs)
    # checkov:skip=CKV_AWS_310 aws_cloudfront_distribution: S3 keeps the files in three zones, and there is one API
    # checkov:skip=CKV_AWS_374 aws_cloudfront_distribution: students may be anywhere
    return CloudfrontDistribution(
        scope,
        "distribution",
        comment=env.names.of("portal"),
        enabled=True,
        http_version="http2and3",
        is_ipv6_enabled=True,
        default_root_object="index.html",
        price_class=content.price_class,
        wait_for_deployment=content.wait_for_deployment,
        aliases=list(portal.domain_aliases) or None,
        web_acl_id=firewall_arn,
        viewer_certificate=viewer_certificate(portal.certificate_arn),
        origin=[
            CloudfrontDistributionOrigin(
                origin_id=FILES,
                domain_name=bucket.regional_domain_name,
                origin_access_control_id=access.id,
            ),
            _api_origin(env, api_id),
        ],
        ordered_cache_behavior=[
            CloudfrontDistributionOrderedCacheBehavior(
                path_pattern=API_PATHS,
                target_origin_id=API,
                allowed_methods=["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"],
                cached_methods=["GET", "HEAD"],
                compress=True,
                cache_policy_id=router.api_cache_policy_id,
                origin_request_policy_id=ALL_BUT_HOST,
                # A redirect would send a token in the clear first.
                viewer_protocol_policy="allow-all" if plain else "https-only",
                function_association=[
                    CloudfrontDistributionOrderedCacheBehaviorFunctionAssociation(
                        event_type="viewer-request", function_arn=router.function_arn
                    )
                ],
            )
        ],
        default_cache_behavior=CloudfrontDistributionDefaultCacheBehavior(
            target_origin_id=FILES,
            allowed_methods=["GET", "HEAD"],
            cached_methods=["GET", "HEAD"],
            compress=True,
            cache_policy_id=CACHING_OPTIMIZED,
            origin_request_policy_id=router.files_request_policy_id,
            response_headers_policy_id=portal_headers(scope, "headers", env=env).id,
            viewer_protocol_policy="allow-all" if plain else "redirect-to-https",
            function_association=[
                CloudfrontDistributionDefaultCacheBehaviorFunctionAssociation(
                    event_type="viewer-request", function_arn=router.function_arn
                )
            ],
        ),
        custom_error_response=[
            CloudfrontDistributionCustomErrorResponse(error_code=status, error_caching_min_ttl=0)
            for status in NOT_KEPT
        ],
        restrictions=CloudfrontDistributionRestrictions(
            geo_restriction=CloudfrontDistributionRestrictionsGeoRestriction(
                restriction_type="none", locations=[]
            )
        ),
    )


def _api_origin(env: Environment, api_id: str) -> CloudfrontDistributionOrigin:
    """The API's own address. The path `/v1` is its stage, so nothing is put before it but on the AWS emulator."""
    endpoint = env.settings.local_endpoint
    emulated: dict[str, Any] = (
        {"domain_name": "localhost", "origin_path": f"/_aws/execute-api/{api_id}"}
        if endpoint
        else {"domain_name": f"{api_id}.execute-api.{env.aws.region}.{env.aws.dns_suffix}"}
    )
    return CloudfrontDistributionOrigin(
        origin_id=API,
        custom_origin_config=CloudfrontDistributionOriginCustomOriginConfig(
            http_port=urlsplit(endpoint).port or 80 if endpoint else 80,
            https_port=443,
            origin_protocol_policy="http-only" if endpoint else "https-only",
            origin_ssl_protocols=["TLSv1.2"],
        ),
        **emulated,
    )
