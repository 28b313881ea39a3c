"""What the pipeline may do to give the sign-in pages a domain of the school's own.

Names of distributions need nothing more: they are a part of the distribution, and the certificate is made by hand.
"""

from education.pipeline.permission import Permission, actions
from education.pipeline.resource_scope import ResourceScope


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
