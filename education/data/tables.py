"""The three DynamoDB tables: who somebody is, what courses there are, and how far each student is.

Access patterns are listed beside each index. Item shapes belong to `lambda_src/`; here stand only keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Table:
    """What others need to know of a table."""

    name: str
    arn: str
    stream_arn: str
    indexes: tuple[str, ...]

    def index_arn(self, index: str) -> str:
        """The ARN of one of its indexes."""
        return f"{self.arn}/index/{index}"


@dataclass(frozen=True)
class _Index:
    """An index; `holds` are the attributes besides keys, None for all of them."""

    name: str
    hash_key: str
    range_key: str | None = None
    holds: Sequence[str] | None = None

    @property
    def projection(self) -> str:
        if self.holds is None:
            return "ALL"
        return "INCLUDE" if self.holds else "KEYS_ONLY"


# What the catalogue shows of a course. The counters `seatsTaken` and `waitlisted` are left out, so that an
# enrolment writes the course alone: all published courses stand in one partition of the catalogue.
_CATALOGUE = (
    "title",
    "summary",
    "status",
    "ownerId",
    "version",
    "lessons",
    "createdAt",
    "updatedAt",
    "capacity",
    "opensAt",
    "closesAt",
)
# What the export says of somebody's own courses.
_OWNED = ("title", "status", "updatedAt")


class StudentRecords(Construct):
    """The tables: on demand, encrypted with the records key, restorable, protected where the settings say so."""

    def __init__(self, scope: Construct, id: str, *, env: Environment, key_arn: str) -> None:
        super().__init__(scope, id)
        self._env, self._key_arn = env, key_arn
        self.roster_shards: int = env.settings.records.roster_shards
        self.profiles = self._table(
            "user-profiles",
            hash_key="userId",
            # email-index: the person behind an e-mail address, for whoever helps them; bulk enrolment does not ask it,
            # because it is a moment behind (lambda_src/domain/people/addresses.py)
            # address-owner-index: the addresses that are somebody's, which a change of address or an erasure gives up
            indexes=[
                _Index("email-index", "email", holds=()),
                _Index("address-owner-index", "owner", holds=()),
            ],
            # The stream tells of marks of erasure, whose item as it became is all that is needed.
            stream="NEW_IMAGE",
            # Tombstones (lambda_src/domain/people/tombstones.py) go by themselves.
            expires=True,
        )
        self.courses = self._table(
            "courses",
            hash_key="courseId",
            indexes=[
                # catalogue-index: published courses, newest first; `catalogue` is there only while published
                _Index("catalogue-index", "catalogue", "publishedAt", holds=_CATALOGUE),
                # owner-index: the courses of one instructor, newest first
                _Index("owner-index", "ownerId", "createdAt", holds=_OWNED),
            ],
            stream="NEW_AND_OLD_IMAGES",
        )
        self.progress = self._table(
            "course-progress",
            hash_key="userId",
            range_key="courseId",
            # course-completion-index: the roster, furthest first. The key `<courseId>#<shard>` spreads a course of a
            # million students over several partitions (a partition takes 1,000 writes a second).
            indexes=[_Index("course-completion-index", "courseShard", "completionPercentage")],
            number_attributes={"completionPercentage"},
            stream="NEW_AND_OLD_IMAGES",
        )

    def _table(
        self,
        what: str,
        *,
        hash_key: str,
        indexes: Sequence[_Index],
        range_key: str | None = None,
        number_attributes: frozenset[str] | set[str] = frozenset(),
        stream: str,
        expires: bool = False,
    ) -> Table:
        keys = {hash_key, range_key, *(i.hash_key for i in indexes), *(i.range_key for i in indexes)} - {None}
        table = DynamodbTable(
            self,
            what,
            name=self._env.names.of(what),
            billing_mode="PAY_PER_REQUEST",
            hash_key=hash_key,
            range_key=range_key,
            attribute=[
                DynamodbTableAttribute(name=key, type="N" if key in number_attributes else "S")
                for key in sorted(str(key) for key in keys)
            ],
            global_secondary_index=[
                DynamodbTableGlobalSecondaryIndex(
                    name=index.name,
                    hash_key=index.hash_key,
                    range_key=index.range_key,
                    projection_type=index.projection,
                    non_key_attributes=list(index.holds) if index.holds else None,
                )
                for index in indexes
            ],
            stream_enabled=True,
            stream_view_type=stream,
            ttl=DynamodbTableTtl(enabled=True, attribute_name="expiresAt") if expires else None,
            point_in_time_recovery=DynamodbTablePointInTimeRecovery(
                enabled=self._env.settings.records.point_in_time_recovery
            ),
            server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=self._key_arn),
            deletion_protection_enabled=self._env.settings.protect_data,
        )
        return Table(table.name, table.arn, table.stream_arn, tuple(index.name for index in indexes))
