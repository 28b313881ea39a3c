"""The audit table: what staff did, and what was done with the data of people.

No role of a function may change or delete an entry. DynamoDB deletes it after `records.audit_retention_days`. The
shape of an entry is defined in lambda_src/domain/audit_store.py.
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
