"""Customer-managed KMS keys: one for student records, one for what operators read (logs, alerts, dead letters).

Key policies let AWS services use a key only on behalf of this account and for this platform's resources, so
that function roles need no KMS permission of their own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from education.environment import Environment
from education.iam import policy_document

USE_KEY = (
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:DescribeKey",
)


class CustomerKey(Construct):
    """A symmetric key that AWS rotates every year, with an alias."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        purpose: str,
        description: str,
        statements: Sequence[Mapping[str, Any]],
        deletion_window_days: int,
    ) -> None:
        """`deletion_window_days` is 7 to 30 (KMS ScheduleKeyDeletion)."""
        super().__init__(scope, id)
        administration = {
            "Sid": "AccountAdministersThroughIam",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:{env.aws.partition}:iam::{env.aws.account_id}:root"},
            # The statement AWS demands, lest the key become unmanageable; "*" is this key.
            "Action": "kms:*",
            "Resource": "*",
        }
        key = KmsKey(
            self,
            "key",
            description=description,
            enable_key_rotation=True,
            deletion_window_in_days=deletion_window_days,
            policy=policy_document([administration, *statements]),
        )
        KmsAlias(self, "alias", name=f"alias/{env.names.of(purpose)}", target_key_id=key.key_id)
        self.arn: str = key.arn
        self.key_id: str = key.key_id


def records_key_statements(env: Environment) -> list[dict[str, Any]]:
    """DynamoDB and Secrets Manager may use the key for callers of this account.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    """
    return [
        {
            "Sid": f"UseThrough{name}",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": [*USE_KEY, "kms:CreateGrant"] if name == "DynamoDB" else list(USE_KEY),
            "Resource": "*",
            "Condition": {
                "StringEquals": {
                    "kms:CallerAccount": env.aws.account_id,
                    "kms:ViaService": f"{service}.{env.aws.region}.{env.aws.dns_suffix}",
                }
            },
        }
        for name, service in (("DynamoDB", "dynamodb"), ("SecretsManager", "secretsmanager"))
    ]


def operations_key_statements(env: Environment) -> list[dict[str, Any]]:
    """CloudWatch Logs, CloudWatch alarms, SNS, SQS and EventBridge may use the key for this account."""
    return [
        {
            "Sid": "EncryptLogs",
            "Effect": "Allow",
            "Principal": {"Service": f"logs.{env.aws.region}.{env.aws.dns_suffix}"},
            "Action": list(USE_KEY),
            "Resource": "*",
            "Condition": {
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": env.aws.arn(
                        "logs", f"log-group:*-{env.names.suffix}"
                    )
                }
            },
        },
        {
            "Sid": "EncryptAlertsAndDeadLetters",
            "Effect": "Allow",
            "Principal": {"Service": ["cloudwatch.amazonaws.com", "sns.amazonaws.com", "sqs.amazonaws.com"]},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceAccount": env.aws.account_id}},
        },
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
                        f"sqs.{env.aws.region}.{env.aws.dns_suffix}",
                        f"sns.{env.aws.region}.{env.aws.dns_suffix}",
                    ],
                }
            },
        },
    ]
