"""Opaque page cursors that carry a sort position and nothing else.

A cursor never names a partition: the partition always comes from the caller or the path. So a forged cursor
can only start at another position of a list that the caller may read anyway. A cursor belongs
to one list by its scope (e.g. `roster:<courseId>`), and everything in it is checked.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Generic, TypeVar

from toolkit.errors import BadRequest, FieldError

T = TypeVar("T")
Position = dict[str, Any]
_LONGEST = 2048
# In bytes of UTF-8. The longest in use is a sort key of about 90; DynamoDB accepts no key above 1,024.
_LONGEST_VALUE = 512
# Every number in a cursor has two decimals at most; DynamoDB accepts no number below 1e-130 except 0.
_DECIMALS = 2


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list; the last one has no cursor."""

    items: list[T]
    next_cursor: str | None = None


@dataclass(frozen=True)
class PagedList:
    """A list that is shown page by page.

    Attributes:
        scope: the name of the list, e.g. `roster:<courseId>`.
        fields: the names and types of a position in it; see `decode`.
    """

    scope: str
    fields: Mapping[str, type]

    def start(self, cursor: str | None) -> Position | None:
        """The position after which a page starts, or None for the first page.

        Raises:
            BadRequest: the cursor is not one of this list.
        """
        return decode(self.scope, cursor, self.fields)

    def page(
        self,
        found: Sequence[T],
        limit: int,
        position_of: Callable[[T], Mapping[str, str | int | float]],
        *,
        has_more: bool = False,
    ) -> Page[T]:
        """A page of up to `limit` items, with a cursor if there are more.

        Args:
            found: what was read after the start. Read `limit + 1` items: one more than is shown tells
                whether there is another page.
            limit: how many items are shown at most.
            position_of: the position of an item in the list.
            has_more: there are more items, although not more than `limit` were found.
        """
        items = list(found[:limit])
        if len(found) <= limit and not has_more:
            return Page(items)
        return Page(items, encode(self.scope, position_of(items[-1])))


def encode(scope: str, position: Mapping[str, str | int | float]) -> str:
    """A cursor for the given list (`scope`) that continues after `position`."""
    payload = json.dumps([_mark(scope), dict(position)], separators=(",", ":"), sort_keys=True)
    return urlsafe_b64encode(payload.encode()).decode().rstrip("=")


def decode(scope: str, cursor: str | None, fields: Mapping[str, type]) -> Position | None:
    """The position in a cursor, or None when there is no cursor.

    Args:
        scope: the list that is being read; a cursor of another list is refused.
        cursor: what the client sent.
        fields: the names that the position must have, exactly, each `str`, `int` or `float`
            (an int is accepted where a float is expected).

    Raises:
        BadRequest: the cursor is not one of this list.
    """
    if cursor is None:
        return None
    try:
        if len(cursor) > _LONGEST:
            raise ValueError("too long")
        padded = cursor + "=" * (-len(cursor) % 4)
        mark, position = json.loads(urlsafe_b64decode(padded.encode("ascii")))
        if mark != _mark(scope) or position.keys() != fields.keys():
            raise ValueError("of another list")
        for name, wanted in fields.items():
            if not _fits(position[name], wanted):
                raise ValueError("of another shape")
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise invalid_cursor() from error
    return dict(position)


def invalid_cursor() -> BadRequest:
    """The error for a cursor that is not one of this list."""
    message = "is not a cursor of this list"
    return BadRequest(f"cursor {message}", errors=(FieldError("cursor", message),))


def _mark(scope: str) -> str:
    return sha256(scope.encode()).hexdigest()[:12]


def _fits(value: object, wanted: type) -> bool:
    if wanted is str:
        return isinstance(value, str) and _is_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if wanted is int and not isinstance(value, int):
        return False
    return abs(value) < 10**15 and round(value, _DECIMALS) == value


def _is_text(value: str) -> bool:
    # Lone surrogates are valid in JSON and in Python, but cannot be encoded as UTF-8.
    try:
        return 0 < len(value.encode()) <= _LONGEST_VALUE
    except UnicodeEncodeError:
        return False
