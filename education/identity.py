"""Sign-in: the Cognito user pool, its web client, the three roles as groups, and the permission of the sign-in trigger.

What the trigger does is in `lambda_src/identity_triggers`. Profiles are not here but in DynamoDB: a change of the
pool's schema replaces the pool and loses every user (terraform-provider-aws #21654).
"""

import html
from collections.abc import Mapping, Sequence
from typing import Protocol

from cdktf_cdktf_provider_aws.cognito_risk_configuration import CognitoRiskConfiguration
from cdktf_cdktf_provider_aws.cognito_user_group import CognitoUserGroup
from cdktf_cdktf_provider_aws.cognito_user_pool import (
    CognitoUserPool,
    CognitoUserPoolAccountRecoverySetting,
    CognitoUserPoolAccountRecoverySettingRecoveryMechanism,
    CognitoUserPoolAdminCreateUserConfig,
    CognitoUserPoolEmailConfiguration,
    CognitoUserPoolLambdaConfig,
    CognitoUserPoolPasswordPolicy,
    CognitoUserPoolSchema,
    CognitoUserPoolSchemaStringAttributeConstraints,
    CognitoUserPoolSoftwareTokenMfaConfiguration,
    CognitoUserPoolUserAttributeUpdateSettings,
    CognitoUserPoolUsernameConfiguration,
    CognitoUserPoolUserPoolAddOns,
    CognitoUserPoolVerificationMessageTemplate,
)
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from constructs import Construct

from education.environment import Environment
from education.firewall.firewall import sign_in_firewall
from education.iam import Grant, policy_document
from education.web_client import sign_in_pages, web_client

# Group -> its description. The order is the precedence: the first group wins in `cognito:preferred_role`.
GROUPS = {
    "administrators": "Run the platform: every course, every role",
    "instructors": "Make courses and see their rosters",
    "students": "Take courses",
}
TEMPORARY_PASSWORD_DAYS = 7


class PreTokenFunction(Protocol):
    """The Lambda function that Cognito calls before it signs an ID token.

    A Protocol, because functions import this module and not the other way round.
    """

    @property
    def arn(self) -> str: ...

    @property
    def function_name(self) -> str: ...

    @property
    def role_name(self) -> str: ...

    def user_pool_grants(self, user_pool_arn: str) -> Sequence[Grant]:
        """What the function may do in the pool that calls it."""


class Identity(Construct):
    """Who may sign in, how, and in which role. People sign up themselves, or an administrator invites them.

    Attributes:
        outputs: the ids of the pool and of its web client, for the stack's outputs.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        pre_token_function: PreTokenFunction,
        origins: Sequence[str],
        log_key_arn: str,
    ) -> None:
        """Cognito asks `pre_token_function` for the groups of every ID token before it signs the token.

        `origins` are where the portal is served: sign-in leads back there. `log_key_arn` encrypts the log of the
        firewall.
        """
        super().__init__(scope, id)
        pool = user_pool(self, env, pre_token_function.arn)
        client = web_client(self, env, pool.id, origins)
        if env.settings.identity.plan == "PLUS":
            risk_configuration(self, env, pool.id)
        sign_in_firewall(self, env=env, user_pool_arn=pool.arn, log_key_arn=log_key_arn)
        for precedence, (group, description) in enumerate(GROUPS.items()):
            CognitoUserGroup(
                self, group, name=group, description=description, precedence=precedence, user_pool_id=pool.id
            )
        LambdaPermission(
            self,
            "pre-token-permission",
            statement_id="InvokedByTheUserPool",
            action="lambda:InvokeFunction",
            function_name=pre_token_function.function_name,
            principal="cognito-idp.amazonaws.com",
            source_arn=pool.arn,
        )
        # The pool names the function, so these grants cannot be part of the function: they are added to its role once
        # the pool exists.
        if grants := pre_token_function.user_pool_grants(pool.arn):
            IamRolePolicy(
                self,
                "pre-token-policy",
                name=env.names.of("see-second-factors"),
                role=pre_token_function.role_name,
                policy=policy_document([grant.statement() for grant in grants]),
            )
        self.user_pool_id: str = pool.id
        self.user_pool_arn: str = pool.arn
        self.client_id: str = client.id
        self.sign_in_base_url: str = sign_in_pages(self, env, pool.id)
        self.outputs: Mapping[str, str] = {
            "user_pool_id": pool.id,
            "user_pool_client_id": client.id,
            "sign_in_base_url": self.sign_in_base_url,
        }


def user_pool(scope: Construct, env: Environment, trigger_arn: str) -> CognitoUserPool:
    """The pool itself; Cognito asks the function `trigger_arn` for the groups of each ID token."""
    identity = env.settings.identity
    return CognitoUserPool(
        scope,
        "pool",
        name=env.names.of("users"),
        deletion_protection="ACTIVE" if env.settings.protect_data else "INACTIVE",
        user_pool_tier=identity.plan,
        user_pool_add_ons=CognitoUserPoolUserPoolAddOns(advanced_security_mode=identity.advanced_security),
        username_attributes=["email"],
        username_configuration=CognitoUserPoolUsernameConfiguration(case_sensitive=False),
        auto_verified_attributes=["email"],
        email_configuration=(
            CognitoUserPoolEmailConfiguration(
                email_sending_account="DEVELOPER",
                source_arn=identity.ses_identity_arn,
                from_email_address=identity.email_from,
            )
            if identity.ses_identity_arn
            else None
        ),
        # A new address counts only after its code was entered; until then the old address is the user name.
        user_attribute_update_settings=CognitoUserPoolUserAttributeUpdateSettings(
            attributes_require_verification_before_update=["email"]
        ),
        schema=[
            CognitoUserPoolSchema(
                name="email",
                attribute_data_type="String",
                required=True,
                mutable=True,
                developer_only_attribute=False,
                string_attribute_constraints=CognitoUserPoolSchemaStringAttributeConstraints(
                    min_length="0", max_length="2048"
                ),
            )
        ],
        admin_create_user_config=CognitoUserPoolAdminCreateUserConfig(
            allow_admin_create_user_only=identity.sign_up == "invited"
        ),
        password_policy=CognitoUserPoolPasswordPolicy(
            minimum_length=identity.password_minimum_length,
            require_lowercase=True,
            require_uppercase=True,
            require_numbers=True,
            require_symbols=True,
            temporary_password_validity_days=TEMPORARY_PASSWORD_DAYS,
        ),
        mfa_configuration=identity.mfa,
        # Cognito refuses OPTIONAL and ON without a configured factor.
        software_token_mfa_configuration=(
            CognitoUserPoolSoftwareTokenMfaConfiguration(enabled="TOTP" in identity.second_factors)
            if identity.mfa != "OFF"
            else None
        ),
        account_recovery_setting=CognitoUserPoolAccountRecoverySetting(
            recovery_mechanism=[
                CognitoUserPoolAccountRecoverySettingRecoveryMechanism(name="verified_email", priority=1)
            ]
        ),
        verification_message_template=_code_message(env.settings.school.name),
        lambda_config=CognitoUserPoolLambdaConfig(
            pre_token_generation=trigger_arn,
            pre_sign_up=trigger_arn if identity.sign_up == "domains" else None,
        ),
    )


def _code_message(school: str) -> CognitoUserPoolVerificationMessageTemplate:
    """The mail with a code: for a sign-up, a new address and a forgotten password alike.

    Somebody else can have signed up with the reader's address and a password of their own. The code of the mail would
    confirm that account, so the mail says when not to enter it, and what to do if it was entered.
    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-message-customizations.html
    """
    return CognitoUserPoolVerificationMessageTemplate(
        default_email_option="CONFIRM_WITH_CODE",
        email_subject=f"Your code for {school}",
        email_message=(
            f"<p>Your code for {html.escape(school)} is <b>{{####}}</b>.</p>"
            "<p>Enter it only if you have just asked for it yourself: for a new account, a new address or a new "
            "password. Else somebody has typed your address: do nothing, and give the code to nobody.</p>"
            "<p>If an account with your address exists and you did not choose its password, choose one with “Forgot "
            "your password?” before you use it.</p>"
        ),
    )


def risk_configuration(scope: Construct, env: Environment, user_pool_id: str) -> CognitoRiskConfiguration:
    """What threat protection does once `advanced_security` is ENFORCED. Cognito has defaults, which it may change.

    It cannot check the password of a sign-in: the web client proves it by SRP and sends no password.
    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-compromised-credentials.html
    """
    sender = env.settings.identity.ses_identity_arn
    return CognitoRiskConfiguration(
        scope,
        "risks",
        user_pool_id=user_pool_id,
        compromised_credentials_risk_configuration={
            "event_filter": ["SIGN_UP", "PASSWORD_CHANGE"],
            "actions": {"event_action": "BLOCK"},
        },
        # The provider demands a sender here, although nobody gets a mail: whoever has set up a second factor is asked
        # for it, and only the highest risk is refused.
        account_takeover_risk_configuration=(
            {
                "actions": {
                    "low_action": {"event_action": "NO_ACTION", "notify": False},
                    "medium_action": {"event_action": "MFA_IF_CONFIGURED", "notify": False},
                    "high_action": {"event_action": "BLOCK", "notify": False},
                },
                "notify_configuration": {
                    "source_arn": sender,
                    "from_": env.settings.identity.email_from,
                },
            }
            if sender
            else None
        ),
    )
