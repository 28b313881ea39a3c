"""The platform of a test: on a free port, in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_platform import emulator
from local_platform.platform import Platform
from tests.ports import free_port


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    """A platform on a free port, stopped afterwards."""
    port = free_port()
    home = tmp_path / "home"
    platform = Platform(home, port, home / "outputs" / "local.json")
    yield platform
    emulator.stop(platform)
