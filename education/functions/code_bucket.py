"""The bucket with the zips of the functions' code, from which Lambda copies them when a function is made or updated.

With the zips in requests of their own (`filename`), the provider makes one function after another, and waits five
seconds for each: https://github.com/hashicorp/terraform/issues/9364.
"""

from cdktf import AssetType, TerraformAsset, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.s3_object import S3Object
from constructs import Construct

from education.content.buckets import PrivateBucket
from education.environment import Environment
from education.functions.bundling import Bundle


class CodeBucket(PrivateBucket):
    """A private bucket that only the deploying role reads and writes. No function needs it once it is deployed."""

    def __init__(self, scope: Construct, id: str, *, env: Environment) -> None:
        super().__init__(
            scope,
            id,
            name=env.names.global_of("code", env.aws.account_id),
            force_destroy=not env.settings.protect_data,
            object_ownership="BucketOwnerEnforced",
        )
        # Terraform deletes a zip with its versions once no function has it. This is for what others leave.
        self.expire(old_version_days=env.settings.content.old_version_days)
        # Lambda reads a zip with the credentials of the role that deploys:
        # https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html
        own_account = {"aws:PrincipalAccount": env.aws.account_id}
        self.allow(
            [
                {
                    "Sid": "DenyOtherAccounts",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [self.arn, f"{self.arn}/*"],
                    "Condition": {"StringNotEquals": own_account},
                }
            ],
            require_tls=env.settings.content.require_tls,
        )

    def store(self, scope: Construct, label: str, built: Bundle) -> S3Object:
        """A function's zip, as a resource of `scope`. Another content has another key.

        So Lambda never reads other bytes than those that were planned, and a function that failed to change still has
        its zip: the former one is deleted last.
        """
        asset = TerraformAsset(
            scope, "code", path=str(built.path), type=AssetType.FILE, asset_hash=built.digest
        )
        return S3Object(
            scope,
            "zip",
            bucket=self.name,
            key=f"{label}/{built.digest}.zip",
            source=asset.path,
            content_type="application/zip",
            depends_on=[self.versioning, self.policy],
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
