"""Which zips are refused, and with which code. Each zip is made here, the malicious ones byte by byte."""

import io
import random
import stat
import struct
import unicodedata
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from packages import archive, refusals
from packages.archive import Archive
from packages.refusals import Refused
from tests.package_zips import PAGE, RawMember, deflated, raw_zip, zip_of

INDEX = RawMember(b"index.html", PAGE)
NOISE = random.Random(1).randbytes(100_000)


def unpacked(package: bytes) -> dict[str, bytes]:
    """The files of a zip, each by its name."""
    opened = Archive(io.BytesIO(package))
    return {each.name: b"".join(opened.chunks(each)) for each in opened.members}


def refusal(package: bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        unpacked(package)
    return refused.value


def with_name(name: bytes, **fields: Any) -> bytes:
    return raw_zip([INDEX, RawMember(name, b"x", **fields)])


def of_type(kind: int) -> bytes:
    return with_name(b"link", attributes=(kind | 0o777) << 16)


def shared_bytes() -> bytes:
    """Two files of the list that are the same bytes of the zip, as in https://www.bamsoftware.com/hacks/zipbomb/"""
    package = bytearray(raw_zip([RawMember(b"a.txt", NOISE), RawMember(b"b.txt", NOISE)]))
    second = package.index(b"PK\x01\x02", package.index(b"PK\x01\x02") + 4)
    package[second + 42 : second + 46] = struct.pack("<I", 0)
    return bytes(package)


REFUSALS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "text": (refusals.NOT_A_ZIP, lambda: b"<p>This is a page."),
    "empty": (refusals.NOT_A_ZIP, lambda: b""),
    "cut off": (refusals.NOT_A_ZIP, lambda: zip_of({"index.html": NOISE})[:-30]),
    "list outside the file": (
        refusals.NOT_A_ZIP,
        lambda: struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, 60_000, 4_000_000_000, 0),
    ),
    "encrypted": (refusals.ENCRYPTED, lambda: with_name(b"x.txt", flags=0x801)),
    "strongly encrypted": (refusals.ENCRYPTED, lambda: with_name(b"x.txt", flags=0x840)),
    "unusual compression": (
        refusals.COMPRESSION_UNKNOWN,
        lambda: zip_of({"index.html": PAGE}, method=zipfile.ZIP_LZMA),
    ),
    "parent": (refusals.PATH_TRAVERSAL, lambda: with_name(b"../x.html")),
    "parent inside": (refusals.PATH_TRAVERSAL, lambda: with_name(b"a/../../x.html")),
    "parent at the end": (refusals.PATH_TRAVERSAL, lambda: with_name(b"a/..")),
    "parent folder": (refusals.PATH_TRAVERSAL, lambda: with_name(b"../")),
    "absolute": (refusals.PATH_TRAVERSAL, lambda: with_name(b"/etc/passwd")),
    "drive": (refusals.PATH_TRAVERSAL, lambda: with_name(b"C:/x.html")),
    "drive without a slash": (refusals.PATH_TRAVERSAL, lambda: with_name(b"c:x.html")),
    "backslash": (refusals.PATH_TRAVERSAL, lambda: with_name(b"a\\x.html")),
    "parent by backslash": (refusals.PATH_TRAVERSAL, lambda: with_name(b"..\\x.html")),
    "null": (refusals.NAME_NOT_ALLOWED, lambda: with_name(b"x.html\0.png")),
    "line break": (refusals.NAME_NOT_ALLOWED, lambda: with_name(b"a\nb.html")),
    "empty part": (refusals.NAME_NOT_ALLOWED, lambda: with_name(b"a//x.html")),
    "dot": (refusals.NAME_NOT_ALLOWED, lambda: with_name(b"./x.html")),
    "no name": (refusals.NAME_NOT_ALLOWED, lambda: with_name(b"")),
    "long name": (refusals.NAME_NOT_ALLOWED, lambda: with_name(b"x" * 513)),
    "symbolic link": (refusals.SYMBOLIC_LINK, lambda: of_type(stat.S_IFLNK)),
    "named pipe": (refusals.SPECIAL_FILE, lambda: of_type(stat.S_IFIFO)),
    "case": (refusals.NAMES_COLLIDE, lambda: with_name(b"Index.HTML")),
    "same name": (refusals.NAMES_COLLIDE, lambda: with_name(b"index.html")),
    "same short name": (
        refusals.NAMES_COLLIDE,
        lambda: raw_zip([RawMember(b"a", b"1"), RawMember(b"a", b"2")]),
    ),
    "Unicode form": (
        refusals.NAMES_COLLIDE,
        lambda: raw_zip(
            [RawMember(unicodedata.normalize(form, "é.html").encode()) for form in ("NFC", "NFD")]
        ),
    ),
    "too many files": (
        refusals.TOO_MANY_FILES,
        lambda: raw_zip([RawMember(f"{n}.txt".encode(), b"x", method=0) for n in range(5_001)]),
    ),
    "a list too long to read": (
        refusals.TOO_MANY_FILES,
        lambda: struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, 9_000_000, 0, 0).rjust(9_000_022, b"\0"),
    ),
    "too large": (
        refusals.TOO_LARGE,
        lambda: raw_zip(
            [RawMember(b"a.bin", packed=NOISE, listed_size=2**29), RawMember(b"b.bin", listed_size=2**29 + 1)]
        ),
    ),
    "high ratio": (refusals.RATIO_TOO_HIGH, lambda: zip_of({"index.html": PAGE, "bomb.txt": bytes(10**6)})),
    "high ratio of all together": (
        refusals.RATIO_TOO_HIGH,
        lambda: zip_of({"index.html": PAGE, **{f"{n}.txt": bytes(60_000) for n in range(100)}}),
    ),
    "program": (refusals.FILE_TYPE_REFUSED, lambda: with_name(b"setup.EXE")),
    "program with a dot at the end": (refusals.FILE_TYPE_REFUSED, lambda: with_name(b"setup.exe. ")),
    "server's script": (refusals.FILE_TYPE_REFUSED, lambda: with_name(b"a/b.php")),
    "shared bytes": (refusals.DAMAGED, shared_bytes),
    "longer than listed": (
        refusals.DAMAGED,
        lambda: raw_zip([RawMember(b"x.txt", NOISE, listed_size=10, listed_crc=0)]),
    ),
    "longer than listed, with the checksum of the beginning": (
        refusals.DAMAGED,
        lambda: raw_zip([RawMember(b"x.txt", NOISE[:10], packed=deflated(NOISE))]),
    ),
    "shorter than listed": (
        refusals.DAMAGED,
        lambda: raw_zip([RawMember(b"x.txt", NOISE, listed_size=100_001)]),
    ),
    "checksum": (refusals.DAMAGED, lambda: raw_zip([RawMember(b"x.txt", NOISE, listed_crc=1)])),
    "stored, shorter than listed": (
        refusals.DAMAGED,
        lambda: raw_zip([RawMember(b"x.txt", NOISE, method=0, listed_size=100_001)]),
    ),
    "bytes after the end": (
        refusals.DAMAGED,
        lambda: raw_zip([RawMember(b"x.txt", NOISE, packed=deflated(NOISE) + b"more")]),
    ),
    "no end": (
        refusals.DAMAGED,
        lambda: raw_zip([RawMember(b"x.txt", NOISE, packed=deflated(NOISE)[:-5])]),
    ),
    "no deflate": (refusals.DAMAGED, lambda: raw_zip([RawMember(b"x.txt", NOISE, packed=b"\xff" * 600)])),
    "another name before the bytes": (
        refusals.DAMAGED,
        lambda: raw_zip([RawMember(b"x.txt", NOISE, local_name=b"y.txt")]),
    ),
    "another method before the bytes": (
        refusals.DAMAGED,
        lambda: raw_zip([RawMember(b"x.txt", NOISE, local_method=0)]),
    ),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_zip_is_refused_with_a_code_and_a_sentence(kind: str) -> None:
    code, make = REFUSALS[kind]
    refused = refusal(make())
    assert refused.code == code
    assert refused.detail.endswith(".")
    assert len(refused.detail) <= 300
    assert refused.detail.isprintable()


def test_every_code_of_an_archive_is_tried() -> None:
    of_manifests = {
        refusals.MANIFEST_INVALID,
        refusals.NO_ENTRY_PAGE,
        refusals.ENTRY_PAGE_MISSING,
        refusals.NO_ARTICLE,
        refusals.NOT_IN_ARTICLE,
    }
    codes = {value for name, value in vars(refusals).items() if name.isupper() and isinstance(value, str)}
    assert {code for code, _ in REFUSALS.values()} == codes - of_manifests


def test_a_zip_gives_each_file_whole() -> None:
    files = {"index.html": PAGE, "a/noise.bin": NOISE, "a/empty.txt": b"", "übung.html": PAGE}
    assert unpacked(zip_of(files)) == files
    assert unpacked(zip_of(files, method=zipfile.ZIP_STORED)) == files


def test_most_files_and_the_highest_ratio_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    most = {f"{n}.txt": b"x" for n in range(archive.MOST_FILES)}
    assert len(unpacked(zip_of({**most, "folder/": b""}))) == archive.MOST_FILES
    monkeypatch.setattr(archive, "MOST_BYTES", len(NOISE))
    assert unpacked(zip_of({"noise.bin": NOISE})) == {"noise.bin": NOISE}
    assert refusal(zip_of({"noise.bin": NOISE, "one.txt": b"x"})).code == refusals.TOO_LARGE


def test_folders_and_what_systems_add_are_left_out() -> None:
    files = {
        "index.html": PAGE,
        "a/": b"",
        "__MACOSX/._index.html": b"",
        "a/.DS_Store": b"",
        "a/Thumbs.db": b"",
    }
    assert unpacked(zip_of(files)) == {"index.html": PAGE}


def test_a_name_in_utf8_is_read_also_where_the_zip_does_not_say_so() -> None:
    assert set(unpacked(raw_zip([RawMember("übung.html".encode(), PAGE, flags=0)]))) == {"übung.html"}
    assert set(unpacked(raw_zip([RawMember("übung.html".encode("cp437"), PAGE, flags=0)]))) == {"übung.html"}


def test_a_large_file_comes_in_small_pieces() -> None:
    text = bytes(byte % 16 for byte in NOISE) * 40
    opened = Archive(io.BytesIO(zip_of({"text.bin": text})))
    pieces = [len(piece) for piece in opened.chunks(opened.members[0])]
    assert sum(pieces) == len(text)
    assert max(pieces) <= 256 * 1024


def test_media_types_follow_the_extension() -> None:
    names = {
        "a.HTML": "text/html",
        "b.mjs": "text/javascript",
        "c.unknown": "application/octet-stream",
        "html": None,
    }
    opened = Archive(io.BytesIO(zip_of(dict.fromkeys(names, b"x"))))
    found = {each.name: each.media_type for each in opened.members}
    assert found == {name: media_type or "application/octet-stream" for name, media_type in names.items()}
