"""Which modules a source imports is found once, and remembered by the content of the source."""

from pathlib import Path

import pytest

from education.functions.source_imports import KnownImports

FINDER = b"code that finds imports"


class Finder:
    """Finds one name in each source, and notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    def __call__(self, source: bytes) -> frozenset[str]:
        self.asked.append(source)
        return frozenset({source.decode()})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where imports are remembered: in a folder that is not there yet."""
    return tmp_path / "build" / "imports.json"


def test_a_content_is_read_once_also_by_later_processes(file: Path) -> None:
    """Another content is another source."""
    find = Finder()
    for _ in range(2):
        known = KnownImports(file, FINDER)
        assert [known.of(source, find) for source in (b"one", b"two", b"one")] == [{"one"}, {"two"}, {"one"}]
        known.save()
    assert find.asked == [b"one", b"two"]
    assert KnownImports(file, FINDER).of(b"three", find) == {"three"}


def test_what_other_code_has_found_is_forgotten(file: Path) -> None:
    """A change of how imports are found applies to every source."""
    known = KnownImports(file, FINDER)
    known.of(b"one", Finder())
    known.save()
    find = Finder()
    KnownImports(file, b"other code").of(b"one", find)
    assert find.asked == [b"one"]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"finder": 1}', '{"finder": null, "imports": []}', "\ud800"]
)
def test_a_broken_file_is_made_anew(file: Path, content: str) -> None:
    """It is no reason to stop."""
    file.parent.mkdir()
    file.write_bytes(content.encode("utf-8", "surrogatepass"))
    known, find = KnownImports(file, FINDER), Finder()
    assert known.of(b"one", find) == {"one"}
    known.save()
    KnownImports(file, FINDER).of(b"one", find)
    assert find.asked == [b"one"]


def test_nothing_new_writes_nothing(file: Path) -> None:
    """A synth of unchanged sources leaves the file alone."""
    KnownImports(file, FINDER).save()
    assert not file.exists()
