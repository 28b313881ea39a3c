"""A course's roster as a CSV table for other programs, with the columns of OneRoster's enrollments.csv.

https://www.imsglobal.org/spec/oneroster/v1p2/bind/csv: first its ten columns in their order, then further columns
under `metadata.`, as the specification says. `schoolSourcedId` stays empty, because the platform knows no
schools. People choose their names themselves, so each cell is written so that no spreadsheet runs it as a formula.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from enrollment.address_column import OWN_EXPORT
from enrollment.address_text import escaped
from enrollment.invisible import is_invisible
from toolkit.cursor import Page
from toolkit.http import Response

CONTENT_TYPE = "text/csv; charset=utf-8"
# Some 300 bytes a row: an answer stays far below the 6 MB that Lambda may return.
MOST_ROWS = 2000

COLUMNS = (
    "sourcedId",
    "status",
    "dateLastModified",
    "classSourcedId",
    "schoolSourcedId",
    "userSourcedId",
    "role",
    "primary",
    "beginDate",
    "endDate",
    "metadata.displayName",
    OWN_EXPORT,
    "metadata.enrollmentStatus",
    "metadata.completionPercentage",
    "metadata.lastActivityAt",
    "metadata.completedAt",
    "metadata.score",
    "metadata.totalSeconds",
)

# A spreadsheet takes these characters for the beginning of a formula, also behind characters that nobody sees, and
# treats the full-width and small forms like the plain ones: https://owasp.org/www-community/attacks/CSV_Injection.
# The forms are all characters whose compatible form (NFKC) begins with a plain one, and the minus sign.
FORMULA_STARTS = frozenset(
    "=+-@\u207a\u207c\u208a\u208c\u2212\u2a75\u2a76\ufb29\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20"
)
# A cell begins after every separator and every line break. The separator depends on the country settings of the
# spreadsheet, and some programs ignore quotes.
_CELL_BREAKS = ("\t", "\r", "\n")
_CELL_ENDS = frozenset(';,|"\t\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029')


def roster_csv(course_id: str, entries: Iterable[Mapping[str, Any]]) -> str:
    """The table (RFC 4180) of roster entries as the API shows them, with a header row; texts are quoted."""
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow([safe_cell(value) for value in _cells(course_id, entry)])
    return table.getvalue()


def response(course_id: str, roster: Page[dict[str, Any]]) -> Response:
    """200 with a table; if the roster has more than MOST_ROWS, the header `Link` (RFC 8288) has the next URL."""
    headers = {"Content-Disposition": f'attachment; filename="roster-{course_id}.csv"'}
    if roster.next_cursor is not None:
        # Relative to the URL of the request (RFC 3986, section 5.2.2).
        headers["Link"] = f'<?{urlencode({"format": "csv", "cursor": roster.next_cursor})}>; rel="next"'
    return Response(200, roster_csv(course_id, roster.items), headers, content_type=CONTENT_TYPE)


def safe_cell(value: object) -> object:
    """A cell's value; text that a spreadsheet might run gets an apostrophe in front, which it shows as text."""
    if not isinstance(value, str):
        return value
    safe: list[str] = []
    starts_formula = False
    for place in reversed(range(len(value))):
        character = value[place]
        safe.append(character)
        if character in FORMULA_STARTS:
            starts_formula = True
        elif not is_invisible(character):
            starts_formula = False
        if starts_formula and (place == 0 or value[place - 1] in _CELL_ENDS):
            safe.append("'")
    text = "".join(reversed(safe))
    return f"'{text}" if text.startswith(_CELL_BREAKS) else text


def _cells(course_id: str, entry: Mapping[str, Any]) -> tuple[object, ...]:
    return (
        f"{course_id}:{entry['userId']}",
        "active",
        entry["lastActivityAt"],
        course_id,
        "",
        entry["userId"],
        "student",
        "false",
        entry["enrolledAt"][:10],
        "",
        entry.get("displayName", ""),
        escaped(entry.get("email", "")),
        entry["status"],
        entry["completionPercentage"],
        entry["lastActivityAt"],
        entry.get("completedAt", ""),
        entry.get("score", ""),
        entry.get("totalSeconds", ""),
    )
