"""The pictures of the pages: each that is named is there, each that is there is named, and all can be made again."""

import ast
import re
from pathlib import Path

import pytest

from tests.unit.docs.test_pages import PAGES
from tools.support.paths import ROOT

FOLDER = ROOT / "docs" / "pictures"
LARGEST_KB, ALL_KB = 120, 900
SHOWN = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
NAMED = {
    (page.parent / target).resolve(): words
    for page in PAGES
    for words, target in SHOWN.findall(page.read_text())
    if not target.startswith("https://")
}
FILES = {file.resolve() for file in FOLDER.iterdir()}


def test_each_picture_that_a_page_shows_is_there_and_each_that_is_there_is_shown() -> None:
    assert {file.name for file in NAMED} == {file.name for file in FILES}
    assert set(NAMED) == FILES


def test_each_picture_is_described_for_those_who_cannot_see_it() -> None:
    assert [file.name for file, words in NAMED.items() if len(words.split()) < 3] == []


def test_make_screenshots_takes_each_picture() -> None:
    """The names are read from the source, since the pictures need a platform that runs."""
    source = (ROOT / "local_platform" / "browser" / "pictures.py").read_text()
    taken = {
        f"{call.args[0].value!s}.webp"
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "Picture"
        and isinstance(call.args[0], ast.Constant)
    }
    assert taken == {file.name for file in FILES}


@pytest.mark.parametrize("file", sorted(FILES), ids=lambda file: file.name)
def test_a_picture_is_small(file: Path) -> None:
    assert file.stat().st_size <= LARGEST_KB * 1000


def test_all_pictures_together_are_small() -> None:
    assert sum(file.stat().st_size for file in FILES) <= ALL_KB * 1000
