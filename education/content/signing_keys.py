"""The two keys that sign links to premium content: in KMS, and their public halves in CloudFront.

A private key never leaves KMS. CloudFront takes P-256 keys for signed links:
https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_PublicKey.html. `former_signing_keys` has the keys of
environments that were deployed before.
"""

from typing import Any

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudfront_key_group import CloudfrontKeyGroup
from cdktf_cdktf_provider_aws.cloudfront_public_key import CloudfrontPublicKey
from cdktf_cdktf_provider_aws.data_aws_kms_public_key import DataAwsKmsPublicKey
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from education.content.former_signing_keys import FormerSigningKeys
from education.encryption import administration, deletion_window_days
from education.environment import Environment
from education.iam import policy_document
from education.naming import LINK_KEY, SIGNING_KEY_SLOTS

# The only kind of key that both KMS and CloudFront take, beside RSA.
KEY_SPEC = "ECC_NIST_P256"


class SigningKeys(Construct):
    """A key for each slot, and a key group of both. One slot signs; links that the other has signed stay valid.

    Attributes:
        key_arns: the KMS keys of both slots.
        active_key_arn: the KMS key that signs.
        active_public_key_id: CloudFront's id of its public half.
        key_group_ids: the key groups that the distribution trusts.
        former: the former RSA keys, where the settings keep them.
    """

    def __init__(self, scope: Construct, id: str, *, env: Environment) -> None:
        super().__init__(scope, id)
        settings = env.settings.content
        keys = {slot: _key(self, env, slot) for slot in SIGNING_KEY_SLOTS}
        public_keys = {slot: _public_key(self, env, slot, key) for slot, key in keys.items()}
        group = CloudfrontKeyGroup(
            self,
            "link-key-group",
            name=env.names.of(f"{LINK_KEY}s"),
            items=[key.id for key in public_keys.values()],
        )
        self.former = FormerSigningKeys(self, env=env) if settings.former_signing_keys else None
        self.key_group_ids: list[str] = [group.id, *([self.former.key_group_id] if self.former else [])]
        self.key_arns: list[str] = [key.arn for key in keys.values()]
        self.active_key_arn: str = keys[settings.signing_keys.active].arn
        self.active_public_key_id: str = public_keys[settings.signing_keys.active].id


def _key(scope: Construct, env: Environment, slot: str) -> KmsKey:
    """The KMS key of a slot. Another generation is another key: KMS does not rotate asymmetric keys."""
    generation = env.settings.content.signing_keys.generation(slot)
    key = KmsKey(
        scope,
        f"link-key-{slot}-{generation}",
        description=f"Signs links to premium content, slot {slot}, key {generation}",
        customer_master_key_spec=KEY_SPEC,
        key_usage="SIGN_VERIFY",
        deletion_window_in_days=deletion_window_days(env),
        policy=policy_document([administration(env), _only_the_content_function_signs(env)]),
    )
    KmsAlias(
        scope,
        f"link-key-alias-{slot}",
        name=f"alias/{env.names.of(f'{LINK_KEY}-{slot}')}",
        target_key_id=key.key_id,
    )
    return key


def _only_the_content_function_signs(env: Environment) -> dict[str, Any]:
    """The content function's own policy allows it to sign. This denies it to all others, administrators included."""
    role = f"arn:{env.aws.partition}:iam::{env.aws.account_id}:role/{env.names.function_role('content')}"
    return {
        "Sid": "OnlyTheContentFunctionSigns",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "kms:Sign",
        "Resource": "*",
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": role}},
    }


def _public_key(scope: Construct, env: Environment, slot: str, key: KmsKey) -> CloudfrontPublicKey:
    public_half = DataAwsKmsPublicKey(scope, f"link-public-half-{slot}", key_id=key.arn)
    return CloudfrontPublicKey(
        scope,
        f"link-public-key-{slot}",
        # A key in use cannot be deleted, and two keys cannot have one name. So a new key is created first, under a name
        # of its own (terraform-provider-aws #19093).
        name_prefix=env.names.link_key_prefix(slot, env.settings.content.signing_keys.generation(slot)),
        comment=f"Checks links to premium content, slot {slot}",
        encoded_key=public_half.public_key_pem,
        lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
    )
