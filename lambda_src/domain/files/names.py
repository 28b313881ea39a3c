"""Names of files as people have them: with spaces, umlauts and emoji. How they are kept, and offered for a download.

A name never becomes a part of a key as it is: see domain.content_paths.key_name.
"""

import base64
import binascii
import unicodedata
from urllib.parse import quote

from toolkit import texts

# What RFC 8187 (section 3.2.1) lets stand for itself in `filename*`, besides letters and digits.
_ATTRIBUTE_CHARACTERS = "!#$&+-.^_`|~"
# As api/openapi.yaml says.
LONGEST = 200
_PLAIN = frozenset(" !#$&'()+,-.;=@[]^_`{}~")


def cleaned(name: str) -> str | None:
    """A name as it is kept: without folders, control characters and what turns the direction of a text around.

    Some browsers send a path with the name. None if nothing is left that can be seen.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    try:
        kept = texts.clean(texts.harmless(last), texts.LINE)
    except texts.TextError:
        return None
    # The normal form of a few names is longer than the name.
    return kept[:LONGEST] if kept.strip(".") else None


def to_metadata(name: str) -> str:
    """A name as a value of S3's metadata, which takes ASCII, and 2 KB of all values together."""
    return base64.urlsafe_b64encode(name.encode()).decode()


def from_metadata(value: str) -> str | None:
    """A name from S3's metadata, or None if there is none. A form of an earlier release has signed none."""
    try:
        return base64.urlsafe_b64decode(value).decode() or None
    except (binascii.Error, UnicodeDecodeError):
        return None


def disposition(name: str) -> str:
    """The value of a Content-Disposition with which a browser shows a file, and saves it under this name.

    The name comes twice: in ASCII, and whole as RFC 6266 and RFC 8187 say it. No character of it ends a quoted text.
    """
    plain = "".join(
        each if each.isascii() and (each.isalnum() or each in _PLAIN) else "_"
        for each in unicodedata.normalize("NFKD", name)
        if not unicodedata.combining(each)
    )
    if plain == name:
        return f'inline; filename="{name}"'
    return f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe=_ATTRIBUTE_CHARACTERS)}"
