"""What the pipeline may do with what serves: functions and their roles, the API, the content network, the firewall."""

from education.naming import PROJECT
from education.pipeline.permission import Permission, Reach, actions

FUNCTION_ROLE = f"role/{PROJECT}-*-function-{{s}}"


def function_permissions(reach: Reach, *, boundary_arn: str) -> list[Permission]:
    """Functions, and the roles they run under, which must carry the permissions boundary."""
    roles = reach.arns("iam", FUNCTION_ROLE, region="")
    bounded = {"StringEquals": {"iam:PermissionsBoundary": boundary_arn}}
    return [
        Permission(
            "FunctionRoles",
            roles,
            reads=actions("iam", "GetRole GetRolePolicy ListRolePolicies ListAttachedRolePolicies"),
            writes=actions(
                "iam", "DeleteRole DeleteRolePolicy ListInstanceProfilesForRole TagRole UntagRole UpdateRole"
            ),
        ),
        Permission(
            "BoundedFunctionRoles",
            roles,
            writes=actions("iam", "CreateRole PutRolePolicy PutRolePermissionsBoundary"),
            conditions=bounded,
        ),
        Permission(
            "RolesOfFunctions",
            roles,
            writes=actions("iam", "PassRole"),
            conditions={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
        ),
        Permission(
            "Functions",
            reach.named("lambda", "function:"),
            reads=actions(
                "lambda",
                "GetFunction GetFunctionConfiguration GetFunctionCodeSigningConfig ListVersionsByFunction "
                "GetPolicy GetFunctionEventInvokeConfig ListTags",
            ),
            writes=actions(
                "lambda",
                "CreateFunction UpdateFunctionCode UpdateFunctionConfiguration DeleteFunction "
                "AddPermission RemovePermission PutFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig "
                "DeleteFunctionEventInvokeConfig TagResource UntagResource",
            ),
        ),
    ]


def api_permissions(reach: Reach) -> list[Permission]:
    """The REST API. API Gateway's actions are HTTP methods, its resources paths, and children inherit tags.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html
    """
    place = f"arn:{reach.context.partition}:apigateway:{reach.region}::"
    return [
        Permission(
            "ApiCreation",
            [f"{place}/restapis", f"{place}/tags/*"],
            writes=actions("apigateway", "POST PUT"),
            conditions=reach.tagging(),
            reason="a new API has no id yet; the tags that it gets are checked instead",
        ),
        Permission(
            "Api",
            [f"{place}/restapis/*", f"{place}/tags/*"],
            reads=actions("apigateway", "GET"),
            writes=actions("apigateway", "POST PUT PATCH DELETE"),
            conditions=reach.tagged(),
            read_conditions=reach.tagged(),
            reason="an API's ARN holds its id, not its name; its tags are checked instead",
        ),
    ]


def content_permissions(reach: Reach) -> list[Permission]:
    """CloudFront. Distributions carry tags, functions have names; the rest has neither, only ids."""
    place = f"arn:{reach.context.partition}:cloudfront::{reach.context.account_id}:"
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
            conditions=reach.tagging(),
            reason="a new distribution has no id yet; the tags that it gets are checked instead",
        ),
        Permission(
            "Distribution",
            [f"{place}distribution/*"],
            reads=actions("cloudfront", "GetDistribution ListTagsForResource"),
            writes=actions("cloudfront", "UpdateDistribution DeleteDistribution TagResource UntagResource"),
            conditions=reach.tagged(),
            read_conditions=reach.tagged(),
            reason="a distribution's ARN holds its id; its tags are checked instead",
        ),
        Permission(
            "EdgeFunctions",
            reach.named("cloudfront", "function/", region=""),
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


def firewall_permissions(reach: Reach) -> list[Permission]:
    """The API's WAF, for environments that have one."""
    stages = f"arn:{reach.context.partition}:apigateway:{reach.region}::/restapis/*/stages/*"
    return [
        Permission(
            "Firewall",
            reach.arns("wafv2", f"regional/webacl/{PROJECT}-*-{{s}}/*"),
            reads=actions("wafv2", "GetWebACL ListTagsForResource"),
            writes=actions(
                "wafv2",
                "CreateWebACL UpdateWebACL DeleteWebACL AssociateWebACL TagResource UntagResource",
            ),
        ),
        Permission(
            "FirewallManagedRules",
            [reach.arn("wafv2", "regional/managedruleset/*/*")],
            writes=actions("wafv2", "CreateWebACL UpdateWebACL"),
            reason="AWS asks for its own rule groups too, where a web ACL uses them; nothing of them can be changed",
        ),
        Permission(
            "FirewallOfStage",
            [stages],
            reads=actions("wafv2", "GetWebACLForResource"),
            writes=actions("wafv2", "AssociateWebACL DisassociateWebACL"),
            reason="a stage's ARN holds the API's id; SetWebACL on the stage, below, is checked by tag",
        ),
        Permission(
            "FirewallOnStage",
            [stages],
            writes=actions("apigateway", "SetWebACL"),
            conditions=reach.tagged(),
            reason="an API's ARN holds its id, not its name; its tags are checked instead",
        ),
    ]
