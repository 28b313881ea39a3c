"""A damaged table is restored from its backup under its own name: the drill, on an AWS emulator of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from education.errors import UserError
from local_platform.restore_drill import TABLE, damage, drill
from local_platform.strict.instance import strict_aws
from tests.ports import free_port
from tools.operate.restore import LONGEST_WAIT_SECONDS, TRIES, Difference, Restore, bring_back


def test_the_drill_brings_everything_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    with strict_aws(tmp_path, port) as aws:
        dynamodb = aws.client("dynamodb")
        drill(dynamodb)
        assert f"{TABLE}-restored" not in dynamodb.list_tables()["TableNames"]
        backup = dynamodb.create_backup(TableName=TABLE, BackupName="again")["BackupDetails"]["BackupArn"]
        damage(dynamodb)
        monkeypatch.setattr(Restore, "copy_back", lambda *_: Difference(0, 0))
        with pytest.raises(UserError, match="still differ"):
            bring_back(Restore(dynamodb, TABLE), backup=backup)
        dynamodb.close()


class Table:
    """A DynamoDB with two tables, which answers in small pages and leaves part of each batch unprocessed at first."""

    PAGE, AT_ONCE = 10, 7

    def __init__(self, real: dict[str, dict[str, Any]], restored: dict[str, dict[str, Any]]) -> None:
        self.tables = {"t": real, "t-restored": restored}
        self.is_busy = False

    def describe_table(self, **_: object) -> Any:
        return {"Table": {"KeySchema": [{"AttributeName": "id"}]}}

    def get_paginator(self, _: str) -> "Table":
        return self

    def paginate(self, *, TableName: str, ProjectionExpression: str = "", **_: object) -> Iterator[Any]:  # noqa: N803
        items = [dict(item) for item in self.tables[TableName].values()]
        for start in range(0, len(items), self.PAGE):
            page = items[start : start + self.PAGE]
            yield {"Items": [{"id": item["id"]} for item in page] if ProjectionExpression else page}

    def batch_get_item(self, *, RequestItems: Any) -> Any:  # noqa: N803
        ((table, request),) = RequestItems.items()
        taken = [] if self.is_busy else request["Keys"][: self.AT_ONCE]
        left = request["Keys"][len(taken) :]
        found = [self.tables[table][key["id"]["S"]] for key in taken if key["id"]["S"] in self.tables[table]]
        unprocessed = {table: {**request, "Keys": left}} if left else {}
        return {"Responses": {table: found}, "UnprocessedKeys": unprocessed}

    def batch_write_item(self, *, RequestItems: Any) -> Any:  # noqa: N803
        ((table, requests),) = RequestItems.items()
        assert table == "t"
        for request in requests[: self.AT_ONCE]:
            if put := request.get("PutRequest"):
                self.tables[table][put["Item"]["id"]["S"]] = put["Item"]
            else:
                del self.tables[table][request["DeleteRequest"]["Key"]["id"]["S"]]
        left = requests[self.AT_ONCE :]
        return {"UnprocessedItems": {table: left} if left else {}}


def rows(*numbers: int, mark: str = "as it was") -> dict[str, dict[str, Any]]:
    return {
        f"{n:03}": {"id": {"S": f"{n:03}"}, "mark": {"S": mark}, "set": {"SS": ["a", "b"]}} for n in numbers
    }


def test_what_a_batch_leaves_is_asked_again_after_a_growing_wait() -> None:
    waits: list[float] = []
    shown: list[str] = []
    wanted = rows(*range(95))
    table = Table(
        {**rows(*range(40)), **rows(*range(40, 60), mark="damaged"), **rows(*range(200, 230))}, wanted
    )
    restore: Any = Restore(table, "t", waits.append)  # type: ignore[arg-type]
    assert restore.copy_back(shown.append) == Difference(written=55, deleted=30)
    assert table.tables["t"] == wanted
    real, restored = restore.checksums()
    assert real == restored
    assert waits
    assert shown[-1] == "125 items looked up in the backup, 30 deleted"


def test_a_table_without_capacity_ends_with_a_sentence_and_not_in_a_loop() -> None:
    waits: list[float] = []
    table = Table(rows(1), rows(1))
    table.is_busy = True
    restore: Any = Restore(table, "t", waits.append)  # type: ignore[arg-type]
    with pytest.raises(UserError, match="has no capacity left for t"):
        restore.copy_back(lambda _: None)
    assert len(waits) == TRIES - 1
    assert waits[0] < waits[4] < LONGEST_WAIT_SECONDS / 4 < waits[-1] <= LONGEST_WAIT_SECONDS


def test_no_more_than_a_page_of_a_table_is_held() -> None:
    """Three million items would not fit into memory: each page is done with before the next one is asked for."""
    table = Table({}, rows(*range(100)))
    written_when_asked: list[int] = []
    pages = table.paginate

    def watched(**arguments: Any) -> Iterator[Any]:
        for page in pages(**arguments):
            written_when_asked.append(len(table.tables["t"]))
            yield page

    table.paginate = watched  # type: ignore[method-assign]
    Restore(table, "t", lambda _: None).copy_back(lambda _: None)  # type: ignore[arg-type]
    assert written_when_asked[:10] == list(range(0, 100, Table.PAGE))


def test_the_order_of_items_and_sets_does_not_change_a_checksum() -> None:
    one, other = rows(1, 2, 3), rows(3, 2, 1)
    other["002"]["set"] = {"SS": ["b", "a"]}
    assert len(set(Restore(Table(one, other), "t").checksums())) == 1  # type: ignore[arg-type]
    other["002"]["set"] = {"SS": ["b", "c"]}
    assert len(set(Restore(Table(one, other), "t").checksums())) == 2  # type: ignore[arg-type]
