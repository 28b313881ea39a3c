"""The encoding of a text that came as bytes, as programs for tables and captions write it.

In this order: a byte order mark; an encoding that the sender names; UTF-16 without a mark, which has a NUL byte in each
ASCII character; UTF-8; Windows-1252, which fits everything.
"""

import codecs

# A byte order mark says it, whatever else is said. UTF-32 comes first: its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WINDOWS = "windows-1252"


class EncodingError(ValueError):
    """A text breaks the encoding that its byte order mark says. `line` is the first line that is not readable."""

    def __init__(self, line: int, encoding: str) -> None:
        super().__init__(f"is not readable from line {line} on: its byte order mark says {encoding}")


def decode(data: bytes, named: str | None = None) -> tuple[str, str]:
    """The text without its mark, and the name of its encoding. `named` is a codec that the sender names.

    Raises:
        EncodingError: it breaks the encoding that its byte order mark says.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], encoding), encoding
    for each in filter(None, (named, _utf_16(data), "utf-8")):
        text = _decoded(data, each)
        if text is not None:
            return text, each
    return data.decode(WINDOWS, errors="replace"), WINDOWS


def _marked(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, errors="ignore").count("\n") + 1
        raise EncodingError(line, encoding) from error


def _utf_16(data: bytes) -> str | None:
    """UTF-16 if a quarter of all pairs or more have a NUL byte, nearly always on the same side.

    On the other side it has one in a few letters, such as the Chinese one and the blank between Japanese words.
    """
    even, odd = data[::2].count(0), data[1::2].count(0)
    if min(even, odd) * 4 > max(even, odd) or max(even, odd) * 8 < len(data):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _decoded(data: bytes, encoding: str) -> str | None:
    """The text; None if the bytes do not fit, or if a NUL shows that another encoding is meant."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text and encoding != "utf-8" else text
