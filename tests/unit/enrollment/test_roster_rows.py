"""What an instructor may send as a list of people, and the result for each row."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.roster_rows import (
    DUPLICATE_ROW,
    INVALID_EMAIL,
    MOST_ROWS,
    Row,
    from_csv,
    from_emails,
    is_email,
)
from toolkit.caller import canonical_email
from toolkit.errors import BadRequest

ADA = Row("ada@example.org", "ada@example.org")
BO = Row("bo@example.org", "bo@example.org")

EMAILS = st.from_regex(r"[a-z]{1,8}(\.[a-z0-9]{1,4})?@[a-z]{1,8}\.(org|edu)", fullmatch=True)


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.org\nbo@example.org",
        "ada@example.org\r\nbo@example.org\r\n",
        "ada@example.org\rbo@example.org\r",
        "\n  \nada@example.org\n,,\n\nbo@example.org\n",
        "\ufeffada@example.org\nbo@example.org",
        "ada@example.org,Ada,Lovelace\nbo@example.org,Bo",
        "email\nada@example.org\nbo@example.org",
        "\ufeffName,E-Mail\nAda,ada@example.org\nBo, bo@example.org ",
        'name;EMAIL;class\n"Lovelace; Ada";ada@example.org;1\nBo;"bo@example.org";1\n',
        # The header has no comma, so a comma is part of a name.
        "name;email\nLovelace, Ada;ada@example.org\nBo;bo@example.org",
        'email,"a column\nof two lines"\n"ada@example.org","x\ny"\nbo@example.org,',
    ],
)
def test_tables_that_spreadsheets_write(text: str) -> None:
    assert from_csv(text) == [ADA, BO]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "email\n", ",,,\n", '"ada@example.org', 'ada@example.org,"x"y\n', "a" * 140_000]
)
def test_what_is_no_table_of_people(text: str) -> None:
    with pytest.raises(BadRequest) as refused:
        from_csv(text)
    assert [error.field for error in refused.value.errors] == ["body"]


def test_how_many_rows_there_may_be() -> None:
    lines = [f"person-{number}@example.org" for number in range(MOST_ROWS)]
    assert len(from_csv("email\n" + "\n".join(lines))) == MOST_ROWS
    with pytest.raises(BadRequest):
        from_csv("\n".join([*lines, "one-more@example.org"]))


def test_each_row_says_what_is_wrong_with_it() -> None:
    rows = from_emails(["ada@example.org", " ADA@Example.org ", "nobody", "", "bo@example.org"])
    assert rows == [
        ADA,
        Row("ADA@Example.org", None, DUPLICATE_ROW),
        Row("nobody", None, INVALID_EMAIL),
        Row("", None, INVALID_EMAIL),
        BO,
    ]


def test_a_row_without_the_column_is_a_row() -> None:
    assert from_csv("name,email\nAda\nBo,bo@example.org") == [Row("", None, INVALID_EMAIL), BO]


@pytest.mark.parametrize("header", ["email", "E-Mail", "Email address", "user_email", "MAIL"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_are_found_as_spreadsheets_write_them(header: str, delimiter: str) -> None:
    assert from_csv(f"Name{delimiter}{header}\nBo{delimiter}bo@example.org\n") == [BO]


@pytest.mark.parametrize(
    "text",
    [
        "a@b.co",
        "ada.lovelace+x@sub.example.org",
        "o'neil_1@example.org",
        f"{'a' * 64}@example.org",
        "a@b-c.d1e.org",
    ],
)
def test_addresses(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "@example.org",
        "ada@",
        "ada@example",
        "ada@example.org.",
        "ada@.example.org",
        "ada@-x.org",
        "ada@x-.org",
        "a..b@example.org",
        ".a@example.org",
        "a.@example.org",
        "a b@example.org",
        "ada@exam ple.org",
        "ada@example.org\nbcc: all@example.org",
        "ada@bo@example.org",
        "<ada@example.org>",
        "ada@127.0.0.1",
        "ada@[127.0.0.1]",
        "adä@example.org",
        f"{'a' * 65}@example.org",
        f"a@{'b' * 64}.org",
        "a@" + "b." * 130 + "org",
        "\ud800@example.org",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert not is_email(text)


@given(st.lists(EMAILS, min_size=1, max_size=20))
def test_both_formats_mean_the_same(emails: list[str]) -> None:
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, ["name", "email"])
    writer.writeheader()
    writer.writerows({"name": 'Ada, "the"\nCountess', "email": email} for email in emails)
    rows = from_emails(emails)
    assert from_csv(table.getvalue()) == rows
    # Every address is there once, in the order in which it first came.
    assert [row.email for row in rows if row.email] == list(dict.fromkeys(emails))


@given(st.text(max_size=200))
def test_any_text_becomes_a_valid_or_a_refused_row(text: str) -> None:
    try:
        rows = from_csv(text)
    except BadRequest:
        return
    assert 0 < len(rows) <= MOST_ROWS
    for row in rows:
        assert (row.email is None) == (row.error is not None)
        assert row.email is None or row.email == canonical_email(row.email)
