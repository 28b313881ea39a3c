"""The former RSA keys of links to premium content, for the one deployment in which a running environment leaves them.

Their links are valid for an hour, so CloudFront trusts both kinds until the next deployment. Nothing signs with these
keys any more. Their private halves are in a secret outside of this stack. The setting is `content.former_signing_keys`;
docs/operations.md has the steps.
"""

import json

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudfront_key_group import CloudfrontKeyGroup
from cdktf_cdktf_provider_aws.cloudfront_public_key import CloudfrontPublicKey
from cdktf_cdktf_provider_aws.data_aws_secretsmanager_secret import DataAwsSecretsmanagerSecret
from cdktf_cdktf_provider_aws.data_aws_ssm_parameter import DataAwsSsmParameter
from constructs import Construct

from education.environment import Environment
from education.naming import FORMER_SIGNING_KEY, SIGNING_KEY_SLOTS


class FormerSigningKeys:
    """The resources of the former keys, under the ids that they were deployed with: below `scope`.

    Attributes:
        variables: what the content function's former code reads. Lambda takes new variables before new code, so that
            code may run for some seconds with the new variables.
        secret_arn: the secret that the former code reads.
    """

    def __init__(self, scope: Construct, *, env: Environment) -> None:
        public_key_ids: dict[str, str] = {}
        # Deleted only after the distribution has let go of them, in the deployment that leaves them out.
        lifecycle = TerraformResourceLifecycle(create_before_destroy=True)
        for slot in SIGNING_KEY_SLOTS:
            parameter = DataAwsSsmParameter(
                scope, f"parameter-{slot}", name=env.names.parameter(f"{FORMER_SIGNING_KEY}/{slot}")
            )
            key = CloudfrontPublicKey(
                scope,
                f"public-key-{slot}",
                name_prefix=f"{env.names.of(f'{FORMER_SIGNING_KEY}-{slot}')}-",
                comment=f"Signs links to premium content, slot {slot}",
                encoded_key=parameter.insecure_value,
                lifecycle=lifecycle,
            )
            public_key_ids[slot] = key.id
        group = CloudfrontKeyGroup(
            scope,
            "key-group",
            name=env.names.of(f"{FORMER_SIGNING_KEY}s"),
            items=list(public_key_ids.values()),
            lifecycle=lifecycle,
        )
        secret = DataAwsSecretsmanagerSecret(scope, "secret", name=env.names.of(FORMER_SIGNING_KEY))
        self.key_group_id: str = group.id
        self.secret_arn: str = secret.arn
        self.variables: dict[str, str] = {
            "SIGNING_SECRET_ID": secret.arn,
            "SIGNING_KEY_IDS": json.dumps(public_key_ids),
        }
