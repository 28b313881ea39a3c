"""How large DynamoDB takes an item to be, and what reading and writing it costs.

The rules are those of DynamoDB's developer guide: "DynamoDB item sizes and formats", "DynamoDB read and write
operations", and "Using Global Secondary Indexes in DynamoDB" (there: provisioned throughput considerations). Items are
in DynamoDB's wire form. The AWS emulator has no such rules: it counts every item as a small one.
"""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Item = Mapping[str, Mapping[str, Any]]

READ_UNIT_BYTES = 4096
WRITE_UNIT_BYTES = 1024
COLLECTION_BYTES = 3
MEMBER_BYTES = 1


@dataclass(frozen=True)
class Index:
    """A global secondary index.

    Attributes:
        name: its name.
        keys: its own key attributes. An item without one of them is not in the index.
        attributes: all attributes that it has, the table's and its own keys among them; None for all of the item.
    """

    name: str
    keys: tuple[str, ...]
    attributes: frozenset[str] | None

    def entry(self, item: Item | None) -> Item | None:
        """What the index has of an item; None if it does not have the item."""
        if item is None or not all(key in item for key in self.keys):
            return None
        if self.attributes is None:
            return item
        return {name: value for name, value in item.items() if name in self.attributes}

    def write_units(self, before: Item | None, after: Item | None) -> int:
        """The write units of bringing the index in line after the item changed. None stands for no item."""
        old, new = self.entry(before), self.entry(after)
        if old == new:
            return 0
        if old is None or new is None:
            return write_units(old or new)
        if any(old[key] != new[key] for key in self.keys):
            return write_units(old) + write_units(new)  # the old entry is deleted, the new one is put
        return max(write_units(old), write_units(new))


def item_bytes(item: Item) -> int:
    """The size of an item."""
    return sum(_text_bytes(name) + _value_bytes(value) for name, value in item.items())


def write_units(*images: Item | None) -> int:
    """The units of writing an item: its size before or after, whichever is larger, in whole kilobytes. At least one."""
    largest = max((item_bytes(image) for image in images if image is not None), default=0)
    return max(1, math.ceil(largest / WRITE_UNIT_BYTES))


def read_units(item: Item | None, *, consistent: bool) -> float:
    """The units of reading one item by its key, also of one that does not exist."""
    return _read_units(0 if item is None else item_bytes(item), consistent)


def query_units(items: Sequence[Item], *, consistent: bool) -> float:
    """The units of one query that reads these items: their sizes are added up first."""
    return _read_units(sum(map(item_bytes, items)), consistent)


def _read_units(size: int, consistent: bool) -> float:
    return max(1, math.ceil(size / READ_UNIT_BYTES)) * (1.0 if consistent else 0.5)


def _value_bytes(wire: Mapping[str, Any]) -> int:
    ((kind, value),) = wire.items()
    match kind:
        case "S":
            return _text_bytes(value)
        case "N":
            return _number_bytes(value)
        case "B":
            return len(base64.b64decode(value)) if isinstance(value, str) else len(value)
        case "BOOL" | "NULL":
            return 1
        case "M":
            return COLLECTION_BYTES + item_bytes(value) + MEMBER_BYTES * len(value)
        case "L":
            return COLLECTION_BYTES + sum(_value_bytes(member) + MEMBER_BYTES for member in value)
        case "SS" | "NS" | "BS":
            return sum(_value_bytes({kind[0]: member}) for member in value)
    raise ValueError(f"there is no attribute value of kind {kind}")


def _text_bytes(text: str) -> int:
    return len(text.encode())


def _number_bytes(text: str) -> int:
    """One byte for each two significant digits, and one more. Zeroes at both ends do not count.

    The guide says "approximately". A minus sign takes a byte too, as in the libraries that compute sizes.
    """
    digits = text.lstrip("+-").lower().partition("e")[0].replace(".", "").strip("0")
    return math.ceil(len(digits) / 2) + 1 + text.startswith("-")
