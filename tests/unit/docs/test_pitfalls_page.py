"""docs/pitfalls.md names a test for every mistake, and each test that it names exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "pitfalls.md"
ROWS = re.findall(r"^\| (\d+) \|(.*)\|$", PAGE.read_text(), re.MULTILINE)
KNOWN_MISTAKES = 28


@cache
def names_in(file: Path) -> frozenset[str]:
    """The names of the tests in a file, found without importing it."""
    module = ast.parse(file.read_text())
    return frozenset(
        node.name
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def test_every_mistake_has_a_row() -> None:
    assert [int(number) for number, _ in ROWS] == list(range(1, KNOWN_MISTAKES + 1))


@pytest.mark.parametrize(("number", "row"), ROWS)
def test_a_row_names_tests_that_exist(number: str, row: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row.rpartition("|")[2])
    assert named, f"row {number} names no test: it is open work"
    for file, test in named:
        assert (ROOT / file).is_file(), f"row {number}: there is no {file}"
        assert test in names_in(ROOT / file), f"row {number}: {file} has no {test}"
