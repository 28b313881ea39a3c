"""TapStack: the one Terraform stack. It owns the state backend, the AWS provider and the outputs.

Everything that is deployed is below it, in `EducationStack`.
"""

from collections.abc import Mapping
from pathlib import Path

from cdktf import S3Backend, S3BackendEndpointConfig, TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags, AwsProviderEndpoints
from constructs import Construct

from education.education_stack import EducationStack
from education.naming import EDGE_REGION
from education.settings.load import FALLBACK_ENVIRONMENT, load_settings
from education.settings.model import EnvironmentSettings

# The services that the stack's resources use, by the provider's names. The AWS emulator needs an endpoint for each.
PROVIDER_SERVICES = (
    *("apigateway", "cloudfront", "cloudwatch", "cognitoidp", "dynamodb", "events", "iam", "kms", "lambda_"),
    *("logs", "s3", "secretsmanager", "sns", "sqs", "ssm", "sts", "wafv2"),
)


class TapStack(TerraformStack):
    """One environment of the platform."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment_suffix: str = FALLBACK_ENVIRONMENT,
        state_bucket: str | None = None,
        state_bucket_region: str | None = None,
        aws_region: str | None = None,
        default_tags: Mapping[str, str] | None = None,
        local_port: int | None = None,
        local_settings: Path | None = None,
    ) -> None:
        """Arguments that are None take the values of `environments/<environment_suffix>.toml`.

        `local_port` is the port of the AWS emulator, and `local_settings` a file whose settings count there instead;
        both only matter to an environment that runs on it.
        Raises `UserError` for a setting that is not allowed.
        """
        super().__init__(scope, id)
        settings = load_settings(
            environment_suffix,
            aws_region=aws_region,
            state_bucket=state_bucket,
            state_bucket_region=state_bucket_region,
            default_tags=default_tags,
            local_port=local_port,
            local_settings=local_settings,
        )
        self._backend(f"{environment_suffix}/{id}.tfstate", settings)
        aws_provider(self, "aws", settings, settings.aws_region)
        edge_provider = (
            aws_provider(self, "edge", settings, EDGE_REGION, alias="edge")
            if settings.aws_region != EDGE_REGION
            else None
        )
        education = EducationStack(self, "education", settings=settings, edge_provider=edge_provider)
        for name, value in education.outputs.items():
            TerraformOutput(self, name, value=value)

    def _backend(self, key: str, settings: EnvironmentSettings) -> None:
        state, endpoint = settings.state, settings.local_endpoint
        emulated = endpoint is not None
        S3Backend(
            self,
            bucket=state.bucket,
            key=key,
            region=state.bucket_region,
            encrypt=True,
            dynamodb_table=state.lock_table,
            endpoints=(
                S3BackendEndpointConfig(s3=endpoint, dynamodb=endpoint, iam=endpoint, sts=endpoint)
                if emulated
                else None
            ),
            use_path_style=emulated or None,
            skip_credentials_validation=emulated or None,
            skip_metadata_api_check=emulated or None,
            skip_region_validation=emulated or None,
        )


def aws_provider(
    scope: Construct, id: str, settings: EnvironmentSettings, region: str, *, alias: str | None = None
) -> AwsProvider:
    """The provider of one region: in the accounts that the settings allow, or on the AWS emulator."""
    endpoint = settings.local_endpoint
    emulated = endpoint is not None
    return AwsProvider(
        scope,
        id,
        alias=alias,
        region=region,
        allowed_account_ids=None if emulated else list(settings.pipeline.allowed_account_ids) or None,
        default_tags=[AwsProviderDefaultTags(tags=dict(settings.default_tags))],
        endpoints=(
            [AwsProviderEndpoints(**dict.fromkeys(PROVIDER_SERVICES, endpoint))] if emulated else None
        ),
        s3_use_path_style=emulated or None,
        skip_credentials_validation=emulated or None,
        skip_metadata_api_check="true" if emulated else None,
    )
