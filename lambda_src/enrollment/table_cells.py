"""The cells of a table of text, and the number of the line in which each row begins (RFC 4180, read with patience).

Python's csv module is not used. It refuses a whole table for one stray quotation mark, or lets the mark swallow the
rows that follow, and it does not say in which line a row began.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from enrollment.address_text import address_in, stripped
from enrollment.invisible import is_invisible

# The order decides only where no separator explains a text better than another.
SEPARATORS = ",;\t|"
_LINE = re.compile(r"[^\r\n]*")
_BREAK = re.compile(r"\r\n|\n|\r")
# Excel takes the separator from such a first line, and so do other programs.
_SEPARATOR_LINE = re.compile(r"\W*sep=(\W?)\W*", re.IGNORECASE)


@dataclass(frozen=True)
class TableRow:
    """A row that is not empty.

    Attributes:
        line: the number of the line in which it begins, from 1, as an editor shows it.
        cells: its cells, without invisible characters at both ends.
        runs_on: a quotation mark opens here and closes in a later line, and what is between looks like rows with
            addresses. Then most likely a mark is missing or one is too many.
    """

    line: int
    cells: tuple[str, ...]
    runs_on: bool = False

    @property
    def filled(self) -> int:
        """How many cells are not empty."""
        return sum(1 for cell in self.cells if cell)

    def cell(self, column: int) -> str:
        """The cell of a column, from 0; empty where the row is shorter."""
        return self.cells[column] if column < len(self.cells) else ""

    def address(self, column: int) -> str | None:
        """The e-mail address in the cell of a column, if it is one."""
        return address_in(self.cell(column))

    def has_address(self) -> bool:
        """Whether any cell is an e-mail address."""
        return any(address_in(cell) for cell in self.cells)


@dataclass(frozen=True)
class Table:
    """The rows of a table that are not empty, and what separates their cells.

    `declared` is whether the first line is `sep=…`, which is no row.
    """

    separator: str
    rows: Sequence[TableRow]
    declared: bool = False


def read(text: str) -> Table:
    """The table in a text.

    The separator is the one that a first line `sep=…` names, or else the one that puts an address into a cell of its
    own in most rows.
    """
    declared = _SEPARATOR_LINE.fullmatch(_line_at(text, 0))
    separators = [declared[1]] if declared and declared[1] else [each for each in SEPARATORS if each in text]
    tables = [
        Table(each, [row for row in _rows(text, each) if not declared or row.line > 1], declared is not None)
        for each in separators or SEPARATORS[0]
    ]
    return max(tables, key=_fitness)


def _fitness(table: Table) -> tuple[int, int, int, int]:
    """How well a separator explains a text: by rows with an address, by few other rows, by rows of the usual length,
    and by that length. A single column is no sign of anything."""
    widths = Counter(len(row.cells) for row in table.rows)
    width, count = max(widths.items(), key=lambda each: each[1], default=(0, 0))
    with_address = sum(1 for row in table.rows if row.has_address())
    return with_address, -len(table.rows), count if width > 1 else 0, width


def _rows(text: str, separator: str) -> Iterator[TableRow]:
    position, line = 0, 1
    while position < len(text):
        first = _line_at(text, position)
        runs_on = False
        if '"' in first:
            cells, end, runs_on = _quoted_row(text, position, separator)
        else:
            cells, end = first.split(separator), position + len(first)
        shown = tuple(stripped(cell) for cell in cells)
        if any(shown):
            yield TableRow(line, shown, runs_on)
        line += 1 + len(_BREAK.findall(text, position, end))
        ending = _BREAK.match(text, end)
        position = ending.end() if ending else end


def _quoted_row(text: str, position: int, separator: str) -> tuple[list[str], int, bool]:
    """The cells of a row with quotation marks, where it ends, and whether one of its cells swallows rows."""
    cells: list[str] = []
    runs_on = False
    while True:
        quoted = _quoted_cell(text, position, separator)
        if quoted is not None:
            content, position = quoted
            cells.append(content.replace('""', '"'))
            runs_on = runs_on or _has_rows(content, separator)
        else:
            end = _plain_end(text, position, separator)
            cells.append(text[position:end])
            position = end
        if text[position : position + 1] != separator:
            return cells, position, runs_on
        position += 1


def _quoted_cell(text: str, position: int, separator: str) -> tuple[str, int] | None:
    """The content of a cell in quotation marks and where the cell ends; None if it is not properly quoted."""
    opening = _skip_blanks(text, position, separator)
    if text[opening : opening + 1] != '"':
        return None
    closing = _closing(text, opening + 1)
    if closing is None:
        return None
    end = _skip_blanks(text, closing + 1, separator)
    if text[end : end + 1] not in ("", "\r", "\n", separator):
        return None
    return text[opening + 1 : closing], end


def _plain_end(text: str, position: int, separator: str) -> int:
    """Where a cell without proper quotation marks ends: at the next separator of its line.

    As in spreadsheets, separators between two marks that begin the cell do not count: `"Meier, Anna" M.A.` is a cell.
    """
    opening = _skip_blanks(text, position, separator)
    if text[opening : opening + 1] == '"':
        closing = _closing(text, opening + 1)
        if closing is not None and not _BREAK.search(text, opening, closing):
            position = closing
    end = re.compile(f"[{re.escape(separator)}\r\n]").search(text, position)
    return end.start() if end else len(text)


def _closing(text: str, position: int) -> int | None:
    """The place of the next quotation mark that is not doubled."""
    while (position := text.find('"', position)) >= 0:
        if text[position + 1 : position + 2] != '"':
            return position
        position += 2
    return None


def _has_rows(content: str, separator: str) -> bool:
    """Whether the content of a cell has several lines, separators, and an address between them."""
    lines = _BREAK.split(content)
    if len(lines) == 1 or separator not in content:
        return False
    return any(address_in(cell) for line in lines for cell in line.split(separator))


def _skip_blanks(text: str, position: int, separator: str) -> int:
    while text[position : position + 1] not in ("", "\r", "\n", separator) and is_invisible(text[position]):
        position += 1
    return position


def _line_at(text: str, position: int) -> str:
    match = _LINE.match(text, position)
    return match[0] if match else ""
