"""Settings of all tests: their AWS configuration, and how pytest-xdist distributes the files to processes."""

import os
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

from local_platform.isolation import isolate


@pytest.fixture(scope="session", autouse=True)
def isolated_aws_configuration() -> Iterator[None]:
    """Remove the AWS configuration and the proxies of the user who runs the tests. Tests use an AWS emulator.

    With EDUCATION_OUTPUTS the environment may be a real one. Then the integration tests decide (`deployed.py`).
    """
    with mock.patch.dict(os.environ):
        if not os.environ.get("EDUCATION_OUTPUTS"):
            isolate(os.environ)
        yield


class _OneFolderOrFile(LoadScopeScheduling):  # type: ignore[misc]
    """Distributes tests over several processes (`pytest -n`), which `make unit` and `make test` use.

    A process gets one file of unit tests at a time. It gets each other folder as a whole, because the tests of such a
    folder share one synthesis or one deployment.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return file if file.startswith("tests/unit/") else "/".join(file.split("/")[:2])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """The hook with which xdist asks for the scheduler."""
    return _OneFolderOrFile(config, log)
