"""Writes the entries of published courses that a search looks through (domain.search.entries).

Each change of a course writes its entry. Besides, once a day the next change has all entries compared with the
catalogue. So they are built by themselves in a table that has none, and what went wrong, or what a former version of
the platform left out, is mended.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from domain import course_store
from domain.course_store import CATALOGUE_INDEX, PUBLISHED_IN
from domain.courses import CourseSummary
from domain.search import entries
from toolkit import clients, log
from toolkit.dynamo import Item, condition_failed, from_item, retry_conflicts, to_item
from toolkit.reads import batch_get, in_batches, query_all

CHECK_SECONDS = 24 * 3600
# For how long one instance alone compares. It is longer than an invocation may take.
_CLAIM_SECONDS = 15 * 60
_CLAIMED_UNTIL = "claimedUntil"
# A bucket that was changed in between is compared again.
_PASSES = 3


class SearchEntries:
    """The entries in the courses table."""

    def __init__(self, courses_table: str) -> None:
        self._table = courses_table
        self._checked_at = 0

    def put(self, course_id: str, entry: str | None) -> None:
        """Store the entry of a course, or remove it: one TransactWriteItems."""
        self._write(entries.bucket_of(course_id), {course_id: entry})

    def check_daily(self) -> None:
        """Compare all entries with the catalogue if that was not done for a day: one GetItem at most, else.

        Then it is some Query and BatchGetItem, one TransactWriteItems for each bucket that differs, and two UpdateItem.
        """
        now = int(time.time())
        if now < self._checked_at + CHECK_SECONDS:
            return
        self._checked_at = self._heads().get(entries.CHECKED_AT, 0)
        if now < self._checked_at + CHECK_SECONDS or not self._claim(now):
            return
        for _ in range(_PASSES):
            if self._compare():
                self._set_head(entries.CHECKED_AT, now)
                self._checked_at = now
                return
        log.write("WARNING", "search entries change too often to be compared")

    def _compare(self) -> bool:
        """Bring all buckets in line with the catalogue. False if some were changed meanwhile."""
        # The buckets first: whatever happens to a course later raises the revision of its bucket.
        stored = self._buckets()
        wanted: dict[int, dict[str, str]] = defaultdict(dict)
        for course in self._published():
            if entry := entries.entry_of(course):
                wanted[entries.bucket_of(course.course_id)][course.course_id] = entry
        changed = 0
        is_done = True
        for bucket in sorted({*stored, *wanted}):
            item = stored.get(bucket, {})
            present = entries.entries_in(item)
            difference: dict[str, str | None] = {
                course_id: entry
                for course_id, entry in wanted[bucket].items()
                if present.get(course_id) != entry
            }
            difference |= dict.fromkeys(present.keys() - wanted[bucket].keys())
            if difference:
                is_done &= self._write(bucket, difference, seen=item.get(entries.REVISION, 0))
                changed += len(difference)
        log.write("INFO", "search entries compared", changed=changed, done=is_done)
        return is_done

    def _published(self) -> Iterator[CourseSummary]:
        """All published courses as of a moment ago: one Query for each 1 MB. For each course that a former version of
        the platform wrote, it is one GetItem and one UpdateItem more."""
        query = {
            "TableName": self._table,
            "IndexName": CATALOGUE_INDEX,
            "KeyConditionExpression": "catalogue = :all",
            "ExpressionAttributeValues": to_item({":all": PUBLISHED_IN}),
        }
        for item in query_all(query):
            if "lessonCount" in item:
                yield CourseSummary.from_stored(item)
            elif course := course_store.find(self._table, item["courseId"], consistent=True):
                course_store.store_lesson_count(self._table, course)
                yield course

    def _buckets(self) -> dict[int, Item]:
        found = {}
        for some in in_batches(sorted(entries.revisions_in(self._heads()))):
            keys = {entries.key_of(bucket)["courseId"]: bucket for bucket in some}
            for item in batch_get({self._table: [{"courseId": key} for key in keys]})[self._table]:
                found[keys[item["courseId"]]] = item
        return found

    def _heads(self) -> Item:
        answer = clients.dynamodb().get_item(
            TableName=self._table, Key=to_item(entries.HEADS), ConsistentRead=True
        )
        return from_item(answer.get("Item") or {})

    def _claim(self, now: int) -> bool:
        """Whether this instance compares the entries, and no other does."""
        try:
            self._set_head(
                _CLAIMED_UNTIL, now + _CLAIM_SECONDS, "attribute_not_exists(#name) OR #name <= :now", now=now
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def _set_head(self, name: str, value: int, condition: str | None = None, **values: int) -> None:
        more: Any = {"ConditionExpression": condition} if condition else {}
        retry_conflicts(
            lambda: clients.dynamodb().update_item(
                TableName=self._table,
                Key=to_item(entries.HEADS),
                UpdateExpression="SET #name = :value",
                ExpressionAttributeNames={"#name": name},
                ExpressionAttributeValues=to_item(
                    {":value": value, **{f":{each}": number for each, number in values.items()}}
                ),
                **more,
            )
        )

    def _write(self, bucket: int, changes: Mapping[str, str | None], *, seen: int | None = None) -> bool:
        """Set (or remove, None) entries of a bucket and raise its revision. False if its revision is not `seen`."""
        names = {f"#c{number}": course_id for number, course_id in enumerate(changes)}
        values = {f":c{number}": entry for number, entry in enumerate(changes.values()) if entry is not None}
        sets = ", ".join(f"#{name[1:]} = {name}" for name in values)
        removals = ", ".join(name for name in names if f":{name[1:]}" not in values)
        condition = "" if seen is None else "revision = :seen" if seen else "attribute_not_exists(revision)"
        update: Any = {
            "TableName": self._table,
            "Key": to_item(entries.key_of(bucket)),
            "UpdateExpression": "ADD revision :one"
            + (f" SET {sets}" if sets else "")
            + (f" REMOVE {removals}" if removals else ""),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": to_item(
                {":one": 1, **values, **({":seen": seen} if condition == "revision = :seen" else {})}
            ),
            **({"ConditionExpression": condition} if condition else {}),
        }
        head: Any = {
            "TableName": self._table,
            "Key": to_item(entries.HEADS),
            "UpdateExpression": "ADD #bucket :one",
            "ExpressionAttributeNames": {"#bucket": entries.head_of(bucket)},
            "ExpressionAttributeValues": to_item({":one": 1}),
        }
        writes: list[Any] = [{"Update": update}, {"Update": head}]
        try:
            retry_conflicts(lambda: clients.dynamodb().transact_write_items(TransactItems=writes))
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True
