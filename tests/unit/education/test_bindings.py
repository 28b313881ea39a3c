"""The light import of the AWS bindings: when it is used, and what happens when it cannot be.

That the output is the same byte for byte is shown in `tests/infrastructure/test_light_bindings.py`.
"""

import importlib.util
import os
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

from education import bindings


@pytest.fixture(autouse=True)
def not_imported_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has not met the bindings; the real modules come back afterwards."""
    monkeypatch.delitem(sys.modules, bindings.PACKAGE, raising=False)
    monkeypatch.delenv("EDUCATION_STOCK_BINDINGS", raising=False)
    monkeypatch.setenv("NODE_OPTIONS", "--no-warnings")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of another shape in place of the real one: no module has been put into it yet."""
    spec = ModuleSpec(bindings.PACKAGE, loader=None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    return tmp_path


def test_a_stand_in_with_the_real_search_path_is_installed(capsys: pytest.CaptureFixture[str]) -> None:
    assert bindings.install()
    stand_in = sys.modules[bindings.PACKAGE]
    assert (Path(stand_in.__path__[0]) / "s3_bucket" / "__init__.py").is_file()
    assert not hasattr(stand_in, "s3_bucket"), "nothing may be imported before it is asked for"
    assert capsys.readouterr().err == ""


def test_installing_again_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    bindings.install()
    options = os.environ["NODE_OPTIONS"]
    assert bindings.install()
    monkeypatch.delitem(sys.modules, bindings.PACKAGE)
    assert bindings.install()
    assert os.environ["NODE_OPTIONS"] == options


def test_node_loads_lazily_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    bindings.install()
    options = os.environ["NODE_OPTIONS"]
    assert options.startswith("--no-warnings --require "), "an option that was set before stays"
    script = "console.log(require('node:module')._resolveFilename.length)"
    answer = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    assert answer.stdout == "0\n", "Node.js has taken the preload"


def test_the_path_may_have_spaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / 'my "own" folder'
    folder.mkdir()
    (folder / "preload.cjs").write_text("globalThis.preloaded = 'yes';")
    monkeypatch.setattr(bindings, "_PRELOAD", folder / "preload.cjs")
    bindings.install()
    answer = subprocess.run(["node", "-p", "preloaded"], capture_output=True, text=True, check=True)
    assert answer.stdout == "yes\n"


def test_an_earlier_stock_import_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    stock = ModuleType(bindings.PACKAGE)
    monkeypatch.setitem(sys.modules, bindings.PACKAGE, stock)
    assert not bindings.install()
    assert sys.modules[bindings.PACKAGE] is stock


def test_the_stock_import_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDUCATION_STOCK_BINDINGS", "1")
    assert not bindings.install()
    assert bindings.PACKAGE not in sys.modules
    assert os.environ["NODE_OPTIONS"] == "--no-warnings"


def test_a_package_of_another_shape_is_imported_whole(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not bindings.install()
    assert bindings.PACKAGE not in sys.modules
    message = capsys.readouterr().err
    assert message.startswith(f"note: {bindings.PACKAGE} has an unknown shape")
    assert message.count("\n") == 1
    for module in ("_jsii", "provider", "s3_bucket"):
        (package / module).mkdir()
        (package / module / "__init__.py").touch()
    assert bindings.install(), "that was all that it missed"


def test_a_missing_package_is_no_crash(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert not bindings.install(), "the import itself then says what is missing"


class TestCache:
    NAME = "JSII_RUNTIME_PACKAGE_CACHE_ROOT"

    def test_a_home_that_takes_no_file_is_passed_over(self) -> None:
        variables = {"HOME": "/proc"}
        bindings._cache_where_home_has_none(variables)
        assert variables[self.NAME].endswith("/build/jsii")

    def test_so_is_one_that_does_not_exist_and_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        variables = {"HOME": str(tmp_path / "file" / "home")}
        bindings._cache_where_home_has_none(variables)
        assert self.NAME in variables

    def test_a_home_that_can_be_used_is(self, tmp_path: Path) -> None:
        variables = {"HOME": str(tmp_path)}
        bindings._cache_where_home_has_none(variables)
        assert self.NAME not in variables
        assert list(tmp_path.iterdir()) == [], "looking leaves nothing behind"

    def test_a_cache_that_was_named_stays(self) -> None:
        variables = {"HOME": "/proc", self.NAME: "/named"}
        bindings._cache_where_home_has_none(variables)
        assert variables[self.NAME] == "/named"
