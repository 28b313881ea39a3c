"""Restores a table from a backup under its own name, so that nothing else has to change.

Restores into a second table, copies what differs back, and compares checksums of both. The table keeps its name,
indexes, stream and Terraform's state. Functions may go on. What they write meanwhile is lost. Only one page of a table
is in memory at a time, and what DynamoDB has no capacity for is asked again after a growing wait.
"""

import datetime
import hashlib
import json
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from education.errors import UserError
from education.naming import Names
from education.settings.load import settings_from_variables
from tools.support.account import client, current_account
from tools.support.steps import step

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WAIT_SECONDS, WAIT_BETWEEN_SECONDS = 4 * 3600, 5
WRITTEN_AT_ONCE, READ_AT_ONCE = 25, 100  # the limits of BatchWriteItem and BatchGetItem
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, TRIES = 0.05, 20.0, 30  # for what a batch left unprocessed
RETRIES = 12  # of a request that DynamoDB refuses for the moment
CHECKSUM_BYTES = 32
Item = Mapping[str, Any]
Show = Callable[[str], None]


@dataclass(frozen=True)
class Difference:
    """How many items of a table were written again, and how many were deleted since the backup does not have them."""

    written: int
    deleted: int


class Restore:
    """One table and its backups."""

    def __init__(
        self, dynamodb: "DynamoDBClient", table: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """`sleep` waits for some seconds."""
        self._dynamodb, self._table, self._sleep = dynamodb, table, sleep
        self._restored = f"{table}-restored"

    def into_second_table(self, *, backup: str | None, at: datetime.datetime | None) -> str:
        """Restore into a second table; returns its name."""
        if backup:
            self._dynamodb.restore_table_from_backup(TargetTableName=self._restored, BackupArn=backup)
        elif at:
            self._dynamodb.restore_table_to_point_in_time(
                SourceTableName=self._table, TargetTableName=self._restored, RestoreDateTime=at
            )
        deadline = time.monotonic() + WAIT_SECONDS
        while self._status() != "ACTIVE":
            if time.monotonic() > deadline:
                raise UserError(
                    f"{self._restored} is still not active; look at it in the console and run this again."
                )
            self._sleep(WAIT_BETWEEN_SECONDS)
        return self._restored

    def copy_back(self, show: Show) -> Difference:
        """Change the real table so that it equals the restored one; `show` gets how far it is."""
        keys = [key["AttributeName"] for key in self._describe(self._table)["KeySchema"]]
        written = deleted = compared = 0
        for page in self._pages(self._restored):
            found = {_line(_key(item, keys)): _line(item) for item in self._same(self._table, page, keys)}
            differing = [item for item in page if found.get(_line(_key(item, keys))) != _line(item)]
            self._write([{"PutRequest": {"Item": item}} for item in differing])
            written, compared = written + len(differing), compared + len(page)
            show(f"{compared} items compared, {written} written again")
        seen = 0
        for page in self._pages(self._table, only=keys):
            held = {_line(_key(item, keys)) for item in self._same(self._restored, page, keys, only=keys)}
            strays = [item for item in page if _line(item) not in held]
            self._write([{"DeleteRequest": {"Key": key}} for key in strays])
            deleted, seen = deleted + len(strays), seen + len(page)
            show(f"{seen} items looked up in the backup, {deleted} deleted")
        return Difference(written, deleted)

    def checksums(self) -> tuple[str, str]:
        """One checksum over all items of the real table, and one over those of the restored one."""
        return self.checksum(self._table), self.checksum(self._restored)

    def checksum(self, table: str) -> str:
        """A checksum over all items of a table, whose order does not matter: the sum of the items' own checksums."""
        total = 0
        for page in self._pages(table):
            total += sum(int.from_bytes(hashlib.sha256(_line(item).encode()).digest()) for item in page)
        return (total % (1 << 8 * CHECKSUM_BYTES)).to_bytes(CHECKSUM_BYTES).hex()

    def clean_up(self) -> None:
        """Delete the second table."""
        self._dynamodb.delete_table(TableName=self._restored)

    def _pages(self, table: str, only: Sequence[str] = ()) -> Iterator[Sequence[Item]]:
        """The items of a table, page by page; with `only`, these attributes of them."""
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=table, ConsistentRead=True, **_projection(only)
        )
        for page in pages:
            yield page["Items"]

    def _same(
        self, table: str, items: Sequence[Item], keys: Sequence[str], only: Sequence[str] = ()
    ) -> Iterator[Item]:
        """The items of a table that have the keys of `items`."""
        for start in range(0, len(items), READ_AT_ONCE):
            wanted = [_key(item, keys) for item in items[start : start + READ_AT_ONCE]]
            left: Any = {table: {"Keys": wanted, "ConsistentRead": True, **_projection(only)}}
            for _ in self._tries(table):
                answer = self._dynamodb.batch_get_item(RequestItems=left)
                yield from answer["Responses"].get(table, [])
                left = answer.get("UnprocessedKeys")
                if not left:
                    break

    def _write(self, requests: Sequence[Any]) -> None:
        for start in range(0, len(requests), WRITTEN_AT_ONCE):
            left: Any = {self._table: requests[start : start + WRITTEN_AT_ONCE]}
            for _ in self._tries(self._table):
                left = self._dynamodb.batch_write_item(RequestItems=left).get("UnprocessedItems")
                if not left:
                    break

    def _tries(self, table: str) -> Iterator[int]:
        """Tries of one batch, with a wait before each but the first.

        botocore repeats a refused request, but not what a batch leaves unprocessed. The advice is to wait longer each
        time: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html#Programming.Errors.BatchOperations
        """
        for number in range(TRIES):
            if number:
                longest = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**number)
                self._sleep(random.uniform(longest / 2, longest))  # noqa: S311 (spreads tries, guards nothing)
            yield number
        raise UserError(f"DynamoDB has no capacity left for {table}: wait until it has, and run this again.")

    def _describe(self, table: str) -> Any:
        return self._dynamodb.describe_table(TableName=table)["Table"]

    def _status(self) -> str:
        try:
            return str(self._describe(self._restored)["TableStatus"])
        except self._dynamodb.exceptions.ResourceNotFoundException:
            return "CREATING"


def _key(item: Item, keys: Sequence[str]) -> Item:
    return {name: item[name] for name in keys}


def _projection(names: Sequence[str]) -> dict[str, Any]:
    """The parameters that ask for these attributes only."""
    if not names:
        return {}
    placeholders = {f"#{number}": name for number, name in enumerate(names)}
    return {"ProjectionExpression": ", ".join(placeholders), "ExpressionAttributeNames": placeholders}


def _line(item: Item) -> str:
    """An item as text that is equal for equal items."""
    return json.dumps(_plain(item), sort_keys=True)


def _plain(value: Any) -> Any:
    """A value of DynamoDB's JSON, with sets in order and bytes as text."""
    if isinstance(value, Mapping):
        return {
            name: sorted(map(_plain, each))
            if name in ("SS", "NS", "BS") and isinstance(each, list)
            else _plain(each)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.hex() if isinstance(value, bytes) else value


def bring_back(
    restore: Restore, *, backup: str | None = None, at: datetime.datetime | None = None
) -> Difference:
    """The whole restore, step by step; raises `UserError` where the tables still differ at the end."""
    with step("restoring into a second table") as current:
        current.note(restore.into_second_table(backup=backup, at=at))
    with step("copying back what differs") as current:
        difference = restore.copy_back(current.progress)
        current.note(f"{difference.written} items written again, {difference.deleted} deleted")
    with step("comparing checksums") as current:
        real, restored = restore.checksums()
        if real != restored:
            raise UserError(
                "the tables still differ, because something writes to the table: stop it and run this again."
            )
        current.note(real[:16])
    restore.clean_up()
    return difference


def restore_table(
    suffix: str, table: str, *, backup: str | None = None, at: datetime.datetime | None = None
) -> None:
    """Restore one table of an environment, with the credentials that are signed in."""
    settings = settings_from_variables(os.environ, suffix)
    current_account(settings)
    name = Names(suffix).of(table)
    dynamodb = client("dynamodb", settings.aws_region, retries=RETRIES)
    bring_back(Restore(dynamodb, name), backup=backup, at=at)
    print(f"{name} is restored from the backup")
