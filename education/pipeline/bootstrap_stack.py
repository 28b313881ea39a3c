"""BootstrapStack: what an account needs once, before the pipeline can deploy an environment to it.

It makes the state store, GitHub's OIDC provider, the permissions boundary, the roles that plan, deploy and test, and
API Gateway's log role. Only an administrator of the account runs it (`make bootstrap`). Its own state is in the bucket
that it makes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cdktf import App, LocalBackend, S3Backend, TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from constructs import Construct

from education.api.log_role import GatewayLogRole
from education.aws_context import AwsContext
from education.environment import Environment
from education.errors import UserError
from education.iam import boundary_arn, policy_document
from education.pipeline.boundary import boundary_statements
from education.pipeline.github_trust import AUDIENCE, ISSUER, deploy_trust, plan_trust
from education.pipeline.policies import PipelinePolicies
from education.pipeline.resource_scope import ResourceScope
from education.pipeline.state_store import StateStore
from education.settings.model import EnvironmentSettings


def state_key(environment_suffix: str) -> str:
    """The key of the state of an environment's bootstrap in the state bucket."""
    return f"bootstrap/BootstrapStack{environment_suffix}.tfstate"


class BootstrapStack(TerraformStack):
    """The bootstrap of one environment."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: EnvironmentSettings,
        first_state: str | None,
        owns_oidc_provider: bool,
        owns_log_role: bool = True,
    ) -> None:
        """`first_state` is the file that has the state until its bucket exists, and None from then on.

        `owns_oidc_provider` is false where something else made GitHub's provider in this account: the stack uses it and
        does not manage it. `owns_log_role` is the same for the role with which API Gateway writes logs.
        """
        super().__init__(scope, id)
        if not settings.pipeline.is_enabled:
            raise UserError(
                f"environments/{settings.environment_suffix}.toml has no section [pipeline]: add one (dev.toml has an "
                "example) before the bootstrap."
            )
        self._settings = settings
        self._backend(first_state)
        self._provider("aws", settings.state.bucket_region)
        context = AwsContext(self, "aws-context", region=settings.aws_region)
        env = self._env = Environment(settings, context)
        if settings.api.access_logs and settings.api.account_log_role and owns_log_role:
            GatewayLogRole(self, "api-logs", env=env, provider=self._platform_provider())
        store = StateStore(self, "state", env=env)
        oidc = [self._oidc_provider()] if owns_oidc_provider else []
        boundary = str(boundary_arn(env))
        policies = PipelinePolicies(env, boundary, store.bucket_arn, store.table_arn)
        self._boundary(policies.scope)
        roles = {
            "plan": (plan_trust(context, settings.pipeline), policies.plan()),
            "deploy": (deploy_trust(context, settings.pipeline), policies.deploy()),
        }
        if tests := policies.test():
            # The tests run in the job that deployed, so both roles trust the same jobs.
            roles["test"] = (deploy_trust(context, settings.pipeline), tests)
        for role, (trust, parts) in roles.items():
            self._role(role, trust, parts, after=oidc)
        TerraformOutput(self, "state_bucket", value=store.bucket.bucket)
        TerraformOutput(self, "boundary_arn", value=boundary)

    def _backend(self, first_state: str | None) -> None:
        state = self._settings.state
        if first_state:
            LocalBackend(self, path=first_state)
        else:
            S3Backend(
                self,
                bucket=state.bucket,
                key=state_key(self._settings.environment_suffix),
                region=state.bucket_region,
                encrypt=True,
                dynamodb_table=state.lock_table,
            )

    def _provider(self, id: str, region: str, *, alias: str | None = None) -> AwsProvider:
        settings = self._settings
        return AwsProvider(
            self,
            id,
            alias=alias,
            region=region,
            default_tags=[AwsProviderDefaultTags(tags={**settings.default_tags, "Stack": "bootstrap"})],
            allowed_account_ids=list(settings.pipeline.allowed_account_ids) or None,
        )

    def _platform_provider(self) -> AwsProvider | None:
        """A provider for the platform's region, where that is not the state bucket's."""
        region = self._settings.aws_region
        is_elsewhere = region != self._settings.state.bucket_region
        return self._provider("platform", region, alias="platform") if is_elsewhere else None

    def _oidc_provider(self) -> IamOpenidConnectProvider:
        # No thumbprint: AWS verifies GitHub's certificate with its own list of authorities.
        return IamOpenidConnectProvider(self, "github", url=f"https://{ISSUER}", client_id_list=[AUDIENCE])

    def _boundary(self, resources: ResourceScope) -> None:
        IamPolicy(
            self,
            "boundary",
            name=self._settings.pipeline.boundary,
            description="The most that a role of the education platform can do",
            policy=policy_document(
                boundary_statements(resources, former_signing_keys=self._settings.content.former_signing_keys)
            ),
        )

    def _role(
        self,
        what: str,
        trust: Mapping[str, Any],
        parts: Mapping[str, Sequence[Mapping[str, Any]]],
        *,
        after: Sequence[IamOpenidConnectProvider],
    ) -> None:
        role = IamRole(
            self,
            f"{what}-role",
            name=self._env.names.of(what),
            description=f"The pipeline's {what} role for the environment {self._settings.environment_suffix}",
            assume_role_policy=policy_document([trust]),
            max_session_duration=self._settings.pipeline.session_minutes * 60,
            depends_on=list(after),
        )
        for part, statements in parts.items():
            if statements:
                policy = IamPolicy(
                    self,
                    f"{what}-{part}",
                    name=self._env.names.of(f"{what}-{part}"),
                    description=f"What the {what} role may do: {part}",
                    policy=policy_document(statements),
                )
                IamRolePolicyAttachment(
                    self, f"{what}-{part}-attachment", role=role.name, policy_arn=policy.arn
                )
        TerraformOutput(self, f"{what}_role_arn", value=role.arn)


def add_bootstrap_stack(app: App, settings: EnvironmentSettings, variables: Mapping[str, str]) -> None:
    """Adds the stack to `app`, as the variables that `tools.pipeline.bootstrap` sets ask for it.

    EDUCATION_FIRST_STATE is the file for the first state. EDUCATION_OIDC_PROVIDER and EDUCATION_LOG_ROLE are `existing`
    where something else owns that resource.
    """
    BootstrapStack(
        app,
        f"BootstrapStack{settings.environment_suffix}",
        settings=settings,
        first_state=variables.get("EDUCATION_FIRST_STATE") or None,
        owns_oidc_provider=variables.get("EDUCATION_OIDC_PROVIDER") != "existing",
        owns_log_role=variables.get("EDUCATION_LOG_ROLE") != "existing",
    )
