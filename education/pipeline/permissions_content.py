"""What the pipeline may do with CloudFront, which delivers the course files, and with its logs."""

from education.naming import EDGE_REGION, PACKAGE_KEYS, PROJECT
from education.pipeline.permission import Permission, actions
from education.pipeline.resource_scope import ResourceScope

# What a distribution is put together from: the statement's name, the name in actions, the resource type.
_PARTS = (
    ("Caching", "CachePolicy", "cache-policy"),
    ("OriginAccess", "OriginAccessControl", "origin-access-control"),
    ("OriginRequests", "OriginRequestPolicy", "origin-request-policy"),
    ("ResponseHeaders", "ResponseHeadersPolicy", "response-headers-policy"),
)


def content_permissions(scope: ResourceScope) -> list[Permission]:
    """CloudFront. Distributions have tags and functions have names; everything else has only ids.

    What creates has no resource type, so IAM takes it on `*` only:
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_cloudfront.html
    """
    place = f"arn:{scope.context.partition}:cloudfront::{scope.context.account_id}:"
    return [
        Permission(
            "DistributionCreation",
            ["*"],
            writes=actions("cloudfront", "CreateDistribution TagResource"),
            conditions=scope.tagging(),
            reason="CreateDistribution has no resource type, and its tags are checked before it has an id",
        ),
        Permission(
            "Distribution",
            [f"{place}distribution/*"],
            reads=actions("cloudfront", "GetDistribution ListTagsForResource"),
            writes=actions("cloudfront", "UpdateDistribution DeleteDistribution TagResource UntagResource"),
            conditions=scope.tagged(),
            read_conditions=scope.tagged(),
            reason="a distribution's ARN has its id; its tags are checked instead",
        ),
        Permission(
            "EdgeFunctions",
            scope.named("cloudfront", "function/", region=""),
            reads=actions("cloudfront", "DescribeFunction GetFunction"),
            writes=actions("cloudfront", "UpdateFunction PublishFunction DeleteFunction"),
        ),
        *(
            Permission(
                sid,
                [f"{place}{kind}/*"],
                reads=[f"cloudfront:Get{name}"],
                writes=[f"cloudfront:Update{name}", f"cloudfront:Delete{name}"],
                reason="it has neither a name in its ARN nor tags, and lets nobody read a file by itself",
            )
            for sid, name, kind in _PARTS
        ),
        Permission(
            "DeliveryPartCreation",
            ["*"],
            writes=actions(
                "cloudfront",
                "CreateCachePolicy CreateFunction CreateKeyValueStore CreateOriginAccessControl "
                "CreateOriginRequestPolicy "
                "CreateResponseHeadersPolicy",
            ),
            reason="these have no resource type; a new part serves nothing before a distribution uses it",
        ),
        Permission(
            "SigningKeys",
            ["*"],
            reads=[
                *actions("cloudfront", "GetPublicKey GetKeyGroup ListPublicKeys ListKeyGroups"),
                "servicequotas:ListServiceQuotas",  # how many there may be (`tools/deploy/key_quota.py`)
            ],
            writes=actions(
                "cloudfront",
                "CreatePublicKey UpdatePublicKey DeletePublicKey CreateKeyGroup UpdateKeyGroup DeleteKeyGroup",
            ),
            reason="public keys, key groups and lists have no resource types in IAM",
        ),
    ]


def player_file_permissions(scope: ResourceScope) -> list[Permission]:
    """The files of the player, which are in the bucket of course files. Course files themselves stay out of reach."""
    buckets = scope.buckets("content")
    return [
        Permission(
            "PlayerFiles",
            [f"{bucket}/player/*" for bucket in buckets],
            reads=actions("s3", "GetObject GetObjectTagging"),
            writes=actions("s3", "PutObject PutObjectTagging DeleteObject DeleteObjectVersion"),
        ),
        Permission(
            "PlayerFileVersions",
            buckets,
            writes=actions("s3", "ListBucketVersions"),
            conditions={"StringLike": {"s3:prefix": ["player/*"]}},
        ),
    ]


def package_key_permissions(scope: ResourceScope) -> list[Permission]:
    """The keys that open packages: the secret with them, and the store from which CloudFront reads them.

    Only the deploy role reads their values. It makes them: tools/deploy/package_keys.py.
    """
    stores = f"arn:{scope.context.partition}:cloudfront::{scope.context.account_id}:key-value-store/*"
    return [
        Permission(
            "PackageKeys",
            scope.arns("secretsmanager", f"secret:{PROJECT}-{PACKAGE_KEYS}-{{s}}-*"),
            reads=actions("secretsmanager", "DescribeSecret GetResourcePolicy"),
            writes=actions(
                "secretsmanager",
                "CreateSecret UpdateSecret GetSecretValue PutSecretValue TagResource UntagResource",
            ),
            destroys=actions("secretsmanager", "DeleteSecret"),
        ),
        Permission(
            "PackageKeyStore",
            [stores],
            reads=actions("cloudfront", "DescribeKeyValueStore"),
            writes=[
                *actions("cloudfront", "UpdateKeyValueStore DeleteKeyValueStore"),
                *actions("cloudfront-keyvaluestore", "DescribeKeyValueStore ListKeys UpdateKeys"),
            ],
            reason="a store's ARN has its id, and the provider gives it no tags",
        ),
    ]


def edge_log_permissions(scope: ResourceScope) -> list[Permission]:
    """The delivery of CloudFront's logs, which is in us-east-1. IAM checks a delivery together with both of its ends:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html
    """
    distributions = f"arn:{scope.context.partition}:cloudfront::{scope.context.account_id}:distribution/*"
    ends = [
        *scope.named("logs", "delivery-source:", region=EDGE_REGION),
        *scope.named("logs", "delivery-destination:", region=EDGE_REGION),
    ]
    deliveries = scope.arn("logs", "delivery:*", region=EDGE_REGION)
    tags = actions("logs", "TagResource UntagResource")
    return [
        Permission(
            "LoggedDistribution",
            [distributions],
            writes=actions("cloudfront", "AllowVendedLogDeliveryForResource"),
            conditions=scope.tagged(),
            reason="a distribution's ARN has its id; its tags are checked instead",
        ),
        Permission(
            "LogDeliveryEnds",
            ends,
            reads=actions("logs", "GetDeliverySource GetDeliveryDestination ListTagsForResource"),
            writes=[
                *actions(
                    "logs",
                    "PutDeliverySource PutDeliveryDestination DeleteDeliverySource DeleteDeliveryDestination "
                    "CreateDelivery UpdateDeliveryConfiguration",
                ),
                *tags,
            ],
        ),
        Permission(
            "LogDeliveryCreation",
            [deliveries],
            writes=actions("logs", "CreateDelivery TagResource"),
            conditions=scope.tagging(),
            reason="a delivery's ARN has its id; the tags that it gets are checked instead",
        ),
        Permission(
            "LogDelivery",
            [deliveries],
            reads=actions("logs", "GetDelivery ListTagsForResource"),
            writes=[*actions("logs", "UpdateDeliveryConfiguration DeleteDelivery"), *tags],
            conditions=scope.tagged(),
            read_conditions=scope.tagged(),
            reason="a delivery's ARN has its id; its tags are checked instead",
        ),
    ]
