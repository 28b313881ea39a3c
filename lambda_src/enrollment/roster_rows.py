"""The rows of a bulk enrolment, from JSON or CSV: e-mail addresses, each with what is wrong with it.

A malformed address does not make the request fail. A body that cannot be read as rows does.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from toolkit.caller import canonical_email
from toolkit.errors import BadRequest, FieldError

MOST_ROWS = 500

INVALID_EMAIL = "invalid_email"
DUPLICATE_ROW = "duplicate_row"

# Lengths as in RFC 5321, section 4.5.3.1. The characters are those that the user pool accepts for a
# sign-in and that real addresses have; quoted local parts and hosts without a domain are not accepted.
_LONGEST = 254
_SHOWN = 320
_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
)
_LONGEST_LOCAL_PART = 64
# Case and the characters between words do not count: `E-Mail`, `Email address`, `user_email`.
_EMAIL_COLUMNS = frozenset({"email", "emailaddress", "mail", "useremail"})
_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class Row:
    """One row: what was sent, and the address in canonical form or else what is wrong."""

    sent: str
    email: str | None
    error: str | None = None


def from_emails(emails: Sequence[str]) -> list[Row]:
    """The rows of a list of addresses. Of equal addresses, the first counts and the others are duplicates."""
    rows: list[Row] = []
    seen: set[str] = set()
    for sent in emails:
        email = canonical_email(sent)
        shown = sent.strip()[:_SHOWN]
        if not is_email(email):
            rows.append(Row(shown, None, INVALID_EMAIL))
        elif email in seen:
            rows.append(Row(shown, None, DUPLICATE_ROW))
        else:
            rows.append(Row(shown, email))
            seen.add(email)
    return rows


def from_csv(text: str) -> list[Row]:
    """The rows of a table with a column `email`, or, without a header, whose first column is the address.

    Accepts commas, semicolons and tabs, which spreadsheets of different countries write. Empty lines do not count.

    Raises:
        BadRequest: it is no such table, or has no row, or more than MOST_ROWS.
    """
    text = text.removeprefix(_BYTE_ORDER_MARK)
    first = next((line for line in io.StringIO(text, newline="") if line.strip()), "")
    delimiter = next((each for each in ",;\t" if each in first), ",")
    try:
        table = [
            [cell.strip() for cell in cells]
            for cells in csv.reader(
                io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True
            )
        ]
    except csv.Error as error:
        raise _refusal("is not a readable CSV table") from error
    table = [cells for cells in table if any(cells)]
    column = _email_column(table[0]) if table else None
    if column is None:
        column = 0
    else:
        del table[0]
    if not 0 < len(table) <= MOST_ROWS:
        raise _refusal(f"must have between 1 and {MOST_ROWS} rows")
    return from_emails([cells[column] if column < len(cells) else "" for cells in table])


def is_email(text: str) -> bool:
    """Whether a text in canonical form is an e-mail address that a person can sign in with."""
    if len(text) > _LONGEST or text.find("@") > _LONGEST_LOCAL_PART:
        return False
    return _EMAIL.fullmatch(text) is not None


def _email_column(header: Iterable[str]) -> int | None:
    names = (re.sub(r"[\W_]", "", cell.lower()) for cell in header)
    return next((number for number, name in enumerate(names) if name in _EMAIL_COLUMNS), None)


def _refusal(message: str) -> BadRequest:
    return BadRequest(f"The body {message}.", errors=(FieldError("body", message),))
