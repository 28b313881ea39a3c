"""Which names the files of a package may have.

A name becomes the end of an S3 key and of a URL. A name that leads out of the package's folder, or that two systems
read as different files, is refused.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import takewhile

from packages.refusals import NAME_NOT_ALLOWED, NAMES_COLLIDE, PATH_TRAVERSAL, Refused, quoted

# An S3 key has at most 1,024 bytes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
# The folder of a package takes up to 200 of these, and a URL writes most characters outside ASCII three times as long.
MOST_NAME_BYTES = 512

_DRIVE = re.compile("[A-Za-z]:")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# What macOS and Windows put into zips beside the files of the package. It is left out.
_LEFT_OUT_FOLDERS = ("__MACOSX/",)
_LEFT_OUT_FILES = {".ds_store", "thumbs.db", "desktop.ini"}
# macOS writes such a file beside each file on a disk of another system.
_LEFT_OUT_BEGINNING = "._"


def decoded(name: bytes) -> str:
    """A name of which the zip does not say that it is UTF-8. Many programs write UTF-8 without saying so.

    Else the format says code page 437, whose letters with accents are before 0xC0, but for the sharp s. Where a name
    has only bytes from 0xC0 on, and others than that one, it is in the code page of Windows in Western Europe.
    """
    try:
        return name.decode()
    except UnicodeDecodeError:
        accents = {byte for byte in name if byte >= 0x80}
        is_windows = min(accents) >= 0xC0 and accents != {0xE1}
        return name.decode("latin-1" if is_windows else "cp437")


def forms(name: str) -> tuple[str, ...]:
    """The names under which a file is stored: its own, and the composed one that links have where it is another.

    Zips of macOS have decomposed names (u and two dots), while keyboards and editors write composed ones (ü).
    """
    composed = unicodedata.normalize("NFC", name)
    return (name,) if composed == name else (name, composed)


def common_folder(names: Iterable[str]) -> str:
    """The folder in which all files are, with its slash; empty if there is none."""
    levels = zip(*(each.split("/")[:-1] for each in names), strict=False)
    return "".join(f"{level[0]}/" for level in takewhile(lambda level: len(set(level)) == 1, levels))


def is_left_out(name: str) -> bool:
    """Whether a file belongs to the system on which the zip was made, and not to the package."""
    last = name.rpartition("/")[2].lower()
    is_system_file = last in _LEFT_OUT_FILES or last.startswith(_LEFT_OUT_BEGINNING)
    return is_system_file or name.startswith(_LEFT_OUT_FOLDERS)


def check(name: str) -> None:
    """Check the name of a file or folder of a package.

    Raises:
        Refused: it leads out of the folder, or it is no name that a URL can have.
    """
    if "\\" in name:
        raise Refused(PATH_TRAVERSAL, f"The name {quoted(name)} has a backslash; use / between folders.")
    if name.startswith("/") or _DRIVE.match(name):
        raise Refused(PATH_TRAVERSAL, f"The name {quoted(name)} is an absolute path.")
    parts = name.removesuffix("/").split("/")
    if ".." in parts:
        raise Refused(PATH_TRAVERSAL, f"The name {quoted(name)} leads out of the package.")
    if _CONTROL.search(name):
        raise Refused(NAME_NOT_ALLOWED, f"The name {quoted(name)} has a control character.")
    if "." in parts or "" in parts:
        raise Refused(NAME_NOT_ALLOWED, f"The name {quoted(name)} has an empty part or the part “.”.")
    if len(name.encode()) > MOST_NAME_BYTES:
        raise Refused(NAME_NOT_ALLOWED, f"The name {quoted(name)} is longer than {MOST_NAME_BYTES} bytes.")


def check_distinct(names: Iterable[str]) -> None:
    """Check that no two names are equal, also when case and Unicode form do not count.

    Raises:
        Refused: two are.
    """
    seen: dict[str, str] = {}
    for name in names:
        key = folded(name)
        if key in seen:
            raise Refused(
                NAMES_COLLIDE,
                f"The names {quoted(seen[key])} and {quoted(name)} differ in case or Unicode form only, or not at all.",
            )
        seen[key] = name


def folded(name: str) -> str:
    """A name without its case and Unicode form: https://www.unicode.org/versions/latest/core-spec/chapter-3/#G53513
    (canonical caseless matching)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())
