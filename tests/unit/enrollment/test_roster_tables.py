"""Rosters as schools have them: what each program writes, and what is refused because two things could be meant."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrollment import roster_csv
from enrollment.roster_rows import Roster, Row, from_table
from toolkit.caller import canonical_email
from toolkit.errors import BadRequest

A, B, C = "ada@example.org", "bo@example.org", "cy@example.org"


def read(text: str, column: int | None = None) -> Roster:
    return from_table(text.encode(), "", column)


def found(text: str, column: int | None = None) -> list[tuple[int | None, str | None]]:
    """The line of each row, and its address or what is wrong with it."""
    return [(row.line, row.email or row.error) for row in read(text, column).rows]


def rows_or_sentence(text: str) -> tuple[Sequence[Row], str]:
    try:
        return from_table(text.encode(errors="ignore"), "").rows, ""
    except BadRequest as refused:
        return [], refused.detail


def refusal(text: str, column: int | None = None) -> str:
    with pytest.raises(BadRequest) as refused:
        read(text, column)
    assert len(refused.value.errors) == 1
    return refused.value.detail


@pytest.mark.parametrize(
    ("text", "column", "header", "first"),
    [
        (
            f"First Name [Required],Last Name [Required],Email Address [Required]\nAda,L,{A}\nBo,B,{B}",
            3,
            1,
            2,
        ),
        (f"name;student_email\nAda;{A}\nBo;{B}", 2, 1, 2),
        (f"Vorname;Nachname;E-Mail-Adresse\nAda;L;{A}\nBo;B;{B}", 3, 1, 2),
        (f"Name, Vorname;E-Mail\nLovelace, Ada;{A}\nB, Bo;{B}", 2, 1, 2),
        (f'"Lovelace, Ada";{A}\n"B, Bo";{B}', 2, None, 1),
        (f"sep=;\nName;E-Mail\nLovelace, Ada;{A}\nB, Bo;{B}", 2, 2, 3),
        (f'"sep=,"\r\n{A},"Lovelace; Ada"\r\n{B},"B; Bo"\r\n', 1, None, 2),
        (f"\ufeffSEP=\t\n{A}\tAda; L\n{B}\tBo", 1, None, 2),
        # Canvas, Moodle, OneRoster and PowerSchool
        (f"user_id,login_id,full_name,email,status\n1,ada,Ada,{A},active\n2,bo,Bo,{B},active", 4, 1, 2),
        (f'"First name","Last name","Email address",Groups\nAda,L,{A},\nBo,B,{B},"a, b"', 3, 1, 2),
        (
            f'"sourcedId","role","username","email","phone"\n"1","student","ada","{A}",""\n2,student,bo,{B},',
            4,
            1,
            2,
        ),
        (f"Student_Number\tLast_Name\tStudentEmail\n1\tL\t{A}\n2\tB\t{B}", 3, 1, 2),
        (f"username,firstname,email\n{A},Ada,{A}\n{B},Bo,{B}", 3, 1, 2),
        # Google Workspace's template has more columns of the kind, which are empty.
        (f"Email Address [Required],Recovery Email,Home Secondary Email\n{A},,\n{B},,", 1, 1, 2),
        # a title above the header, alone or with the separators of the table
        (f"Klasse 5b\nVorname;Nachname;E-Mail\nAda;L;{A}\nBo;B;{B}", 3, 2, 3),
        (f"Klasse 5b;;\n;;\nVorname;Nachname;Kontakt\nAda;L;{A}\nBo;B;{B}", 3, 3, 4),
        (f"Course:,Biology\nTerm:,2026\n\nName,Email\nAda,{A}\nBo,{B}", 2, 4, 5),
        (f"Ansprechpartner: sekretariat@example.org\n\nName;E-Mail\nAda;{A}\nBo;{B}", 2, 3, 4),
        # recognised by the cells alone
        (f"Wer,Wo\nAda,{A}\nBo,{B}", 2, 1, 2),
        (f"Mailing Address,Login\nMain Street 1,{A}\nMain Street 2,{B}", 2, 1, 2),
        (f"Ada | {A}\nBo | {B}", 2, None, 1),
        (f"Name\tE-Mail\t\t\nAda\t{A}\t\t\nBo\t{B}\t\t", 2, 1, 2),
        # names of columns in other languages
        (f"Nom,Courriel\nAda,{A}\nBo,{B}", 2, 1, 2),
        (f"Nombre;Correo electrónico\nAda;{A}\nBo;{B}", 2, 1, 2),
        (f"Namn;E-postadress\nAda;{A}\nBo;{B}", 2, 1, 2),
        (f"名前,メールアドレス\nAda,{A}\nBo,{B}", 2, 1, 2),
    ],
)
def test_what_programs_for_schools_write(text: str, column: int, header: int | None, first: int) -> None:
    assert found(text) == [(first, A), (first + 1, B)]
    table = read(text).table or {}
    assert (table["addressColumn"]["number"], table.get("headerLine")) == (column, header)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_an_editor_shows_them(ending: str) -> None:
    lines = [
        "",
        "Title",
        "Name,Note,Email",
        f'Ada,"two{ending}lines",{A}',
        ",,",
        "  ",
        "Bo,,",
        f"Cy,,{C}",
        "",
    ]
    assert found(ending.join(lines)) == [(4, A), (8, "invalid_email"), (9, C)]
    assert read(ending.join(lines)).table == {
        "addressColumn": {"number": 3, "name": "Email"},
        "headerLine": 3,
        "skippedLines": [2],
        "separator": ",",
        "encoding": "utf-8",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'"Dwayne" Johnson,{A}\nBo,{B}', [(1, A), (2, B)]),
        (f'"Dwayne "The Rock" Johnson",{A}\nBo,{B}', [(1, A), (2, B)]),
        (f'"Johnson, Dwayne" jr.,{A}\nBo,{B}', [(1, A), (2, B)]),
        (f"Dwayne 6'5\",{A}\nBo,{B}", [(1, A), (2, B)]),
        (f'"Dwayne,{A}\nBo,{B}', [(1, A), (2, B)]),
        (f'"Dwayne,{A}\nBo,{B}\n"Cy",{C}', [(1, A), (2, B), (3, C)]),
        (f'"Dwayne,{A}\n"Bo",{B}\n"Cy,{C}', [(1, A), (2, B), (3, C)]),
        (f'Dwayne","{A}"\nBo,{B}', [(1, A), (2, B)]),
        (f'name,email\nDwayne,"{A}" \nBo, "{B}"', [(2, A), (3, B)]),
        (f'"{A}\n{B}', [(1, A), (2, B)]),
        (f'"{A}\n{B}"\n{C}', [(1, "several_emails"), (3, C)]),
        (f'Name,E-Mail\nAda,"{A}, {B}"\nCy,{C}', [(2, "several_emails"), (3, C)]),
    ],
)
def test_a_stray_quotation_mark_loses_no_row(text: str, expected: list[tuple[int, str]]) -> None:
    assert found(text) == expected


def test_a_quotation_mark_that_swallows_rows_is_refused_with_its_line() -> None:
    assert "quotation mark in line 2 " in refusal(f'name,email\n"Dwayne,{A}\nBo,{B}\nCy",{C}')
    assert found(f'name,note,email\nDwayne,"mother:\n{B}\nevenings",{A}') == [(2, A)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (f"Name,student_email,parent_email\nAda,{A},{B}", "2 (student_email) and 3 (parent_email)"),
        (f"Name,student_email,parent_email\nAda,{A},\nBo,,{B}", "2 (student_email) and 3 (parent_email)"),
        (f"Name,Schüler E-Mail,Eltern E-Mail\nAda,,{B}", "2 (Schüler E-Mail) and 3 (Eltern E-Mail)"),
        (f"login,email\n{A},{B}", "1 (login) and 2 (email)"),
        (f"login,email\n{A},\n{B},x", "1 (login) and 2 (email)"),
        (f"{A};{B};{C}", "1, 2 and 3"),
        (f"Email;Email\n{A};{B}", "1 (Email) and 2 (Email)"),
    ],
)
def test_where_two_columns_could_be_meant_both_are_named(text: str, named: str) -> None:
    assert f": {named}; name one with the parameter addressColumn." in refusal(text)


def test_the_caller_says_which_column_is_meant() -> None:
    text = f"Name,student_email,parent_email\nAda,{A},{B}\nCy,,{C}"
    assert found(text, 2) == [(2, A), (3, "invalid_email")]
    assert found(text, 3) == [(2, B), (3, C)]
    assert (read(text, 3).table or {})["addressColumn"] == {"number": 3, "name": "parent_email"}
    assert "it has 3" in refusal(text, 4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Name,Email\nAda,\n{A}\nBo,{B}", [(2, "invalid_email"), (3, "invalid_email"), (4, B)]),
        (f"Wer,Wo\nAda,\nBo,{B}", [(2, "invalid_email"), (3, B)]),
        (f"ada@@example.org\n{B}", [(1, "invalid_email"), (2, B)]),
        (f"Name,Email\nIsmail,\nBo,{B}\nTotal: 2", [(2, "invalid_email"), (3, B), (4, "invalid_email")]),
        (f"{A},Ada\n{B},Bo\nCy,{C}", [(1, A), (2, B), (3, "invalid_email")]),
        ("email\nnobody", [(2, "invalid_email")]),
        (f"{A}\n{B}\n{A.upper()}\n<{A}>", [(1, A), (2, B), (3, "duplicate_row"), (4, "duplicate_row")]),
        (f"sep=,\nName;E-Mail\n{A}", [(3, A)]),
        # In a list of one column, only a name of such a column is no person.
        (f"xx\n{A}\n{B}", [(1, "invalid_email"), (2, A), (3, B)]),
        (f"Ada Lovelace\nCy\n{A}", [(1, "invalid_email"), (2, "invalid_email"), (3, A)]),
        (f"Adressen\n{A}\nxx", [(2, A), (3, "invalid_email")]),
        (f"عناوين\n{A}", [(2, A)]),
        (f"E-Mail\n\n{A}", [(3, A)]),
        (f"Teilnehmer\nName;E-Mail\nAda;{A}", [(3, A)]),
    ],
)
def test_no_row_is_dropped(text: str, expected: list[tuple[int, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no cell that is an e-mail address"),
        ("email\n", "no row of a person"),
        ("nobody", "no cell that is an e-mail address"),
        ("a" * 140_000, "no cell that is an e-mail address"),
        ("email\n" + f"{A}\n" * 501, "501 rows, and at most 500 are allowed: line 502 is the first too many"),
    ],
)
def test_what_is_no_table_of_people(text: str, sentence: str) -> None:
    assert sentence in refusal(text)


@pytest.mark.parametrize(
    ("encoding", "charset", "named"),
    [
        ("utf-8", "", "utf-8"),
        ("utf-8-sig", "utf-8", "utf-8"),
        ("utf-16", "utf-8", "utf-16-le"),
        ("utf-16-le", "", "utf-16-le"),
        ("utf-16-be", "utf-8", "utf-16-be"),
        ("utf-16-le", "UTF-16LE", "utf-16-le"),
        ("utf-32", "", "utf-32-le"),
        ("cp1252", "", "windows-1252"),
        ("cp1252", "utf-8", "windows-1252"),
        ("cp1252", "ISO-8859-1", "windows-1252"),
        ("cp1252", "no-such-charset", "windows-1252"),
        ("mac-roman", "macintosh", "mac-roman"),
    ],
)
def test_encodings(encoding: str, charset: str, named: str) -> None:
    text = f"Prénom\tAdresse é-mail\r\nZoë “Z”\t{A}\r\n\tb\r\n"
    roster = from_table(text.encode(encoding), charset)
    assert [(row.line, row.email) for row in roster.rows] == [(2, A), (3, None)]
    assert roster.table is not None
    assert roster.table["encoding"] == named
    assert roster.table["addressColumn"] == {"number": 2, "name": "Adresse é-mail"}


def test_a_byte_order_mark_says_enough_where_few_letters_are_latin() -> None:
    text = f"名前\tメール\n{'名' * 200}\t{A}\n"
    roster = from_table(text.encode("utf-16"), "utf-8")
    assert [(row.line, row.email) for row in roster.rows] == [(2, A)]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK\x03\x04rest of a workbook", "save the workbook as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "save the workbook as CSV"),
        (
            f"email\n{A}".encode("utf-16")[:-1],
            "not readable from line 2 on: its byte order mark says utf-16-le",
        ),
        (b"\xef\xbb\xbfemail\n\xe9@x.org", "not readable from line 2 on: its byte order mark says utf-8"),
        (bytes(range(256)), "no cell that is an e-mail address"),
        (b"\xff\xfe", "no cell that is an e-mail address"),
    ],
)
def test_bytes_that_are_no_table(data: bytes, sentence: str) -> None:
    with pytest.raises(BadRequest, match=sentence):
        from_table(data, "")


@pytest.mark.parametrize(
    "email", [A, "'=x@example.org", "=x@example.org", "+x@example.org", "-x|=y@example.org"]
)
def test_the_own_export_comes_back(email: str) -> None:
    """Also when students call themselves by addresses of others, or by separators and quotation marks."""
    entry = {
        "userId": "u",
        "status": "active",
        "completionPercentage": 0,
        "enrolledAt": "2026-01-02T23:30:00.000Z",
        "lastActivityAt": "2026-02-03T10:00:00.000Z",
    }
    entries = [
        {**entry, "displayName": "other@example.org", "email": email},
        {**entry, "displayName": f'=1";\n"x,\n{A},{C}', "email": B},
        entry,
    ]
    assert [each for _, each in found(roster_csv.roster_csv("course-1", entries))] == [
        email,
        B,
        "invalid_email",
    ]


NAMES = st.text(st.sampled_from('ab"\n\r,;\t|\u200b '), max_size=12)


@settings(deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=8), st.sampled_from(",;\t|"))
def test_what_the_csv_module_writes_is_read_as_it_was(names: list[str], separator: str) -> None:
    table = io.StringIO(newline="")
    writer = csv.writer(table, delimiter=separator)
    writer.writerow(["name", "email"])
    writer.writerows([name, f"p{number}@example.org"] for number, name in enumerate(names))
    expected = [f"p{number}@example.org" for number in range(len(names))]
    assert [email for _, email in found(table.getvalue())] == expected


@settings(deadline=None)
@given(st.text(max_size=200) | st.text(st.sampled_from("a@x.org,;\t|\"\n\r<>' \u200b="), max_size=80))
def test_any_text_becomes_rows_or_one_sentence(text: str) -> None:
    rows, _ = rows_or_sentence(text)
    lines = [row.line or 0 for row in rows]
    assert lines == sorted(set(lines))
    for row in rows:
        assert (row.email is None) == (row.error is not None)
        assert row.email is None or row.email == canonical_email(row.email)


@settings(deadline=None)
@given(st.lists(st.sampled_from(["Ada", '"', '"Ada', 'Ada"', '"A" B', '"A, B"', ""]), min_size=1, max_size=9))
def test_addresses_in_come_out_whatever_the_quotation_marks(names: list[str]) -> None:
    """Each address has a row, or the table is refused with the line; none disappears."""
    emails = [f"p{number}@example.org" for number in range(len(names))]
    text = "name,email\n" + "\n".join(f"{name},{email}" for name, email in zip(names, emails, strict=True))
    rows, sentence = rows_or_sentence(text)
    assert " line " in sentence or [row.line for row in rows] == list(range(2, len(names) + 2))
