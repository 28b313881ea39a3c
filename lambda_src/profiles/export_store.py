"""The queries of an export: everything that DynamoDB stores about a person. What is shown is in profiles.export."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domain import audit
from domain.addresses.store import AddressTable
from domain.course_store import OWNER_INDEX
from domain.positions.model import LessonPosition
from domain.positions.store import PositionTable
from profiles.export import OWNED_COURSE_FIELDS, Section, Start, StoredItem
from toolkit.dynamo import from_item, to_item
from toolkit.reads import query_once


@dataclass(frozen=True)
class _Source:
    """Where a section is stored.

    Attributes:
        query: parameters of the Query: the table, and the index if one is used.
        partition: the name and the value of the partition key.
        position: the names of the two key attributes that a position in it consists of.
        only: the attributes to read; all if empty.
    """

    query: Mapping[str, Any]
    partition: tuple[str, str]
    position: tuple[str, str]
    only: tuple[str, ...] = ()


class ExportTables:
    """The tables with data of people."""

    def __init__(
        self,
        *,
        courses_table: str,
        progress_table: str,
        positions_table: str,
        runtime_table: str,
        audit_table: str,
        profiles_table: str,
    ) -> None:
        self._courses_table = courses_table
        self._progress_table = progress_table
        self._runtime_table = runtime_table
        self._audit_table = audit_table
        self._positions = PositionTable(positions_table=positions_table, progress_table=progress_table)
        self._addresses = AddressTable(profiles_table)

    def invitations(self, email: str) -> list[str]:
        """Ids of the courses that an address is invited to: one GetItem."""
        return sorted(self._addresses.find_one(email).invited_to)

    def positions(self, user_id: str, after_course_id: str | None) -> Iterator[LessonPosition]:
        """The positions of a person by course, after those in the given course: one Query per page."""
        return self._positions.of_person(user_id, after_course_id)

    def page(
        self, section: Section, user_id: str, start: Start | None
    ) -> tuple[list[StoredItem], Start | None]:
        """Up to 1 MB of a section after a position, and the position of the next page or None: one Query."""
        source = self._source(section, user_id)
        key, value = source.partition
        query: dict[str, Any] = {
            **source.query,
            "KeyConditionExpression": "#key = :value",
            "ExpressionAttributeNames": {"#key": key, **{f"#{name}": name for name in source.only}},
            "ExpressionAttributeValues": to_item({":value": value}),
        }
        if source.only:
            query["ProjectionExpression"] = ", ".join(f"#{name}" for name in source.only)
        if start is not None:
            position = dict(zip(source.position, start, strict=True))
            query["ExclusiveStartKey"] = to_item({key: value, **position})
        answer = query_once(query)
        last = from_item(answer.get("LastEvaluatedKey") or {})
        first, second = source.position
        return [from_item(item) for item in answer["Items"]], (last[first], last[second]) if last else None

    def position_of(self, section: Section, item: StoredItem) -> Start:
        """The position of an item of a section, after which the next page can start."""
        first, second = self._source(section, "").position
        return item[first], item[second]

    def _source(self, section: Section, user_id: str) -> _Source:
        match section:
            case Section.RECORDS:
                return _Source(
                    {"TableName": self._progress_table, "ConsistentRead": True},
                    ("userId", user_id),
                    ("courseId", "courseId"),
                )
            case Section.OWNED_COURSES:
                return _Source(
                    {"TableName": self._courses_table, "IndexName": OWNER_INDEX},
                    ("ownerId", user_id),
                    ("createdAt", "courseId"),
                    only=OWNED_COURSE_FIELDS,
                )
            case Section.ACTS_OF_PERSON:
                return _Source(
                    {"TableName": self._audit_table, "IndexName": "actor-index"},
                    ("actor", audit.pseudonym(user_id)),
                    ("at", "recordId"),
                )
            case Section.RUNTIME:
                return _Source(
                    {"TableName": self._runtime_table, "ConsistentRead": True},
                    ("userId", user_id),
                    ("courseLesson", "courseLesson"),
                )
            case Section.ACTS_ON_PERSON:
                return _Source(
                    {"TableName": self._audit_table, "IndexName": "subject-index"},
                    ("subject", audit.person(user_id)),
                    ("at", "recordId"),
                )
