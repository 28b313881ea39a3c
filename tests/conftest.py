"""Which tests `pytest -n 2 --dist loadgroup` keeps in one worker: those that share costly fixtures."""

from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent


def pytest_itemcollected(item: pytest.Item) -> None:
    """Stacks, platform and account are made once for their folder; a unit test file has its own fixtures.

    Here and not in `pytest_collection_modifyitems`, because xdist reads the groups before that reaches this file.
    """
    kind, *rest = item.path.relative_to(TESTS).parts
    item.add_marker(pytest.mark.xdist_group(rest[-1] if kind == "unit" else kind))
