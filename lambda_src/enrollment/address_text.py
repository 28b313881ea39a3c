"""E-mail addresses as people and programs write them into lists: what counts as one, and what is left away around it.

Only what cannot be part of an address is taken away. Nothing is corrected: `ada@example,org` is not an address.
"""

import re

from enrollment.invisible import is_format, is_invisible
from toolkit.caller import canonical_email

# Lengths as in RFC 5321, section 4.5.3.1. The characters are those that the user pool accepts for a
# sign-in and that real addresses have; quoted local parts and hosts without a domain are not accepted.
_LONGEST = 254
_LONGEST_LOCAL_PART = 64
_ADDRESS = (
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
)
_EMAIL = re.compile(_ADDRESS)
# Longer cells are not searched: what is around an address is a person's name at most.
_LONGEST_CELL = 1000
_IN_BRACKETS = re.compile(r"([^<>]*)<([^<>]*)>")
_SEVERAL = re.compile(r"[^\s@]@[^@]*[\s,;/|<>()][^@]*@[^\s@]")
_EDGES = ".,;:"
_PAIRS = ("''", "()", "[]")
_QUOTES = '"\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb'
_SCHEME = "mailto:"
# Where a spreadsheet may begin a cell in the middle of an address and take it for a formula. In an export, an
# apostrophe comes before it, and before apostrophes that are there already: so `'=a@b.org` stays another address
# than `=a@b.org`.
_FORMULA = re.compile(r"(^|[;,|])(?='*[=+@-])")
_ESCAPED_FORMULA = re.compile(r"(^|[;,|])'(?='*[=+@-])")


def is_email(text: str) -> bool:
    """Whether a text in canonical form is an e-mail address that a person can sign in with."""
    if len(text) > _LONGEST or text.find("@") > _LONGEST_LOCAL_PART:
        return False
    return _EMAIL.fullmatch(text) is not None


def address_in(text: str) -> str | None:
    """The one address that a text consists of, in canonical form; None if it is something else or more than that.

    Around the address there may be characters that nobody sees, quotation marks, `mailto:`, full stops and commas
    behind it, and a person's name before an address in angle brackets.
    """
    if "@" not in text or len(text) > _LONGEST_CELL:
        return None
    if not text.isascii():
        text = "".join(each for each in text if not is_format(each))
    text = stripped(text)
    named = _IN_BRACKETS.fullmatch(text.rstrip(_EDGES))
    if named is None:
        return _plain(text)
    # Some mail programs write the address as the name, too. Another address there is one too many.
    name, address = _plain(named[1]), _plain(named[2])
    return address if "@" not in named[1] or name == address else None


def has_several(text: str) -> bool:
    """Whether a text that is not one address seems to have more than one."""
    return len(text) <= _LONGEST_CELL and _SEVERAL.search(text) is not None


def stripped(text: str) -> str:
    """The text without the characters at both ends that nobody sees."""
    start, end = 0, len(text)
    while start < end and is_invisible(text[start]):
        start += 1
    while end > start and is_invisible(text[end - 1]):
        end -= 1
    return text[start:end]


def escaped(email: str) -> str:
    """An address as the cell of an exported table, which no spreadsheet runs as a formula."""
    return _FORMULA.sub(r"\1'", email)


def unescaped(cell: str) -> str:
    """The text that became this cell of an exported table. Other tables rarely have such cells."""
    return _ESCAPED_FORMULA.sub(r"\1", cell)


def _plain(text: str) -> str | None:
    # `="…"` is how some programs keep a spreadsheet from reading a text as a number.
    text = stripped(stripped(text).removeprefix('="').strip(_QUOTES))
    while text[:1] + text[-1:] in _PAIRS and len(text) > 1:
        text = stripped(text[1:-1])
    if text[: len(_SCHEME)].lower() == _SCHEME:
        text = text[len(_SCHEME) :].partition("?")[0]
    email = canonical_email(stripped(text).rstrip(_EDGES))
    return email if is_email(email) else None
