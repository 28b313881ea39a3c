"""The audit table: what instructors and administrators did, and what was done with the data of people.

The roles of functions allow PutItem, and no update or deletion of an entry. IAM cannot forbid that PutItem replaces an
entry, so lambda_src/domain/audit_store.py writes one only if it is new. It also defines the shape of an entry. DynamoDB
deletes an entry after `records.audit_retention_days`.
"""

from collections.abc import Mapping

from constructs import Construct

from education.data.table import Index, make_table
from education.encryption import CustomerKey
from education.environment import Environment


class AuditTable(Construct):
    """The table `education-audit-<suffix>`.

    Attributes:
        table: the table, with one index for each question of an auditor.
        variables: the environment variables of a function that adds entries.
    """

    def __init__(self, scope: Construct, id: str, *, env: Environment, key: CustomerKey) -> None:
        super().__init__(scope, id)
        self.table = make_table(
            self,
            "table",
            env=env,
            key=key,
            what="audit",
            label="audit",
            variable="AUDIT_TABLE",
            hash_key="recordId",
            indexes=[
                Index("day-index", "day", "at"),  # what happened on a day
                Index("actor-index", "actor", "at"),  # what a person did
                Index("subject-index", "subject", "at"),  # what was done to a course or to a person
            ],
            expires=True,
        )
        self.variables: Mapping[str, str] = {
            **self.table.variables,
            "AUDIT_RETENTION_DAYS": str(env.settings.records.audit_retention_days),
        }
