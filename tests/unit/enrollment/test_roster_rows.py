"""What an instructor may send as a list of people, and the result for each row."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from enrollment.roster_rows import DUPLICATE_ROW, INVALID_EMAIL, SEVERAL_EMAILS, Row, from_emails, from_table

EMAILS = st.integers(0, 30).map(lambda number: f"person.{number}@example.org")


def test_each_row_says_what_is_wrong_with_it() -> None:
    rows = from_emails(
        ["ada@example.org", " ADA@Example.org ", "nobody", "", "Bo <bo@example.org>", "a@x.org, b@x.org"]
    ).rows
    assert rows == [
        Row("ada@example.org", "ada@example.org"),
        Row("ADA@Example.org", None, DUPLICATE_ROW),
        Row("nobody", None, INVALID_EMAIL),
        Row("", None, INVALID_EMAIL),
        Row("Bo <bo@example.org>", "bo@example.org"),
        Row("a@x.org, b@x.org", None, SEVERAL_EMAILS),
    ]


def test_a_list_is_no_export() -> None:
    """An apostrophe in front of an address is removed from the cells of tables only."""
    assert [row.email for row in from_emails(["'=x@example.org"]).rows] == ["'=x@example.org"]


@settings(deadline=None)
@given(st.lists(EMAILS, min_size=1, max_size=20))
def test_both_formats_mean_the_same(emails: list[str]) -> None:
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, ["name", "email"])
    writer.writeheader()
    writer.writerows({"name": 'Ada, "the"\nCountess', "email": email} for email in emails)
    rows = from_emails(emails).rows
    in_table = from_table(table.getvalue().encode(), "").rows
    assert [(row.sent, row.email, row.error) for row in in_table] == [
        (row.sent, row.email, row.error) for row in rows
    ]
    # Every address is there once, in the order in which it first came.
    assert [row.email for row in rows if row.email] == list(dict.fromkeys(emails))
