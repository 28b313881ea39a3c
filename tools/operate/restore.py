"""Restores a table from a backup under its own name, so that nothing else has to change.

Restores into a second table, shows how the two differ, copies the difference back, and compares checksums of both. The
table keeps its name, indexes, stream and Terraform's state. Functions may go on. What they write meanwhile is lost.
"""

import datetime
import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
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
BATCH = 25  # the limit of BatchWriteItem
Item = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """What has to change in a table: items to write again, and keys of items that the backup does not have."""

    write: list[Item]
    delete: list[Item]


class Restore:
    """One table and its backups."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb, self._table = dynamodb, table
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
            time.sleep(WAIT_BETWEEN_SECONDS)
        return self._restored

    def difference(self) -> Difference:
        """How the real table differs from the restored one."""
        keys = [key["AttributeName"] for key in self._describe(self._table)["KeySchema"]]
        wanted = {_key(item, keys): item for item in self._items(self._restored)}
        found = {_key(item, keys): item for item in self._items(self._table)}
        return Difference(
            write=[item for key, item in wanted.items() if found.get(key) != item],
            delete=[{name: item[name] for name in keys} for key, item in found.items() if key not in wanted],
        )

    def copy_back(self, difference: Difference) -> None:
        """Change the real table so that it equals the restored one."""
        requests: list[Any] = [
            *({"PutRequest": {"Item": item}} for item in difference.write),
            *({"DeleteRequest": {"Key": key}} for key in difference.delete),
        ]
        for start in range(0, len(requests), BATCH):
            left: Any = {self._table: requests[start : start + BATCH]}
            while left:
                left = self._dynamodb.batch_write_item(RequestItems=left).get("UnprocessedItems")

    def checksums(self) -> tuple[str, str]:
        """One checksum over all items of the real table, and one over those of the restored one."""
        return self.checksum(self._table), self.checksum(self._restored)

    def checksum(self, table: str) -> str:
        """A checksum over all items of a table, whose order does not matter."""
        lines = sorted(json.dumps(item, sort_keys=True, default=_plain) for item in self._items(table))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def clean_up(self) -> None:
        """Delete the second table."""
        self._dynamodb.delete_table(TableName=self._restored)

    def _items(self, table: str) -> Iterator[Item]:
        for page in self._dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
            yield from page["Items"]

    def _describe(self, table: str) -> Any:
        return self._dynamodb.describe_table(TableName=table)["Table"]

    def _status(self) -> str:
        try:
            return str(self._describe(self._restored)["TableStatus"])
        except self._dynamodb.exceptions.ResourceNotFoundException:
            return "CREATING"


def _key(item: Item, keys: list[str]) -> str:
    return json.dumps([item[name] for name in keys], sort_keys=True, default=_plain)


def _plain(value: Any) -> Any:
    """Sets in order and bytes as text, for a checksum."""
    return sorted(value) if isinstance(value, set) else value.hex()


def bring_back(
    restore: Restore, *, backup: str | None = None, at: datetime.datetime | None = None
) -> Difference:
    """The whole restore, step by step; raises `UserError` where the tables still differ at the end."""
    with step("restoring into a second table") as current:
        current.note(restore.into_second_table(backup=backup, at=at))
    with step("comparing") as current:
        difference = restore.difference()
        current.note(f"{len(difference.write)} items to write again, {len(difference.delete)} to delete")
    with step("copying the difference back"):
        restore.copy_back(difference)
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
    bring_back(Restore(client("dynamodb", settings.aws_region), name), backup=backup, at=at)
    print(f"{name} is restored from the backup")
