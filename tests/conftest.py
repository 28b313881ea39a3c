"""Which tests `pytest -n 2 --dist loadgroup` keeps in one worker: those that share costly fixtures."""

from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The infrastructure tests share the synthesized stacks, the pipeline's an account, a unit test file its own.

    The integration tests, which share a platform, are marked in their own folder.
    """
    for item in items:
        kind, *rest = item.path.relative_to(TESTS).parts
        if kind != "integration":
            item.add_marker(pytest.mark.xdist_group(rest[-1] if kind == "unit" else kind))
