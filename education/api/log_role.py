"""The role with which API Gateway writes access logs: one per account and region, for all of its APIs.

The role belongs to the account and not to an environment: with two owners, each would overwrite the other's, and
destroying one environment would end the logs of the other. So the bootstrap makes it, for the environment whose setting
`api.account_log_role` is true.
"""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.api_gateway_account import ApiGatewayAccount
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from education.environment import Environment
from education.iam import service_trust


class GatewayLogRole(Construct):
    """The role `education-api-logs-<suffix>`, set for the whole account in the region of `provider`."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        provider: TerraformProvider | None,
    ) -> None:
        super().__init__(scope, id)
        role = IamRole(
            self,
            "role",
            name=env.names.of("api-logs"),
            description="Lets API Gateway write access logs, for all APIs of the account in this region",
            assume_role_policy=service_trust("apigateway.amazonaws.com"),
        )
        # API Gateway checks that the role has all permissions of this policy, and refuses a narrower one.
        policy = IamRolePolicyAttachment(
            self,
            "policy",
            role=role.name,
            policy_arn=f"arn:{env.aws.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
        )
        # The provider has announced reset_on_delete as deprecated: from version 6 on it always resets.
        ApiGatewayAccount(
            self,
            "account",
            cloudwatch_role_arn=role.arn,
            reset_on_delete=True,
            depends_on=[policy],
            provider=provider,
        )
