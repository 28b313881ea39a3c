"""How the web portal signs people in: Cognito's own pages, and the client that they lead back from.

The pages are those of the first version (classic): the second needs a branding style, for which the provider has no
resource.
"""

import hashlib
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from cdktf_cdktf_provider_aws.cognito_user_pool_client import (
    CognitoUserPoolClient,
    CognitoUserPoolClientTokenValidityUnits,
)
from cdktf_cdktf_provider_aws.cognito_user_pool_domain import CognitoUserPoolDomain
from constructs import Construct

from education.environment import Environment

SIGNED_IN_PATH = "/signed-in"
# The last one lets the portal set up a second factor with the access token of the person, and end the session.
SCOPES = ("openid", "email", "aws.cognito.signin.user.admin")
# Cognito refuses a domain with one of these words.
_RESERVED = re.compile("aws|amazon|cognito")


def sign_in_pages(scope: Construct, env: Environment, user_pool_id: str) -> str:
    """Gives the user pool its pages; returns their address, without a trailing slash.

    The account's id makes the name unique: all accounts of a region share these names. The pages are at the school's
    own domain too, where the settings have one.
    """
    suffix = env.settings.environment_suffix
    if _RESERVED.search(suffix):
        suffix = hashlib.sha256(suffix.encode()).hexdigest()[:12]
    domain = CognitoUserPoolDomain(
        scope,
        "sign-in-pages",
        domain=f"education-{env.aws.account_id}-{suffix}",
        user_pool_id=user_pool_id,
        managed_login_version=1,
    )
    identity, local = env.settings.identity, env.settings.local_endpoint
    if identity.sign_in_domain:
        # A pool can have both. The first one stays, so that people can sign in while DNS learns of the second.
        own = CognitoUserPoolDomain(
            scope,
            "own-sign-in-pages",
            domain=identity.sign_in_domain,
            certificate_arn=identity.sign_in_certificate_arn,
            user_pool_id=user_pool_id,
            managed_login_version=1,
            depends_on=[domain],
        )
        if identity.use_sign_in_domain:
            return f"http://{own.domain}:{urlsplit(local).port}" if local else f"https://{own.domain}"
    if local:
        return local
    return f"https://{domain.domain}.auth.{env.aws.region}.amazoncognito.com"


def web_client(
    scope: Construct, env: Environment, user_pool_id: str, origins: Sequence[str]
) -> CognitoUserPoolClient:
    """The client of the portal in the browser, served at `origins`.

    It has no secret: it proves that it asked for a code by PKCE. Programs prove the password by SRP without sending it.
    """
    identity = env.settings.identity
    return CognitoUserPoolClient(
        scope,
        "web-client",
        name=env.names.of("web"),
        user_pool_id=user_pool_id,
        generate_secret=False,
        explicit_auth_flows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        supported_identity_providers=["COGNITO"],
        allowed_oauth_flows_user_pool_client=True,
        allowed_oauth_flows=["code"],
        allowed_oauth_scopes=list(SCOPES),
        callback_urls=[f"{origin}{SIGNED_IN_PATH}" for origin in origins],
        logout_urls=[f"{origin}/" for origin in origins],
        prevent_user_existence_errors="ENABLED",
        enable_token_revocation=True,
        read_attributes=["email", "email_verified"],
        write_attributes=["email"],
        access_token_validity=identity.access_token_minutes,
        id_token_validity=identity.id_token_minutes,
        refresh_token_validity=identity.refresh_token_days,
        token_validity_units=[
            CognitoUserPoolClientTokenValidityUnits(
                access_token="minutes",  # noqa: S106 (a unit of time)
                id_token="minutes",  # noqa: S106 (a unit of time)
                refresh_token="days",  # noqa: S106 (a unit of time)
            )
        ],
    )
