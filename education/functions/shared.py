"""What most functions need of the rest of the system, as keyword arguments."""

from typing import TypedDict

from education.data.audit_table import AuditTable
from education.data.tables import Tables
from education.functions.python_function import Operations


class Shared(TypedDict):
    """The operators' parts, the tables and the audit trail."""

    operations: Operations
    tables: Tables
    audit: AuditTable
