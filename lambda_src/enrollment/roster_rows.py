"""The rows of a bulk enrolment, from JSON or a table: e-mail addresses, each with what is wrong with it.

A malformed address does not make the request fail. A body that cannot be read as rows does. Each row that comes in has
a result; what is no row (empty lines, a title, the header) is named beside the results.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from enrollment import table_cells, table_text
from enrollment.address_column import LONGEST_NAME, OWN_EXPORT, layout_of, refusal
from enrollment.address_text import address_in, has_several, unescaped
from toolkit import texts

MOST_ROWS = 500

INVALID_EMAIL = "invalid_email"
SEVERAL_EMAILS = "several_emails"
DUPLICATE_ROW = "duplicate_row"

_SHOWN = 320


@dataclass(frozen=True)
class Row:
    """One row: what was sent, and the address in canonical form or else what is wrong.

    `line` is the line of the table in which the row begins, None for rows that did not come in a table.
    """

    sent: str
    email: str | None
    error: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Roster:
    """The rows of a request; `table` says how a table was read (`RosterTable` of the API), None if there was none."""

    rows: Sequence[Row]
    table: dict[str, Any] | None = None


def from_emails(emails: Iterable[str]) -> Roster:
    """The rows of a list of addresses. Of equal addresses, the first counts and the others are duplicates."""
    return Roster(_rows((email, None) for email in emails))


def from_table(data: bytes, charset: str, address_column: int | None = None) -> Roster:
    """The rows of a table, as programs for schools and spreadsheets write it.

    Args:
        data: the table.
        charset: the charset of its Content-Type, empty if there is none.
        address_column: the number of the column of addresses, from 1, if the caller says it.

    Raises:
        BadRequest: it is no such table, two columns may have the addresses, or it has no row or more than MOST_ROWS.
    """
    text, encoding = table_text.decode(data, charset)
    table = table_cells.read(text)
    layout = layout_of(table, MOST_ROWS, None if address_column is None else address_column - 1)
    # The own export has no stray marks, and people may have written anything into their names.
    for row in table.rows if layout.name != OWN_EXPORT else ():
        if row.runs_on:
            raise refusal(
                f"has a quotation mark in line {row.line} that closes only in a later line, with addresses between"
            )
    how: dict[str, Any] = {
        "addressColumn": {"number": layout.column + 1},
        "skippedLines": [*([1] if table.declared else []), *layout.title_lines],
        "separator": table.separator,
        "encoding": encoding,
    }
    if layout.header_line is not None:
        how["headerLine"] = layout.header_line
    if layout.name:
        how["addressColumn"]["name"] = texts.excerpt(layout.name, LONGEST_NAME)
    return Roster(_rows((unescaped(row.cell(layout.column)), row.line) for row in layout.rows), how)


def _rows(cells: Iterable[tuple[str, int | None]]) -> list[Row]:
    rows: list[Row] = []
    seen: set[str] = set()
    for sent, line in cells:
        email = address_in(sent)
        shown = sent.strip()[:_SHOWN]
        if email is None:
            rows.append(Row(shown, None, SEVERAL_EMAILS if has_several(sent) else INVALID_EMAIL, line))
        elif email in seen:
            rows.append(Row(shown, None, DUPLICATE_ROW, line))
        else:
            rows.append(Row(shown, email, None, line))
            seen.add(email)
    return rows
