"""The sizes of items and the units of reads and writes, by the rules of DynamoDB's developer guide."""

from typing import Any

import pytest

from tests.integration.capacity.item_sizes import Index, item_bytes, query_units, read_units, write_units


def of_bytes(size: int, **more: Any) -> dict[str, Any]:
    """An item of exactly so many bytes."""
    return {"a": {"S": "x" * (size - 1 - item_bytes(more))}, **more}


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": ""}, 0),
        ({"S": "Bücher"}, 7),
        ({"S": "😀"}, 4),
        ({"N": "0"}, 1),
        ({"N": "7"}, 2),
        ({"N": "100"}, 2),
        ({"N": "0.0025"}, 2),
        ({"N": "123"}, 3),
        ({"N": "-12"}, 3),
        ({"N": "1.5E3"}, 2),
        ({"B": "AAAA"}, 3),
        ({"B": b"1234"}, 4),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"M": {}}, 3),
        ({"M": {"ab": {"S": "c"}}}, 3 + 2 + 1 + 1),
        ({"L": []}, 3),
        ({"L": [{"S": "ab"}, {"N": "12"}]}, 3 + 2 + 1 + 2 + 1),
        ({"M": {"l": {"L": [{"BOOL": True}]}}}, 3 + 1 + 1 + (3 + 1 + 1)),
        ({"SS": ["ab", "c"]}, 3),
        ({"NS": ["1", "100"]}, 4),
    ],
)
def test_the_size_of_a_value(value: dict[str, Any], size: int) -> None:
    """The name of the attribute, here one byte, is added."""
    assert item_bytes({"n": value}) == 1 + size


def test_an_unknown_kind_is_refused() -> None:
    """A size that nobody computed is not zero."""
    with pytest.raises(ValueError, match="no attribute value of kind X"):
        item_bytes({"n": {"X": "1"}})


@pytest.mark.parametrize(("size", "units"), [(1, 1), (4096, 1), (4097, 2), (8192, 2), (50_000, 13)])
def test_a_read_is_rounded_up_to_four_kilobytes(size: int, units: int) -> None:
    """An eventually consistent read costs half."""
    assert read_units(of_bytes(size), consistent=True) == units
    assert read_units(of_bytes(size), consistent=False) == units / 2


def test_a_read_of_nothing_costs_the_least() -> None:
    """So does a query that finds nothing."""
    assert read_units(None, consistent=True) == 1
    assert query_units([], consistent=False) == 0.5


def test_a_query_adds_up_before_it_rounds() -> None:
    """Twenty items of 300 bytes are 6,000 bytes, and not twenty times 4 KB."""
    assert query_units([of_bytes(300)] * 20, consistent=True) == 2


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [(None, 1024, 1), (None, 1025, 2), (3000, 10, 3), (10, 3000, 3), (2048, None, 2), (None, None, 1)],
)
def test_a_write_takes_the_larger_image(before: int | None, after: int | None, units: int) -> None:
    """None stands for an item that does not exist."""
    images = [None if size is None else of_bytes(size) for size in (before, after)]
    assert write_units(*images) == units


ENTRY = {"owner": {"S": "o"}, "created": {"S": "2026"}, "title": {"S": "T"}}
INDEX = Index("by-owner", ("owner", "created"), frozenset({"id", "owner", "created", "title"}))


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        (None, {}, 1),
        ({}, None, 1),
        ({}, {}, 0),
        ({"text": "1"}, {"text": "2"}, 0),
        ({}, {"title": "U"}, 1),
        ({}, {"created": "2027"}, 2),
        ({}, {"title": "U" * 2000}, 2),
        ({"title": "U" * 2000}, {"title": "U" * 2000, "created": "2027"}, 4),
    ],
)
def test_the_units_of_an_index(
    before: dict[str, str] | None, after: dict[str, str] | None, units: int
) -> None:
    """A changed key deletes the old entry and puts a new one; what the index does not have costs nothing."""
    images = [
        None
        if changed is None
        else {"id": {"S": "1"}, **ENTRY, **{name: {"S": text} for name, text in changed.items()}}
        for changed in (before, after)
    ]
    assert INDEX.write_units(*images) == units


def test_an_item_without_the_keys_is_not_in_an_index() -> None:
    """It costs when an item enters or leaves the index, and only then."""
    inside, outside = {"id": {"S": "1"}, **ENTRY}, {"id": {"S": "1"}, "title": {"S": "T"}}
    assert INDEX.write_units(outside, {**outside, "title": {"S": "U"}}) == 0
    assert INDEX.write_units(outside, inside) == INDEX.write_units(inside, outside) == 1


def test_an_index_of_everything_has_the_whole_item() -> None:
    """Its size counts."""
    index = Index("all", ("owner",), None)
    before = {"owner": {"S": "o"}, "text": {"S": "x" * 3000}}
    assert index.write_units(before, {**before, "count": {"N": "1"}}) == 3
