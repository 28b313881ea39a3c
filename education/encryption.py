"""Customer-managed KMS keys: one for records, one for what operators read (logs, alerts, dead letters).

Key policies let AWS services use a key only on behalf of this account and for this platform's resources. So the roles
of functions need no KMS permission for these keys. `content/signing_keys.py` has the keys that sign links.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from education.environment import Environment
from education.iam import policy_document

# KMS waits this long before it deletes a key: 7 to 30 days (ScheduleKeyDeletion).
DELETION_WINDOW_DAYS = 7
PROTECTED_DELETION_WINDOW_DAYS = 30
USE_KEY = (
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:DescribeKey",
)


class CustomerKey(Construct):
    """A symmetric key with the alias `education-<purpose>-<suffix>`."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        purpose: str,
        description: str,
        statements: Sequence[Mapping[str, Any]],
    ) -> None:
        super().__init__(scope, id)
        key = make_key(self, "key", env=env, description=description, statements=statements)
        KmsAlias(self, "alias", name=f"alias/{env.names.of(purpose)}", target_key_id=key.key_id)
        self.arn: str = key.arn


def make_key(
    scope: Construct,
    id: str,
    *,
    env: Environment,
    description: str,
    statements: Sequence[Mapping[str, Any]],
    provider: TerraformProvider | None = None,
) -> KmsKey:
    """Make a key that AWS rotates every year. `statements` say which services may use it, beside the administrators."""
    return KmsKey(
        scope,
        id,
        description=description,
        enable_key_rotation=True,
        deletion_window_in_days=deletion_window_days(env),
        policy=policy_document([administration(env), *statements]),
        provider=provider,
    )


def administration(env: Environment) -> dict[str, Any]:
    """The statement with which the account's administrators manage a key.

    AWS demands it, because without it the key can become unmanageable. "*" means this key.
    """
    return {
        "Sid": "AccountAdministersThroughIam",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{env.aws.partition}:iam::{env.aws.account_id}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }


def deletion_window_days(env: Environment) -> int:
    """How long KMS waits before it deletes a key of this environment."""
    return PROTECTED_DELETION_WINDOW_DAYS if env.settings.protect_data else DELETION_WINDOW_DAYS


def records_key(scope: Construct, id: str, env: Environment) -> CustomerKey:
    """The key of the tables. DynamoDB may use it for callers of this account.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    """
    statements = [
        {
            "Sid": "UseThroughDynamoDB",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": [*USE_KEY, "kms:CreateGrant"],
            "Resource": "*",
            "Condition": {
                "StringEquals": {
                    "kms:CallerAccount": env.aws.account_id,
                    "kms:ViaService": f"dynamodb.{env.aws.region}.{env.aws.dns_suffix}",
                }
            },
        }
    ]
    return CustomerKey(
        scope, id, env=env, purpose="records", description="Student records", statements=statements
    )


def operations_key(scope: Construct, id: str, env: Environment) -> CustomerKey:
    """The key of logs, alerts and dead letters. CloudWatch, SNS and SQS may use it for this account."""
    statements = [
        {
            "Sid": "EncryptLogs",
            "Effect": "Allow",
            "Principal": {"Service": f"logs.{env.aws.region}.{env.aws.dns_suffix}"},
            "Action": list(USE_KEY),
            "Resource": "*",
            "Condition": {
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": env.aws.arn(
                        "logs", f"log-group:*-{env.settings.environment_suffix}"
                    )
                }
            },
        },
        use_by_services(env, "EncryptAlertsAndDeadLetters", ["cloudwatch", "sns", "sqs"]),
        {
            "Sid": "UseThroughQueuesAndTopics",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": "*",
            "Condition": {
                "StringEquals": {
                    "kms:CallerAccount": env.aws.account_id,
                    "kms:ViaService": [
                        f"{service}.{env.aws.region}.{env.aws.dns_suffix}" for service in ("sqs", "sns")
                    ],
                }
            },
        },
    ]
    return CustomerKey(
        scope,
        id,
        env=env,
        purpose="operations",
        description="Logs, alerts and dead letters",
        statements=statements,
    )


def use_by_services(env: Environment, sid: str, services: Sequence[str]) -> dict[str, Any]:
    """The statement with which AWS services encrypt and decrypt with a key, for this account only."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": [f"{service}.amazonaws.com" for service in services]},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": env.aws.account_id}},
    }
