"""What the pipeline may do with the REST API, the firewalls in front of it and of sign-in, and the sign-in domain."""

from education.firewall.logs import NAME_PREFIX
from education.naming import PROJECT
from education.pipeline.permission import Permission, actions
from education.pipeline.resource_scope import ResourceScope


def api_permissions(scope: ResourceScope) -> list[Permission]:
    """The REST API. In API Gateway actions are HTTP methods, resources are paths, and children inherit tags.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html
    """
    place = f"arn:{scope.context.partition}:apigateway:{scope.region}::"
    return [
        Permission(
            "ApiCreation",
            [f"{place}/restapis", f"{place}/tags/*"],
            writes=actions("apigateway", "POST PUT"),
            conditions=scope.tagging(),
            reason="a new API has no id yet; the tags that it gets are checked instead",
        ),
        Permission(
            "Api",
            [f"{place}/restapis/*", f"{place}/tags/*"],
            reads=actions("apigateway", "GET"),
            writes=actions("apigateway", "POST PUT PATCH DELETE"),
            conditions=scope.tagged(),
            read_conditions=scope.tagged(),
            reason="an API's ARN has its id, not its name; its tags are checked instead",
        ),
    ]


def trace_permissions(scope: ResourceScope) -> list[Permission]:
    """The rule that says how many requests are traced, for environments that have traces."""
    return [
        Permission(
            "TraceSampling",
            scope.arns("xray", f"sampling-rule/{PROJECT}-{{s}}"),
            reads=actions("xray", "ListTagsForResource"),
            writes=actions(
                "xray",
                "CreateSamplingRule UpdateSamplingRule DeleteSamplingRule TagResource UntagResource",
            ),
        ),
        Permission(
            "TraceSamplingRules",
            ["*"],
            reads=actions("xray", "GetSamplingRules"),
            reason="it lists all rules of the account and has no resource type",
        ),
    ]


def firewall_permissions(scope: ResourceScope, kind: str = "regional") -> list[Permission]:
    """Web ACLs and what they consist of, for environments that have a firewall.

    `kind` is "global" for those of distributions, which are in us-east-1.
    """
    acls = scope.arns("wafv2", f"{kind}/webacl/{PROJECT}-*-{{s}}/*")
    return [
        Permission(
            "Firewall",
            acls,
            reads=actions(
                "wafv2", "GetLoggingConfiguration GetWebACL GetWebACLForResource ListTagsForResource"
            ),
            writes=actions(
                "wafv2",
                "CreateWebACL UpdateWebACL DeleteWebACL AssociateWebACL TagResource UntagResource "
                "PutLoggingConfiguration DeleteLoggingConfiguration",
            ),
        ),
        Permission(
            "FirewallAddresses",
            scope.arns("wafv2", f"{kind}/ipset/{PROJECT}-*-{{s}}/*"),
            reads=actions("wafv2", "GetIPSet ListTagsForResource"),
            # AWS checks the sets too, where a web ACL uses them.
            writes=actions(
                "wafv2",
                "CreateIPSet UpdateIPSet DeleteIPSet TagResource UntagResource CreateWebACL UpdateWebACL",
            ),
        ),
        Permission(
            "FirewallManagedRules",
            [scope.arn("wafv2", f"{kind}/managedruleset/*/*")],
            writes=actions("wafv2", "CreateWebACL UpdateWebACL"),
            reason="AWS checks its own rule groups too, where a web ACL uses them; they cannot be changed",
        ),
        *_log_permissions(scope),
    ]


def api_firewall_permissions(scope: ResourceScope) -> list[Permission]:
    """Putting a web ACL in front of a stage of the API."""
    stages = f"arn:{scope.context.partition}:apigateway:{scope.region}::/restapis/*/stages/*"
    return [
        Permission(
            "FirewallOfStage",
            [stages],
            reads=actions("wafv2", "GetWebACLForResource"),
            writes=actions("wafv2", "AssociateWebACL DisassociateWebACL"),
            reason="a stage's ARN has the API's id; SetWebACL on the stage, below, is checked by tag",
        ),
        Permission(
            "FirewallOnStage",
            [stages],
            writes=actions("apigateway", "SetWebACL"),
            conditions=scope.tagged(),
            reason="an API's ARN has its id, not its name; its tags are checked instead",
        ),
    ]


def sign_in_firewall_permissions(scope: ResourceScope) -> list[Permission]:
    """Putting a web ACL in front of the user pool. Cognito checks actions of its own, on the pool and on the web ACL.

    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-waf.html
    """
    pools = [scope.arn("cognito-idp", "userpool/*")]
    return [
        Permission(
            "FirewallOfPool",
            pools,
            reads=actions("wafv2", "GetWebACLForResource"),
            writes=actions("wafv2", "AssociateWebACL DisassociateWebACL"),
            reason="a pool's ARN has its id; Cognito's own actions on the pool, below, are checked by tag",
        ),
        Permission(
            "FirewallOnPool",
            pools,
            reads=actions("cognito-idp", "GetWebACLForResource"),
            writes=actions("cognito-idp", "AssociateWebACL DisassociateWebACL"),
            conditions=scope.tagged(),
            read_conditions=scope.tagged(),
            reason="a pool's ARN has its id, not its name; its tags are checked instead",
        ),
        Permission(
            "FirewallForPool",
            scope.arns("wafv2", f"regional/webacl/{PROJECT}-*-{{s}}/*"),
            writes=actions("cognito-idp", "AssociateWebACL"),
        ),
    ]


def _log_permissions(scope: ResourceScope) -> list[Permission]:
    """WAF checks with the permissions of its caller that it can deliver logs.

    https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
    """
    groups = scope.arns("logs", f"log-group:{NAME_PREFIX}{PROJECT}-*-{{s}}")
    return [
        Permission(
            "FirewallLogs",
            [arn for group in groups for arn in (group, f"{group}:*")],
            reads=actions("logs", "ListTagsForResource"),
            writes=actions(
                "logs",
                "CreateLogGroup DeleteLogGroup PutRetentionPolicy AssociateKmsKey TagResource UntagResource",
            ),
        ),
        Permission(
            "FirewallLogDelivery",
            ["*"],
            reads=actions("logs", "DescribeResourcePolicies"),
            writes=actions(
                "logs", "CreateLogDelivery DeleteLogDelivery PutResourcePolicy DeleteResourcePolicy"
            ),
            reason="none of these has a resource type; WAF asks for them, and the policy lets a service write logs",
        ),
    ]


def sign_in_domain_permissions(scope: ResourceScope) -> list[Permission]:
    """Making the domain, and replacing it. Cognito serves it by a distribution in an account of its own.

    Whoever makes the domain must be allowed to update distributions:
    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html
    """
    return [
        Permission(
            "SignInDomain",
            [scope.arn("cognito-idp", "userpool/*")],
            writes=actions("cognito-idp", "DeleteUserPoolDomain"),
            conditions=scope.tagged(),
            reason="a pool's ARN has its id, not its name; its tags are checked instead",
        ),
        Permission(
            "SignInDomainDelivery",
            ["*"],
            writes=actions("cloudfront", "UpdateDistribution"),
            conditions={"StringNotEquals": {"aws:ResourceAccount": scope.context.account_id}},
            reason="the distribution is Cognito's, in an account of AWS; those of this account are left out",
        ),
    ]
