"""Packages are installed by uv where it is there, from where pip's settings say, and by pip where uv fails."""

import sys
from pathlib import Path

import pytest

from education.functions.dependencies import install_dependencies
from education.installers import installations, uv_variables

PINS = Path("requirements.txt")


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """An interpreter with uv beside it."""
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    (tmp_path / "bin" / "uv").touch()
    return python


def test_uv_comes_first_and_pip_where_it_is_missing(python: Path) -> None:
    assert [way.program for way in installations(python, PINS, {})] == ["uv", "pip"]
    (python.parent / "uv").unlink()
    assert [way.program for way in installations(python, PINS, {})] == ["pip"]


def test_every_way_demands_the_hashes_and_nothing_else(python: Path, tmp_path: Path) -> None:
    for way in installations(python, PINS, {}, tmp_path / "target"):
        command = [str(part) for part in way.command]
        assert {"--require-hashes", "--no-deps", "--only-binary"} <= {*command}
        assert command[command.index("--target") + 1] == str(tmp_path / "target")


def test_folders_alone_are_left_to_pip(python: Path) -> None:
    ways = installations(python, PINS, {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/wheels"})
    assert [way.program for way in ways] == ["pip"]


def test_what_is_said_to_pip_is_said_to_uv(tmp_path: Path) -> None:
    given = {
        "HOME": str(tmp_path),
        "PIP_INDEX_URL": "https://near.example/simple",
        "PIP_EXTRA_INDEX_URL": "https://a.example/simple https://b.example/simple",
        "PIP_CERT": "/ca.pem",
        "PIP_PROXY": "http://proxy.example:3128",
        "UV_HTTP_TIMEOUT": "90",
    }
    variables = uv_variables(given)
    assert variables["UV_DEFAULT_INDEX"] == "https://near.example/simple"
    assert variables["UV_INDEX"] == "https://a.example/simple https://b.example/simple"
    assert variables["SSL_CERT_FILE"] == "/ca.pem"
    assert variables["HTTPS_PROXY"] == variables["HTTP_PROXY"] == "http://proxy.example:3128"
    assert variables["UV_HTTP_TIMEOUT"] == "90"
    assert not [name for name in variables if name.startswith("PIP_")]
    named = uv_variables({**given, "UV_DEFAULT_INDEX": "https://named.example/simple"})
    assert named["UV_DEFAULT_INDEX"] == "https://named.example/simple"


@pytest.mark.parametrize("name", ["UV_TARGET", "UV_PREFIX", "UV_PYTHON", "UV_DRY_RUN", "UV_CONSTRAINT"])
def test_uv_is_not_sent_elsewhere(tmp_path: Path, name: str) -> None:
    assert name not in uv_variables({"HOME": str(tmp_path), name: "1"})


def test_a_home_that_holds_no_cache_is_not_used() -> None:
    assert uv_variables({"HOME": "/proc"})["UV_NO_CACHE"] == "1"


def test_pip_installs_where_uv_fails(tmp_path: Path, python: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is empty, so pip is content. uv here is a program that fails."""
    uv = python.parent / "uv"
    uv.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\nexit 2\n")
    uv.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    pins = tmp_path / "requirements.txt"
    pins.touch()
    assert install_dependencies(pins, tmp_path).is_dir()
    assert (tmp_path / "asked").exists()
