"""What the pipeline may do with the REST API and its firewall."""

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


def firewall_permissions(scope: ResourceScope) -> list[Permission]:
    """The API's WAF, for environments that have one."""
    stages = f"arn:{scope.context.partition}:apigateway:{scope.region}::/restapis/*/stages/*"
    return [
        Permission(
            "Firewall",
            scope.arns("wafv2", f"regional/webacl/{PROJECT}-*-{{s}}/*"),
            reads=actions("wafv2", "GetWebACL GetWebACLForResource ListTagsForResource"),
            writes=actions(
                "wafv2",
                "CreateWebACL UpdateWebACL DeleteWebACL AssociateWebACL TagResource UntagResource",
            ),
        ),
        Permission(
            "FirewallManagedRules",
            [scope.arn("wafv2", "regional/managedruleset/*/*")],
            writes=actions("wafv2", "CreateWebACL UpdateWebACL"),
            reason="AWS checks its own rule groups too, where a web ACL uses them; they cannot be changed",
        ),
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
