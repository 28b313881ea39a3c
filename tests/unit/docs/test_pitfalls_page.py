"""docs/pitfalls.md names a test for every mistake, and each test that it names exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "pitfalls.md"
ENTRIES = re.findall(r"^### (\d+)\. (.*?)(?=^##|\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL)
KNOWN_MISTAKES = 139


@cache
def names_in(file: Path) -> frozenset[str]:
    """The names of the tests in a file, found without importing it."""
    module = ast.parse(file.read_text())
    return frozenset(
        node.name
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def test_every_mistake_has_an_entry() -> None:
    assert [int(number) for number, _ in ENTRIES] == list(range(1, KNOWN_MISTAKES + 1))


def test_the_index_names_each_mistake_once() -> None:
    table = PAGE.read_text().partition("## By subject\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| [^|]+ \| ([\d, ]+) \|$", table, re.MULTILINE)
    numbers = sorted(int(number) for row in rows for number in row.split(", "))
    assert numbers == list(range(1, KNOWN_MISTAKES + 1)), "put the new entry into the index by subject"


@pytest.mark.parametrize(("number", "entry"), ENTRIES)
def test_an_entry_names_tests_that_exist(number: str, entry: str) -> None:
    *said, listed = entry.partition("- Tests:\n")
    assert "- Mistake: " in said[0], f"entry {number} does not say what the mistake was"
    assert "- Here: " in said[0], f"entry {number} does not say what prevents it here"
    named = re.findall(r"^  - `(tests/[\w/]+\.py)::(\w+)`$", listed, re.MULTILINE)
    assert named, f"entry {number} names no test: it is open work"
    assert len(named) == len(listed.split("\n  - ")), f"entry {number} lists something that is no test"
    for file, test in named:
        assert (ROOT / file).is_file(), f"entry {number}: there is no {file}"
        assert test in names_in(ROOT / file), f"entry {number}: {file} has no {test}"
