"""Reads the audit trail from DynamoDB, newest entries first. What is shown is in profiles.trail_rules."""

from collections.abc import Iterator

from domain import course_store
from domain.courses import Course
from profiles.trail_rules import EntryList, Position, StoredEntry
from toolkit.dynamo import from_item, to_item
from toolkit.reads import query_pages


class TrailTable:
    """The indexes of the audit table, and the courses that its entries are about."""

    def __init__(self, audit_table: str, courses_table: str) -> None:
        self._table = audit_table
        self._courses_table = courses_table

    def course(self, course_id: str) -> Course | None:
        """One course as it is now: one GetItem."""
        return course_store.find(self._courses_table, course_id, consistent=True)

    def newest(self, entries: EntryList, after: Position | None, page_size: int) -> Iterator[StoredEntry]:
        """The entries of a list, newest first, after a position: one Query for each page that is needed."""
        name = entries.attribute
        query = {
            "TableName": self._table,
            "IndexName": f"{name}-index",
            "KeyConditionExpression": "#key = :value",
            "ExpressionAttributeNames": {"#key": name},
            "ExpressionAttributeValues": to_item({":value": entries.value}),
            "ScanIndexForward": False,
        }
        start = to_item({name: entries.value, "at": after[0], "recordId": after[1]}) if after else None
        for page in query_pages(query, start=start, page_size=page_size):
            yield from map(from_item, page)
