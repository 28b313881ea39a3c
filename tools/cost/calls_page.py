"""The page docs/aws-calls.md: a line for each route and case, with its AWS calls and their capacity units.

tests/integration/platform/test_aws_calls.py writes and checks the page. The cost model reads it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from education.errors import UserError
from tools.support.paths import ROOT

PAGE = ROOT / "docs" / "aws-calls.md"
# The numbers of lessons for which each figure is given, where it is not the same for all of them.
SIZES = (1, 20, 200)
_BETWEEN = " / "
_TIMES = " × "
_HEADING = f"""\
# Calls to AWS per request

`tests/integration/platform/test_aws_calls.py` makes these requests, and fails if one of them makes other calls or
costs other units. Where three figures stand, they are for courses of {_BETWEEN.join(map(str, SIZES))} lessons, and one
figure is the same for all. All lessons have files, and a student has completed four lessons in five and has a
position in each. A title has about 35 characters, a summary 200.

The AWS emulator counts each item as a small one. So the units are computed by the rules of DynamoDB's developer
guide from the sizes of the items that are read and written (`tests/integration/capacity/`): a read in steps of
4 KB, a query of all that it reads together, a write in steps of 1 KB by the larger of the two images, a
transaction twice. Index writes follow a write of the table, and are billed with it. A refused write counts in full.

The settings are those of the local environment, where a roster has four shards. Retries after throttling or after
a conflict with another write are not counted. The work of the functions behind the tables' streams is not part of a
request.

| route | case | calls | read units | write units | index write units |
|---|---|---|---|---|---|
"""
_ROW = re.compile(r"^\| ([A-Z]+ /\S*) \| ([^|]*) \| ([^|]*) \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$")

Figures = tuple[float, ...]


@dataclass(frozen=True)
class Line:
    """One case of a route. Each figure is there for each of SIZES.

    Attributes:
        route: the method and path, such as `GET /courses`.
        case: the name of the case; empty if the route has only one.
        calls: how often each operation is called, such as `dynamodb:Query`.
        read_units, write_units, index_units: capacity units.
    """

    route: str
    case: str
    calls: Mapping[str, Figures]
    read_units: Figures
    write_units: Figures
    index_units: Figures

    @property
    def row(self) -> str:
        """The line of the table."""
        calls = ", ".join(
            name if set(times) == {1} else f"{name}{_TIMES}{_shown(times)}"
            for name, times in sorted(self.calls.items())
        )
        units = " | ".join(map(_shown, (self.read_units, self.write_units, self.index_units)))
        return f"| {self.route} | {self.case} | {calls or 'none'} | {units} |"

    @property
    def total_calls(self) -> str:
        """How many calls the request makes, as the page would show it."""
        return _shown(tuple(map(sum, zip(*self.calls.values(), strict=True))) or (0.0,))

    @classmethod
    def from_row(cls, row: str) -> "Line | None":
        """The line in a row of the table; None if the text is no such row."""
        found = _ROW.match(row)
        if found is None:
            return None
        route, case, calls, *units = (cell.strip() for cell in found.groups())
        reads, writes, index_writes = map(_figures, units)
        return cls(
            route,
            case,
            dict(map(_call, calls.split(", "))) if calls != "none" else {},
            reads,
            writes,
            index_writes,
        )


def page_of(lines: Iterable[Line]) -> str:
    """The text of the page."""
    return _HEADING + "".join(f"{line.row}\n" for line in lines)


def read_page(page: Path = PAGE) -> Sequence[Line]:
    """The lines of the page.

    Raises:
        UserError: the page has none.
    """
    lines = [line for row in page.read_text(encoding="utf-8").splitlines() if (line := Line.from_row(row))]
    if not lines:
        raise UserError(
            f"{page.name} has no calls: write it with EDUCATION_WRITE_AWS_CALLS=1 (CONTRIBUTING.md)."
        )
    return lines


def _call(text: str) -> tuple[str, Figures]:
    name, _, times = text.partition(_TIMES)
    return name, _figures(times or "1")


def _shown(figures: Figures) -> str:
    alike = len(set(figures)) == 1
    return _BETWEEN.join(f"{figure:g}" for figure in (figures[:1] if alike else figures))


def _figures(text: str) -> Figures:
    figures = tuple(map(float, text.split(_BETWEEN)))
    return figures * len(SIZES) if len(figures) == 1 else figures
