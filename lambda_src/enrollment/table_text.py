"""The text of a table that came as bytes: which encoding it has.

An address is ASCII, and ASCII looks the same in each encoding that spreadsheets write, except UTF-16 and UTF-32. So
the encoding decides how names look, and never who is enrolled. That is why no library guesses it here.
"""

from domain.files import encodings
from domain.files.encodings import WINDOWS as _WINDOWS
from toolkit.errors import BadRequest, FieldError

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

    Raises:
        BadRequest: it is a workbook or a PDF, or it breaks the encoding that its byte order mark says.
    """
    if data.startswith(_NO_TEXT):
        message = "is not a CSV table: save the workbook as CSV and send that file"
        raise BadRequest(f"The body {message}.", errors=(FieldError("body", message),))
    named = _BY_NAME.get("".join(each for each in charset.lower() if each.isalnum()))
    try:
        return encodings.decode(data, named)
    except encodings.EncodingError as error:
        raise BadRequest(f"The body {error}.", errors=(FieldError("body", str(error)),)) from error
