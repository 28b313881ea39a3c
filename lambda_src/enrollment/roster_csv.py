"""A course's roster as a CSV table for other programs, with the columns of OneRoster's enrollments.csv.

https://www.imsglobal.org/spec/oneroster/v1p2/bind/csv: first its ten columns in their order, then further columns
under `metadata.`, as the specification says. `schoolSourcedId` stays empty, because the platform knows no
schools. People choose their names themselves, so each cell is written so that no spreadsheet runs it as a formula.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

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
    "metadata.email",
    "metadata.enrollmentStatus",
    "metadata.completionPercentage",
    "metadata.lastActivityAt",
    "metadata.completedAt",
)

# A spreadsheet takes these characters for the beginning of a formula, also after spaces, and treats the full-width
# forms like the plain ones: https://owasp.org/www-community/attacks/CSV_Injection. A cell begins after every
# separator. The separator depends on the country settings of the spreadsheet, and some programs ignore quotes.
_FORMULA_START = re.compile(r'(^|[;,|\t\r\n"])(?=\s*[=+\-@＝＋－＠])')
_CELL_BREAKS = ("\t", "\r", "\n")


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
    safe = _FORMULA_START.sub(r"\1'", value)
    return f"'{safe}" if safe.startswith(_CELL_BREAKS) else safe


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
        entry.get("email", ""),
        entry["status"],
        entry["completionPercentage"],
        entry["lastActivityAt"],
        entry.get("completedAt", ""),
    )
