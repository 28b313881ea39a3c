"""Which column of a table has the addresses, and which rows are no people: its title and its header.

A column is recognised by its cells as well as by its name. Where two columns could be meant the table is refused, and
the sentence names both. The caller can say which one it is.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from enrollment.table_cells import Table, TableRow
from toolkit import texts
from toolkit.errors import BadRequest, FieldError

# Of this project's own export (roster_csv). Its other cells are never addresses, whatever people call themselves.
OWN_EXPORT = "metadata.email"
LONGEST_NAME = 60
_MOST_NAMED = 9
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_GAP = re.compile(r"[\W_]+")
# Words of such names in the languages that programs for schools speak, as _words writes them. "Mailing Address" is a
# place and Ismail a person.
_MAIL = re.compile(
    r"\bmails?\b|mail ?(ad|id\b)|email|\bcourriels?\b|\bcorreos?\b|\bcorreio|\be ?post|\bsahkoposti"
    r"|почт|邮|郵|メール|메일"
)
_ADDRESS_WORD = re.compile(r"\baddress|\badress|\bdireccion|عنوان|عناوين|地址")
# Somebody else's address, or a second one. Such a column is meant only where there is no other.
_OTHERS = re.compile(
    r"parent|guardian|mother|father|famil|mutter|vater|eltern|sorgeber|erziehungsber|padre|madre|\bmere\b|\bpere\b"
    r"|teacher|lehrer|emergency|notfall|recovery|secondary|alternat|backup"
)


@dataclass(frozen=True)
class Layout:
    """How a table is read.

    Attributes:
        column: the column of the addresses, from 0.
        name: its name, None without a header.
        header_line: the line of the header, None without one.
        title_lines: the lines above the header, which are no people.
        rows: the rows of people.
    """

    column: int
    name: str | None
    header_line: int | None
    title_lines: Sequence[int]
    rows: Sequence[TableRow]


def layout_of(table: Table, most_rows: int, chosen: int | None = None) -> Layout:
    """Find title, header and column; `chosen` is the column, from 0, if the caller says it.

    Raises:
        BadRequest: no column has addresses, more than one could be meant, or there is no row or more than `most_rows`.
    """
    header_at = _header_at(table.rows)
    people = table.rows if header_at is None else table.rows[header_at + 1 :]
    header = None if header_at is None else table.rows[header_at]
    if len(people) > most_rows:
        first = people[most_rows].line
        raise refusal(
            f"has {len(people)} rows, and at most {most_rows} are allowed: line {first} is the first too many"
        )
    titles = [row.line for row in table.rows[: header_at or 0]]
    width = max((len(row.cells) for row in table.rows), default=0)
    if chosen is not None and chosen >= width:
        raise refusal(f"names a column that the table does not have: it has {width}", "addressColumn")
    column = _column(header, people) if chosen is None else chosen
    if not people:
        raise refusal("has no row of a person")
    name = header.cell(column) if header else None
    return Layout(column, name, header.line if header else None, titles, people)


def _header_at(rows: Sequence[TableRow]) -> int | None:
    """The place of the header; None if the first row has an address, or is not far from one.

    Rows without an address above the first one with an address are a title, the header, or people whose address is
    missing. The header is the first of them that names a column of addresses. Else it is the first one that is more
    than a title, which is one cell above a table of several columns. In a list of one column, a line without an address
    is a person whose address is wrong, unless it names the column.
    """
    first = next((number for number, row in enumerate(rows) if row.has_address()), len(rows))
    several = any(row.filled > 1 for row in rows[first : first + 1])
    leading = range(first)
    wide = [number for number in leading if rows[number].filled > 1]
    is_list = all(row.filled == 1 for row in rows)
    named = [
        number
        for number in leading
        if any(_is_mail(cell) or (is_list and _is_address(cell)) for cell in rows[number].cells)
    ]
    for candidates in ([each for each in named if each in wide], named):
        if candidates:
            return candidates[0]
    if any("@" in cell for row in rows[:1] for cell in row.cells):
        return None
    if several and wide:
        return wide[0]
    return 0 if first and not is_list else None


def _column(header: TableRow | None, people: Sequence[TableRow]) -> int:
    width = max((len(row.cells) for row in (header, *people) if row), default=0)
    names = [header.cell(column) if header else "" for column in range(width)]
    if OWN_EXPORT in names:
        return names.index(OWN_EXPORT)
    is_named = [_is_mail(name) for name in names]
    named = [column for column in range(width) if is_named[column]]
    filled = Counter(column for row in people for column, cell in enumerate(row.cells) if cell)
    addresses = Counter(column for row in people for column in range(len(row.cells)) if row.address(column))
    # Of a column that is not named so, and that is not the only one, at least half of the filled cells have to be
    # addresses.
    with_addresses = [
        each for each in addresses if is_named[each] or width == 1 or 2 * addresses[each] >= filled[each]
    ]
    candidates = sorted(with_addresses) or named
    if not candidates:
        raise refusal(
            "has no cell that is an e-mail address"
            " (commas, semicolons, tabs and vertical bars separate cells)"
        )
    if len(candidates) > 1 and _are_equal(people, candidates):
        # Two names for the same thing, for example a login that is the address.
        return next((column for column in candidates if is_named[column]), candidates[0])
    first = candidates[0]
    if len(candidates) == 1 and (not is_named[first] or _OTHERS.search(_words(names[first]))):
        candidates = sorted({first, *named})
    if len(candidates) > 1:
        raise _several(names, candidates)
    return first


def _are_equal(people: Iterable[TableRow], columns: Sequence[int]) -> bool:
    return all(len({row.address(column) or row.cell(column) for column in columns}) == 1 for row in people)


def _several(names: Sequence[str], columns: Sequence[int]) -> BadRequest:
    excerpts = [texts.excerpt(names[column], LONGEST_NAME) for column in columns]
    shown = [
        f"{at + 1} ({name})" if name else f"{at + 1}" for at, name in zip(columns, excerpts, strict=True)
    ]
    if len(shown) > _MOST_NAMED:
        shown[_MOST_NAMED:] = [f"{len(shown) - _MOST_NAMED} more"]
    listed = f"{', '.join(shown[:-1])} and {shown[-1]}"
    return refusal(
        f"has several columns that may be the people's addresses: {listed}; name one with the parameter addressColumn"
    )


def _is_mail(name: str) -> bool:
    return "@" not in name and _MAIL.search(_words(name)) is not None


def _is_address(name: str) -> bool:
    """Whether the name of the only column says that it has addresses; in a wider table they may be places."""
    return "@" not in name and _ADDRESS_WORD.search(_words(name)) is not None


def _words(name: str) -> str:
    """A name as small words without accents, with one space between them: `userE-Mail` becomes `user e mail`."""
    spaced = _HUMP.sub(" ", name[:LONGEST_NAME])
    letters = [each for each in unicodedata.normalize("NFKD", spaced) if not unicodedata.combining(each)]
    return _GAP.sub(" ", unicodedata.normalize("NFC", "".join(letters)).lower()).strip()


def refusal(message: str, field: str = "body") -> BadRequest:
    """The error for a table that cannot be used; the message continues "The body …"."""
    return BadRequest(
        f"The {'body' if field == 'body' else 'request'} {message}.", errors=(FieldError(field, message),)
    )
