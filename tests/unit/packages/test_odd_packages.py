"""Zips as schools have them, which no specification knows: each plays, or says in one sentence why not."""

import io
import unicodedata
import zipfile
from typing import Any

import pytest

from packages import refusals
from packages.archive import Archive
from packages.kinds import launch_of
from packages.launch import Launch
from packages.refusals import Refused
from tests.package_zips import PAGE, RawMember, h5p, raw_zip, scorm_12, zip_of
from tests.unit.packages.package_world import EARLIER, FOLDER, world_of

MANIFEST = zipfile.ZipFile(io.BytesIO(scorm_12())).read("imsmanifest.xml").decode()
MAC = {
    "__MACOSX/course/._start.html": b"x",
    "__MACOSX/._course": b"x",
    ".DS_Store": b"x",
    "course/.DS_Store": b"x",
}


def read(package: bytes) -> tuple[Launch, list[str]]:
    """What a player starts, and the names of the files."""
    archive = Archive(io.BytesIO(package))
    launch = launch_of(archive)
    assert all(b"".join(archive.chunks(each)) is not None for each in archive.members)
    return launch, sorted(each.name for each in archive.members)


def stored(package: bytes) -> list[str]:
    """The names of the files in the folder of the package, after a whole run."""
    world = world_of(package)
    world.run()
    assert world.state()["state"] == "ready", world.state()
    world.files.pop(EARLIER, None)
    return sorted(key.removeprefix(f"{FOLDER}files/") for key in world.files if "/files/" in key)


def scorm(manifest: bytes | str = "", href: str = "start.html", **files: bytes) -> bytes:
    """A SCORM 1.2 package with this manifest, or with the usual one for another page."""
    made = manifest or MANIFEST.replace('href="start.html"', f'href="{href}"')
    return zip_of({"imsmanifest.xml": made, "start.html": PAGE, **files})


def in_folder(folder: str, package: bytes) -> dict[str, bytes | str]:
    """The files of a package in a folder."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {f"{folder}/{name}": archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("folder", ["course", "My course (1)", "export/course"])
@pytest.mark.parametrize(
    "more", [{}, MAC, {"._course": b"x"}], ids=["alone", "from a Mac", "from a Mac's stick"]
)
def test_a_package_may_be_in_one_folder(folder: str, more: dict[str, bytes]) -> None:
    """Most people make a zip of a folder, and not of what is in it."""
    more = {name.replace("course", folder.partition("/")[0]): content for name, content in more.items()}
    for package, kind, entry in (
        (scorm_12(), "scorm-1.2", "start.html"),
        (h5p(), "h5p", "h5p.json"),
        (zip_of({"index.html": PAGE, "js/a.js": b""}), "html-package", "index.html"),
    ):
        launch, names = read(zip_of({**in_folder(folder, package), **more}))
        assert (launch.kind, launch.entry) == (kind, entry)
        assert names == read(package)[1]


def test_a_folder_beside_other_files_stays() -> None:
    package = zip_of({"course/imsmanifest.xml": MANIFEST, "course/start.html": PAGE, "readme.txt": b"x"})
    with pytest.raises(Refused) as refused:
        read(package)
    assert refused.value.code == refusals.NO_ENTRY_PAGE
    assert read(zip_of({"index.html": PAGE, "js/a.js": b""}))[1] == ["index.html", "js/a.js"]


@pytest.mark.parametrize("name", ["course//etc/passwd", "course/../x.html", "course//x.html"])
def test_a_name_is_not_checked_less_in_the_only_folder(name: str) -> None:
    with pytest.raises(Refused):
        read(raw_zip([RawMember(b"course/index.html", PAGE), RawMember(name.encode(), PAGE)]))


@pytest.mark.parametrize("name", ["IMSMANIFEST.XML", "imsManifest.xml"])
def test_a_manifest_may_have_capital_letters(name: str) -> None:
    launch, _ = read(zip_of({name: MANIFEST, "start.html": PAGE}))
    assert (launch.kind, launch.entry) == ("scorm-1.2", "start.html")


@pytest.mark.parametrize("name", ["INDEX.HTML", "Index.html", "index.htm", "Index.HTM"])
def test_an_index_may_have_capital_letters_or_three(name: str) -> None:
    launch, _ = read(zip_of({name: PAGE}))
    assert (launch.kind, launch.title, launch.entry) == ("html-package", "A page", name)


ENCODINGS = {
    "a mark at the beginning": ("utf-8", b"\xef\xbb\xbf"),
    "UTF-16": ("utf-16", b""),
    "UTF-16, little end": ("utf-16-le", b"\xff\xfe"),
    "UTF-16, big end": ("utf-16-be", b"\xfe\xff"),
    "Latin-1": ("iso-8859-1", b""),
    "Windows": ("windows-1252", b""),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_manifest_is_read_in_every_encoding_that_it_names(name: str) -> None:
    encoding, mark = ENCODINGS[name]
    said = "utf-16" if encoding.startswith("utf-16") else encoding
    text = MANIFEST.replace('<?xml version="1.0"?>', f'<?xml version="1.0" encoding="{said}"?>')
    text = text.replace("Fire safety", "Übergröße")
    assert read(scorm(mark + text.encode(encoding)))[0].title == "Übergröße"


def test_an_encoding_that_is_not_the_one_that_it_names_is_refused() -> None:
    text = MANIFEST.replace('"1.0"?>', '"1.0" encoding="utf-8"?>').replace("Fire", "Ü")
    with pytest.raises(Refused) as refused:
        read(scorm(text.encode("windows-1252")))
    assert refused.value.code == refusals.MANIFEST_INVALID


def test_a_description_of_h5p_is_in_the_encoding_that_browsers_read() -> None:
    text = '{"title": "T", "mainLibrary": "H5P.TrueFalse"}'
    assert read(h5p(files={"h5p.json": b"\xef\xbb\xbf" + text.encode()}))[0].title == "T"
    with pytest.raises(Refused) as refused:
        read(h5p(files={"h5p.json": text.encode("utf-16")}))
    assert refused.value.code == refusals.MANIFEST_INVALID


@pytest.mark.parametrize("encoding", ["utf-8", "cp437", "cp850", "cp1252"])
@pytest.mark.parametrize("name", ["Übung 1/größe.html", "Café/résumé.html", "Straße.html", "ünïcödé.html"])
def test_a_name_is_read_where_the_zip_does_not_name_its_encoding(encoding: str, name: str) -> None:
    encoded = name.encode(encoding)
    package = raw_zip([RawMember(b"index.html", PAGE), RawMember(encoded, PAGE, flags=0)])
    assert read(package)[1] == sorted(["index.html", name])


def test_links_reach_what_a_mac_has_decomposed() -> None:
    """Both forms are there, because a page may have been written on either system."""
    composed, decomposed = (unicodedata.normalize(form, "Übung.html") for form in ("NFC", "NFD"))
    package = scorm(href=composed, **{decomposed: PAGE})
    assert read(package)[0].entry == composed
    assert set(stored(package)) == {"imsmanifest.xml", "start.html", composed, decomposed}
    assert set(stored(scorm(href=composed, **{composed: PAGE}))) == {
        "imsmanifest.xml",
        "start.html",
        composed,
    }


@pytest.mark.parametrize(
    ("href", "name", "address"),
    [
        ("my page.html", "my page.html", "my page.html"),
        ("my%20page.html", "my page.html", "my%20page.html"),
        ("Übung/a.html", "Übung/a.html", "Übung/a.html"),
        ("a+b.html", "a+b.html", "a+b.html"),
        ("a%23b.html", "a#b.html", "a%23b.html"),
        ("a%3Fb.html", "a?b.html", "a%3Fb.html"),
        ("100%.html", "100%.html", "100%25.html"),
        ("100%25.html", "100%.html", "100%25.html"),
    ],
)
def test_a_page_may_have_any_name(href: str, name: str, address: str) -> None:
    launch, _ = read(scorm(href=href, **{name: PAGE}))
    assert (launch.parts[0].href, launch.entry) == (address, name)


def test_empty_files_and_folders_that_are_listed_twice_break_nothing() -> None:
    package = raw_zip(
        [
            RawMember(b"index.html", PAGE),
            RawMember(b"js/", method=0),
            RawMember(b"js/", method=0),
            RawMember(b"js/stored.js", method=0),
            RawMember(b"js/deflated.js"),
            RawMember(b"js/without-an-end.js", packed=b""),
        ]
    )
    assert len(read(package)[1]) == 4


def test_a_zip_of_64_bits_and_one_that_was_written_as_a_stream_are_read() -> None:
    class Stream(io.RawIOBase):
        """What cannot seek: the sizes of a file come after its bytes."""

        def __init__(self) -> None:
            self.written = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, piece: Any) -> int:
            self.written += piece
            return len(piece)

    for target in (io.BytesIO(), Stream()):
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in ("index.html", "a.js"):
                with archive.open(name, "w", force_zip64=True) as file:
                    file.write(PAGE)
        written = target.getvalue() if isinstance(target, io.BytesIO) else bytes(target.written)
        assert read(written)[1] == ["a.js", "index.html"]
        assert read(b"MZ a program that unpacks itself" + written + b"\0" * 20)[0].entry == "index.html"


@pytest.mark.parametrize(
    "method", [9, 12, 14, 93, 95, 98], ids=["deflate64", "bzip2", "lzma", "zstd", "xz", "ppmd"]
)
def test_another_compression_is_refused(method: int) -> None:
    with pytest.raises(Refused) as refused:
        read(raw_zip([RawMember(b"index.html", PAGE, method=method)]))
    assert refused.value.code == refusals.COMPRESSION_UNKNOWN
    assert refused.value.detail.count(". ") <= 1
