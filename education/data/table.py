"""One DynamoDB table: the defaults that all tables of the platform share.

Every table is billed on demand, encrypted with the records key, and restorable and protected from deletion where the
settings say so. The lock table of the Terraform state is not made here: it exists before any key does.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from cdktf_cdktf_provider_aws.dynamodb_table import (
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTableGlobalSecondaryIndex,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableServerSideEncryption,
    DynamodbTableTtl,
)
from constructs import Construct

from education.encryption import CustomerKey
from education.environment import Environment

# The attribute, in Unix seconds, after which DynamoDB deletes an item of a table that has `expires`.
EXPIRY_ATTRIBUTE = "expiresAt"


@dataclass(frozen=True)
class Index:
    """A global secondary index.

    Attributes:
        attributes: the attributes that it has besides the keys; None for all of them.
    """

    name: str
    hash_key: str
    range_key: str | None = None
    attributes: Sequence[str] | None = None

    @property
    def projection(self) -> str:
        """DynamoDB's projection type."""
        if self.attributes is None:
            return "ALL"
        return "INCLUDE" if self.attributes else "KEYS_ONLY"


@dataclass(frozen=True)
class Table:
    """What other constructs need to know of a table.

    Attributes:
        label: what alarms and the dashboard call it.
        variable: the environment variable in which functions read its name.
        stream_arn: the ARN of its stream; empty once deployed if it has none.
        indexes: the names of its indexes.
    """

    label: str
    variable: str
    name: str
    arn: str
    stream_arn: str
    indexes: tuple[str, ...]

    @property
    def variables(self) -> Mapping[str, str]:
        """The environment variable of a function that uses the table."""
        return {self.variable: self.name}

    def index_arn(self, index: str) -> str:
        """The ARN of one of its indexes."""
        return f"{self.arn}/index/{index}"


def make_table(
    scope: Construct,
    id: str,
    *,
    env: Environment,
    key: CustomerKey,
    what: str,
    label: str,
    variable: str,
    hash_key: str,
    range_key: str | None = None,
    indexes: Sequence[Index] = (),
    number_attributes: Set[str] = frozenset(),
    stream: Literal["NEW_IMAGE", "NEW_AND_OLD_IMAGES"] | None = None,
    expires: bool = False,
) -> Table:
    """Make the table `education-<what>-<suffix>`.

    Keys are strings, except those in `number_attributes`. `stream` is what the table's stream tells of a change. With
    `expires`, DynamoDB deletes each item after its `EXPIRY_ATTRIBUTE`. It is a function and no construct, because a
    construct would change the Terraform address of the table, and with it replace the table.
    """
    keys = {hash_key, range_key, *(i.hash_key for i in indexes), *(i.range_key for i in indexes)} - {None}
    table = DynamodbTable(
        scope,
        id,
        name=env.names.of(what),
        billing_mode="PAY_PER_REQUEST",
        hash_key=hash_key,
        range_key=range_key,
        attribute=[
            DynamodbTableAttribute(name=name, type="N" if name in number_attributes else "S")
            for name in sorted(str(name) for name in keys)
        ],
        global_secondary_index=[
            DynamodbTableGlobalSecondaryIndex(
                name=index.name,
                hash_key=index.hash_key,
                range_key=index.range_key,
                projection_type=index.projection,
                non_key_attributes=list(index.attributes) if index.attributes else None,
            )
            for index in indexes
        ]
        or None,
        stream_enabled=True if stream else None,
        stream_view_type=stream,
        ttl=DynamodbTableTtl(enabled=True, attribute_name=EXPIRY_ATTRIBUTE) if expires else None,
        point_in_time_recovery=DynamodbTablePointInTimeRecovery(
            enabled=env.settings.records.point_in_time_recovery
        ),
        server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=key.arn),
        deletion_protection_enabled=env.settings.protect_data,
    )
    return Table(
        label, variable, table.name, table.arn, table.stream_arn, tuple(index.name for index in indexes)
    )
