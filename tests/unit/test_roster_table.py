"""The roster as a table: its columns, and that no spreadsheet runs what somebody wrote into a name."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.export import COLUMNS, response, roster_csv, safe_cell

ENTRY: dict[str, Any] = {
    "userId": "user-1",
    "status": "completed",
    "completionPercentage": 66.67,
    "enrolledAt": "2026-01-02T23:30:00.000Z",
    "lastActivityAt": "2026-02-03T10:00:00.000Z",
    "completedAt": "2026-02-01T10:00:00.000Z",
    "displayName": "Ada",
    "email": "ada@example.org",
}
# Of the OneRoster CSV binding 1.2, in its order.
ONE_ROSTER = (
    "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,"
    "userSourcedId,role,primary,beginDate,endDate"
)


def parsed(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table, newline=""), strict=True))


def test_columns_and_cells() -> None:
    table = roster_csv("course-1", [ENTRY])
    header, row, rest = table.split("\r\n")
    assert header.startswith(f"{ONE_ROSTER},metadata.")
    assert rest == ""
    assert row == (
        "course-1:user-1,active,2026-02-03T10:00:00.000Z,course-1,,user-1,student,false,2026-01-02,,"
        "Ada,ada@example.org,completed,66.67,2026-02-03T10:00:00.000Z,2026-02-01T10:00:00.000Z"
    )


def test_who_has_no_profile_and_has_not_finished() -> None:
    entry = {name: ENTRY[name] for name in ENTRY if name not in ("displayName", "email", "completedAt")}
    (row,) = parsed(roster_csv("course-1", [entry]))
    assert (row["metadata.displayName"], row["metadata.email"], row["metadata.completedAt"]) == ("", "", "")


def test_an_empty_roster_has_a_header() -> None:
    assert roster_csv("course-1", []) == ",".join(COLUMNS) + "\r\n"


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "＝1",
        "\u00a0@x",
        "\u2003\x1f-x",
        "\tAda",
    ],
)
def test_formulas_are_text(name: str) -> None:
    (row,) = parsed(roster_csv("course-1", [{**ENTRY, "displayName": name}]))
    assert row["metadata.displayName"] == f"'{name}"


@pytest.mark.parametrize("name", ["Ada", "'=1", "Ada = Countess", "3-2", 'Ada "the" Countess, jr.', "Zoë"])
def test_what_is_no_formula_stays(name: str) -> None:
    (row,) = parsed(roster_csv("course-1", [{**ENTRY, "displayName": name}]))
    assert row["metadata.displayName"] == name


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=5))
def test_any_name_stays_one_cell_that_begins_with_no_formula(names: list[str]) -> None:
    rows = parsed(roster_csv("course-1", [{**ENTRY, "displayName": name} for name in names]))
    assert [row["metadata.displayName"] for row in rows] == [safe_cell(name) for name in names]
    for name, row in zip(names, rows, strict=True):
        shown = row["metadata.displayName"]
        assert shown in (name, f"'{name}")
        assert not shown.startswith(("\t", "\r", "\n"))
        assert not shown.lstrip().startswith(("=", "+", "-", "@"))
        assert set(row) == set(COLUMNS)


def test_a_further_table_is_linked() -> None:
    last = response("course-1", [ENTRY], None)
    assert last.headers == {"Content-Disposition": 'attachment; filename="roster-course-1.csv"'}
    assert last.content_type == "text/csv; charset=utf-8"
    assert response("course-1", [ENTRY], "a_b-c").headers["Link"] == '<?format=csv&cursor=a_b-c>; rel="next"'
