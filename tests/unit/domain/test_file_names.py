"""Names of files: what is kept of them, and how a download gets them back."""

from urllib.parse import unquote

import pytest

from domain.files import names as file_names

LONG = "Größe – 日本語 🎬" * 15


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Übung 1 (final).pdf", "Übung 1 (final).pdf"),
        ("U\u0308bung.pdf", "Übung.pdf"),
        ("👩‍🏫 Einführung.mp4", "👩‍🏫 Einführung.mp4"),
        (LONG[:200], LONG[:200]),
        ("C:\\fakepath\\film.mp4", "film.mp4"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\r\nSet-Cookie: x.pdf", "abSet-Cookie: x.pdf".replace("ab", "ab ")),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ('say "hi"; filename=evil.exe', 'say "hi"; filename=evil.exe'),
        ("  spaces.pdf ", "spaces.pdf"),
        (".htaccess", ".htaccess"),
        ("..", None),
        ("folder/", None),
        ("\u200b", None),
    ],
)
def test_what_is_kept_of_a_name(given: str, kept: str | None) -> None:
    assert file_names.cleaned(given) == kept


@pytest.mark.parametrize(
    "name", ["plain.pdf", LONG[:200], 'a"b\\c;d.pdf', "100 % é.pdf", "🎬" * 200, "a'b*c.pdf"]
)
def test_a_download_gets_the_whole_name_and_no_name_ends_the_header(name: str) -> None:
    header = file_names.disposition(name)
    assert header.isascii()
    assert header.isprintable()
    plain = header.removeprefix('inline; filename="')
    fallback, _, rest = plain.partition('"')
    assert "\\" not in fallback
    if rest:
        assert rest.startswith("; filename*=UTF-8''")
        assert unquote(rest.removeprefix("; filename*=UTF-8''")) == name
    else:
        assert fallback == name
    assert file_names.from_metadata(file_names.to_metadata(name)) == name
    assert len(file_names.to_metadata(name)) < 1500, "S3 takes 2 KB of metadata"


@pytest.mark.parametrize("value", ["", "%%%", "_w=="])
def test_metadata_without_a_name_has_none(value: str) -> None:
    assert file_names.from_metadata(value) is None
