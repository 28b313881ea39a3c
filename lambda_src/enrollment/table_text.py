"""The text of a table that came as bytes: which encoding it has.

An address is ASCII, and ASCII looks the same in each encoding that spreadsheets write, except UTF-16 and UTF-32. So
the encoding decides how names look, and never who is enrolled. That is why no library guesses it here.
"""

import codecs

from toolkit.errors import BadRequest, FieldError

# A byte order mark says it, whatever else is said. UTF-32 comes first: its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WINDOWS = "windows-1252"
# The names that a Content-Type may have, without hyphens and the like. As in browsers, Latin 1 and ASCII mean
# Windows-1252, which has the same letters and more: https://encoding.spec.whatwg.org/#names-and-labels
_BY_NAME = {
    "utf8": "utf-8",
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
    **dict.fromkeys(("usascii", "ascii", "iso88591", "latin1", "windows1252", "cp1252"), _WINDOWS),
    **{f"windows{number}": f"windows-{number}" for number in (1250, 1251, *range(1253, 1259))},
    **{f"cp{number}": f"windows-{number}" for number in (1250, 1251, *range(1253, 1259))},
    **{f"iso8859{part}": f"iso-8859-{part}" for part in (*range(2, 11), *range(13, 17))},
    "macintosh": "mac-roman",
    "koi8r": "koi8-r",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5",
    "shiftjis": "shift_jis",
    "eucjp": "euc_jp",
    "euckr": "euc_kr",
}
# What is no text: workbooks of Excel and LibreOffice (zip and the older form), and PDF.
_NO_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF")


def decode(data: bytes, charset: str) -> tuple[str, str]:
    """The text, and the name of its encoding.

    In this order: a byte order mark; the charset of the Content-Type, if it is known and fits; UTF-16 without a mark,
    which has a NUL byte in each ASCII character; UTF-8; Windows-1252, which fits everything.

    Raises:
        BadRequest: it is a workbook or a PDF, or it breaks the encoding that its byte order mark says.
    """
    if data.startswith(_NO_TEXT):
        message = "is not a CSV table: save the workbook as CSV and send that file"
        raise BadRequest(f"The body {message}.", errors=(FieldError("body", message),))
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], encoding), encoding
    named = _BY_NAME.get("".join(each for each in charset.lower() if each.isalnum()))
    for encoding in filter(None, (named, _utf_16(data), "utf-8")):
        text = _decoded(data, encoding)
        if text is not None:
            return text, encoding
    return data.decode(_WINDOWS, errors="replace"), _WINDOWS


def _marked(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, errors="ignore").count("\n") + 1
        message = f"is not readable from line {line} on: its byte order mark says {encoding}"
        raise BadRequest(f"The body {message}.", errors=(FieldError("body", message),)) from error


def _utf_16(data: bytes) -> str | None:
    """UTF-16 if a quarter of all pairs or more have a NUL byte, always on the same side."""
    even, odd = data[::2].count(0), data[1::2].count(0)
    if min(even, odd) > 0 or max(even, odd) * 8 < len(data):
        return None
    return "utf-16-le" if odd else "utf-16-be"


def _decoded(data: bytes, encoding: str) -> str | None:
    """The text; None if the bytes do not fit, or if a NUL shows that another encoding is meant."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text and encoding != "utf-8" else text
