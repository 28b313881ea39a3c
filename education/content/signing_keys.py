"""The public halves of the two signing keys of premium content, for CloudFront.

`python -m tools signing-key` makes the pairs. The private halves are in Secrets Manager. The stack does not read that
secret's value, because the value would then be in the Terraform state.
"""

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudfront_key_group import CloudfrontKeyGroup
from cdktf_cdktf_provider_aws.cloudfront_public_key import CloudfrontPublicKey
from cdktf_cdktf_provider_aws.data_aws_secretsmanager_secret import DataAwsSecretsmanagerSecret
from cdktf_cdktf_provider_aws.data_aws_ssm_parameter import DataAwsSsmParameter
from constructs import Construct

from education.environment import Environment
from education.naming import SIGNING_KEY, SIGNING_KEY_SLOTS


class SigningKeys(Construct):
    """A key group of both slots, so that one can be replaced while links signed with the other stay valid."""

    def __init__(self, scope: Construct, id: str, *, env: Environment) -> None:
        super().__init__(scope, id)
        self.public_key_ids: dict[str, str] = {}
        for slot in SIGNING_KEY_SLOTS:
            parameter = DataAwsSsmParameter(
                self, f"parameter-{slot}", name=env.names.parameter(f"{SIGNING_KEY}/{slot}")
            )
            key = CloudfrontPublicKey(
                self,
                f"public-key-{slot}",
                # A key in use cannot be deleted, and two keys cannot have one name. So a new key is created first,
                # under a name of its own (terraform-provider-aws #19093).
                name_prefix=f"{env.names.of(f'{SIGNING_KEY}-{slot}')}-",
                comment=f"Signs links to premium content, slot {slot}",
                encoded_key=parameter.insecure_value,
                lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            )
            self.public_key_ids[slot] = key.id
        group = CloudfrontKeyGroup(
            self, "key-group", name=env.names.of(f"{SIGNING_KEY}s"), items=list(self.public_key_ids.values())
        )
        secret = DataAwsSecretsmanagerSecret(self, "secret", name=env.names.of(SIGNING_KEY))
        self.key_group_id: str = group.id
        self.secret_arn: str = secret.arn
