"""Reads DynamoDB items: one by key, batches by key, and queries that are longer than one answer.

Every docstring says how many calls are made. A call that DynamoDB throttles is made again, for as long as the budget
for retries lasts. Then the caller gets RetriesExhausted, which is a 503.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from toolkit import clients
from toolkit.dynamo import Item, WireValue, from_item, retry_conflicts, to_item
from toolkit.retries import Retries

# DynamoDB's limit for one BatchGetItem, and for one TransactWriteItems.
BATCH_SIZE = 100

Key = Mapping[str, str]
WireItem = Mapping[str, WireValue]
T = TypeVar("T")


def get_item(
    table_name: str, key: Key, *, consistent: bool = True, retries: Retries | None = None
) -> Item | None:
    """The item with a key, or None: one GetItem.

    Args:
        consistent: read what is stored now, not what was stored a moment ago.
        retries: the budget for asking again while DynamoDB is throttling; a new one if None.
    """
    answer = retry_conflicts(
        lambda: clients.dynamodb().get_item(
            TableName=table_name, Key=to_item(key), ConsistentRead=consistent
        ),
        retries,
    )
    wire = answer.get("Item")
    return from_item(wire) if wire else None


def batch_get(
    keys: Mapping[str, Sequence[Key]],
    *,
    consistent: bool = True,
    attributes: Sequence[str] = (),
    retries: Retries | None = None,
) -> dict[str, list[Item]]:
    """The items with the given keys that exist, by table: one BatchGetItem, and more for what it leaves out.

    DynamoDB answers 16 MB at most, and less while it is throttling, and names the keys that it left out:
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html

    Args:
        keys: by table, at most BATCH_SIZE together; DynamoDB refuses a key that is given twice.
        consistent: read what is stored now, not what was stored a moment ago.
        attributes: the only ones to read; all of them if empty.
        retries: the budget for asking again; a new one if None.

    Raises:
        RetriesExhausted: DynamoDB still refuses the call, or leaves some keys out, when the budget is used up.
    """
    options: dict[str, Any] = {"ConsistentRead": True} if consistent else {}
    if attributes:
        options["ProjectionExpression"] = ", ".join(f"#{name}" for name in attributes)
        options["ExpressionAttributeNames"] = {f"#{name}": name for name in attributes}
    asked: Any = {
        table: {"Keys": [to_item(key) for key in of_table], **options} for table, of_table in keys.items()
    }
    found: dict[str, list[Item]] = {table: [] for table in keys}
    budget = retries or Retries()

    def attempt() -> bool | None:
        nonlocal asked
        answer = retry_conflicts(lambda: clients.dynamodb().batch_get_item(RequestItems=asked), budget)
        for table, items in answer["Responses"].items():
            found[table] += map(from_item, items)
        asked = answer.get("UnprocessedKeys")
        return None if asked else True

    budget.until_answer(attempt)
    return found


def query_pages(
    query: Mapping[str, Any], *, start: WireItem | None = None, page_size: int | None = None
) -> Iterator[list[WireItem]]:
    """A query's items as DynamoDB sends them, page by page: one Query for each page that is asked for.

    Args:
        query: the parameters of the Query.
        start: the key after which the first page starts.
        page_size: items per page at most; an answer also ends after 1 MB.
    """
    while True:
        items, start = _page(query, start, page_size)
        yield items
        if not start:
            return


def query_all(query: Mapping[str, Any], *, page_size: int | None = None) -> Iterator[Item]:
    """Every item that a query finds: one Query for each page."""
    for page in query_pages(query, page_size=page_size):
        yield from map(from_item, page)


def query_count(query: Mapping[str, Any]) -> int:
    """How many items a query finds, without their attributes: one Query for each 1 MB."""
    count, start = 0, None
    while True:
        options: Any = {"ExclusiveStartKey": start} if start else {}
        answer = query_once({**query, "Select": "COUNT", **options})
        count += int(answer["Count"])
        start = answer.get("LastEvaluatedKey")
        if not start:
            return count


def query_up_to(query: Mapping[str, Any], count: int, *, start: WireItem | None = None) -> list[Item]:
    """Up to `count` items that a query finds: one Query, and further ones only if 1 MB was not enough."""
    items: list[Item] = []
    while True:
        page, start = _page(query, start, count - len(items))
        items += map(from_item, page)
        if not start or len(items) >= count:
            return items


def in_batches(things: Sequence[T]) -> Iterator[Sequence[T]]:
    """Batches of at most BATCH_SIZE, in order."""
    for begin in range(0, len(things), BATCH_SIZE):
        yield things[begin : begin + BATCH_SIZE]


def query_once(query: Mapping[str, Any]) -> Any:
    """DynamoDB's answer to a query: one Query."""
    return retry_conflicts(lambda: clients.dynamodb().query(**query))


def _page(
    query: Mapping[str, Any], start: WireItem | None, limit: int | None
) -> tuple[list[WireItem], WireItem | None]:
    """One Query: its items, and the key after which the next one starts if there may be more."""
    options: dict[str, Any] = {} if limit is None else {"Limit": limit}
    if start:
        options["ExclusiveStartKey"] = start
    answer = query_once({**query, **options})
    return answer["Items"], answer.get("LastEvaluatedKey")
