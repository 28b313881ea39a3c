"""How test files are dealt out to several processes (`pytest -n 2`, as `make unit` and `make test` do)."""

from typing import Any

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling


class _OneFolderOrFile(LoadScopeScheduling):  # type: ignore[misc]
    """Unit tests go file by file; the other folders stay whole: each synthesizes, or deploys, once."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return file if file.startswith("tests/unit/") else file.rsplit("/", 1)[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """xdist's hook."""
    return _OneFolderOrFile(config, log)
