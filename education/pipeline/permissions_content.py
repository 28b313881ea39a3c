"""What the pipeline may do with CloudFront, which delivers the course files."""

from education.pipeline.permission import Permission, actions
from education.pipeline.resource_scope import ResourceScope


def content_permissions(scope: ResourceScope) -> list[Permission]:
    """CloudFront. Distributions have tags and functions have names; everything else has only ids."""
    place = f"arn:{scope.context.partition}:cloudfront::{scope.context.account_id}:"
    untagged = [
        f"{place}{kind}/*"
        for kind in (
            "origin-access-control",
            "origin-request-policy",
            "response-headers-policy",
        )
    ]
    return [
        Permission(
            "DistributionCreation",
            [f"{place}distribution/*"],
            writes=actions("cloudfront", "CreateDistribution TagResource"),
            conditions=scope.tagging(),
            reason="a new distribution has no id yet; the tags that it gets are checked instead",
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
            writes=actions("cloudfront", "CreateFunction UpdateFunction PublishFunction DeleteFunction"),
        ),
        Permission(
            "DeliveryParts",
            untagged,
            reads=actions(
                "cloudfront",
                "GetOriginAccessControl GetOriginRequestPolicy GetResponseHeadersPolicy",
            ),
            writes=actions(
                "cloudfront",
                "CreateOriginAccessControl UpdateOriginAccessControl DeleteOriginAccessControl "
                "CreateOriginRequestPolicy UpdateOriginRequestPolicy DeleteOriginRequestPolicy "
                "CreateResponseHeadersPolicy UpdateResponseHeadersPolicy DeleteResponseHeadersPolicy",
            ),
            reason="these have neither names in their ARNs nor tags; none of them lets anyone read a file by itself",
        ),
        Permission(
            "SigningKeys",
            ["*"],
            reads=actions("cloudfront", "GetPublicKey GetKeyGroup"),
            writes=actions(
                "cloudfront",
                "CreatePublicKey UpdatePublicKey DeletePublicKey CreateKeyGroup UpdateKeyGroup DeleteKeyGroup",
            ),
            reason="public keys and key groups are no resource types of IAM",
        ),
    ]
