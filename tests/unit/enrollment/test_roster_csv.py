"""The roster as CSV: its columns, and that no spreadsheet runs what a person wrote into their name."""

import csv
import io
import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.roster_csv import COLUMNS, FORMULA_STARTS, response, roster_csv, safe_cell
from toolkit.cursor import Page

ENTRY: dict[str, Any] = {
    "userId": "user-1",
    "status": "completed",
    "completionPercentage": 66.67,
    "enrolledAt": "2026-01-02T23:30:00.000Z",
    "lastActivityAt": "2026-02-03T10:00:00.000Z",
    "completedAt": "2026-02-01T10:00:00.000Z",
    "score": 87.5,
    "totalSeconds": 600,
    "displayName": "Ada",
    "email": "ada@example.org",
}
# Of the OneRoster CSV binding 1.2, in its order.
ONE_ROSTER = (
    "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,"
    "userSourcedId,role,primary,beginDate,endDate"
)


NAMES = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("=+-@;,|\t\r\n\"' "), max_size=40)


def parsed(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table, newline=""), strict=True))


def test_columns_and_cells() -> None:
    table = roster_csv("course-1", [ENTRY])
    header, row, rest = table.split("\r\n")
    assert header.replace('"', "").startswith(f"{ONE_ROSTER},metadata.")
    assert rest == ""
    assert row == (
        '"course-1:user-1","active","2026-02-03T10:00:00.000Z","course-1","","user-1","student","false",'
        '"2026-01-02","","Ada","ada@example.org","completed",66.67,"2026-02-03T10:00:00.000Z",'
        '"2026-02-01T10:00:00.000Z",87.5,600'
    )


def test_who_has_no_profile_and_has_not_finished() -> None:
    entry = {name: ENTRY[name] for name in ENTRY if name not in ("displayName", "email", "completedAt")}
    (row,) = parsed(roster_csv("course-1", [entry]))
    assert (row["metadata.displayName"], row["metadata.email"], row["metadata.completedAt"]) == ("", "", "")


def test_an_empty_roster_has_a_header() -> None:
    assert roster_csv("course-1", []) == ",".join(f'"{name}"' for name in COLUMNS) + "\r\n"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("\n=1", "'\n'=1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("\u00a0@x", "'\u00a0@x"),
        ("\u2003\x1f-x", "'\u2003\x1f-x"),
        ("\tAda", "'\tAda"),
        # What begins a cell of its own where a spreadsheet separates by something else than commas.
        ("x;=cmd|' /C calc'!A0;y", "x;'=cmd|' /C calc'!A0;y"),
        ('x";=1', "x\";'=1"),
        ('x"=1', "x\"'=1"),
        ("x, =1", "x,' =1"),
        ("x\t@a|-b", "x\t'@a|'-b"),
        ("x\r\n+1", "x\r'\n'+1"),
        # behind what nobody sees, and in forms that are treated like the plain ones
        ("\0=1", "'\0=1"),
        ("\u200b=1", "'\u200b=1"),
        ("\ufeff\u2060\u00ad+1", "'\ufeff\u2060\u00ad+1"),
        ("\u202e@x", "'\u202e@x"),
        ("\ufe0f\u034f\u3164\u2800-1", "'\ufe0f\u034f\u3164\u2800-1"),
        ("x;\u200b\0=1", "x;'\u200b\0=1"),
        ("x\u2028=1", "x\u2028'=1"),
        ("\ufe661", "'\ufe661"),
        ("\ufe63\ufe6b", "'\ufe63\ufe6b"),
        ("\u2212 1", "'\u2212 1"),
    ],
)
def test_formulas_are_text(name: str, shown: str) -> None:
    (row,) = parsed(roster_csv("course-1", [{**ENTRY, "displayName": name}]))
    assert row["metadata.displayName"] == shown


def test_texts_are_quoted_whatever_separates_cells() -> None:
    table = roster_csv("course-1", [{**ENTRY, "displayName": "Ada; the Countess"}])
    assert '"Ada; the Countess"' in table


@pytest.mark.parametrize(
    "name", ["Ada", "'=1", "Ada = Countess", "3-2", "a;b", "a;'=1", "a|b=c", 'Ada "the" Countess, jr.', "Zoë"]
)
def test_what_is_no_formula_stays(name: str) -> None:
    (row,) = parsed(roster_csv("course-1", [{**ENTRY, "displayName": name}]))
    assert row["metadata.displayName"] == name


@given(st.lists(NAMES, max_size=5), st.sampled_from(",;\t|"))
def test_no_cell_of_any_name_begins_with_a_formula(names: list[str], separator: str) -> None:
    """Also where a spreadsheet separates by something else, and where it knows nothing of quotes."""
    table = roster_csv("course-1", [{**ENTRY, "displayName": name} for name in names])
    assert [row["metadata.displayName"] for row in parsed(table)] == [safe_cell(name) for name in names]
    quoted = list(csv.reader(io.StringIO(table, newline=""), delimiter=separator))
    unquoted = [re.split(f'[{re.escape(separator)}"]', line) for line in re.split("[\r\n]", table)]
    for cell in (cell for line in (*quoted, *unquoted) for cell in line):
        seen = [each for each in cell if each.isprintable() and not each.isspace()]
        assert not seen or unicodedata.normalize("NFKC", seen[0])[0] not in "=+-@"


@given(NAMES)
def test_nothing_but_apostrophes_is_added_to_a_name(name: str) -> None:
    shown = str(safe_cell(name))
    assert shown.replace("'", "") == name.replace("'", "")
    assert safe_cell(shown) == shown or shown[1:2] in ("\t", "\r", "\n")


def test_every_form_of_a_formula_sign_is_known() -> None:
    every = (chr(number) for number in range(0x110000) if not 0xD800 <= number < 0xE000)
    forms = {each for each in every if unicodedata.normalize("NFKC", each)[:1] in ("=", "+", "-", "@")}
    assert forms | {"\u2212"} == FORMULA_STARTS


def test_a_further_table_is_linked() -> None:
    last = response("course-1", Page([ENTRY]))
    assert last.headers == {"Content-Disposition": 'attachment; filename="roster-course-1.csv"'}
    assert last.content_type == "text/csv; charset=utf-8"
    assert (
        response("course-1", Page([ENTRY], "a_b-c")).headers["Link"]
        == '<?format=csv&cursor=a_b-c>; rel="next"'
    )
