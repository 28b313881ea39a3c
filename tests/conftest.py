"""What holds for all tests: whose AWS configuration they see, and how files are dealt out to several processes."""

import os
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

from local_platform.surroundings import keep_to_this_machine


@pytest.fixture(scope="session", autouse=True)
def nothing_of_the_callers() -> Iterator[None]:
    """Takes the caller's AWS configuration and proxies away: tests use an AWS emulator, whoever runs them.

    With EDUCATION_OUTPUTS it may be a real one, which is for the integration tests to find out (`deployed.py`).
    """
    with mock.patch.dict(os.environ):
        if not os.environ.get("EDUCATION_OUTPUTS"):
            keep_to_this_machine(os.environ)
        yield


class _OneFolderOrFile(LoadScopeScheduling):  # type: ignore[misc]
    """How `pytest -n 2` deals out files, as `make unit` and `make test` do.

    Unit tests go file by file; the other folders stay whole: each synthesizes, or deploys, once.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return file if file.startswith("tests/unit/") else "/".join(file.split("/")[:2])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """xdist's hook."""
    return _OneFolderOrFile(config, log)
