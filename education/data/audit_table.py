"""The audit table: what staff did and what was done with people's data, append-only for every function.

No role of a function may change or delete an entry; DynamoDB's time to live removes it after
`records.audit_retention_days`. The shape of an entry stands in lambda_src/domain/audit.py.
"""

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.dynamodb_table import (
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTableGlobalSecondaryIndex,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableServerSideEncryption,
    DynamodbTableTtl,
)
from constructs import Construct

from education.environment import Environment
from education.iam import Grant

# What auditors ask: what happened on a day, what did somebody do, what was done to a course or a person.
INDEXES = {"day-index": "day", "actor-index": "actor", "subject-index": "subject"}


class AuditTable(Construct):
    """The table `education-audit-<suffix>`: encrypted, restorable, protected where the settings say so."""

    def __init__(self, scope: Construct, id: str, *, env: Environment, key_arn: str) -> None:
        super().__init__(scope, id)
        table = DynamodbTable(
            self,
            "table",
            name=env.names.of("audit"),
            billing_mode="PAY_PER_REQUEST",
            hash_key="recordId",
            attribute=[
                DynamodbTableAttribute(name=name, type="S")
                for name in sorted({"recordId", "at", *INDEXES.values()})
            ],
            global_secondary_index=[
                DynamodbTableGlobalSecondaryIndex(
                    name=name, hash_key=key, range_key="at", projection_type="ALL"
                )
                for name, key in INDEXES.items()
            ],
            ttl=DynamodbTableTtl(enabled=True, attribute_name="expiresAt"),
            point_in_time_recovery=DynamodbTablePointInTimeRecovery(
                enabled=env.settings.records.point_in_time_recovery
            ),
            server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=key_arn),
            deletion_protection_enabled=env.settings.protect_data,
        )
        self.name: str = table.name
        self.arn: str = table.arn
        self.indexes: tuple[str, ...] = tuple(INDEXES)
        self.environment: Mapping[str, str] = {
            "AUDIT_TABLE": table.name,
            "AUDIT_RETENTION_DAYS": str(env.settings.records.audit_retention_days),
        }
        self.grant = Grant("AddAuditEntries", ["dynamodb:PutItem"], [table.arn])

    def index_arn(self, index: str) -> str:
        """The ARN of one of its indexes."""
        return f"{self.arn}/index/{index}"
