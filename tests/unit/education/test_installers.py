"""pip and npm install where they are told to, whatever a person's own settings say; where from is the person's."""

import json
import sys
from pathlib import Path

import pytest

from education import installers
from education.installers import (
    missing_node_packages,
    missing_python_packages,
    npm_variables,
    pip_variables,
    takes_files,
)

PYTHON = Path(sys.executable)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose pip.conf says where packages come from, and sends them elsewhere."""
    folder = tmp_path / "home"
    (folder / ".config" / "pip").mkdir(parents=True)
    (folder / ".config" / "pip" / "pip.conf").write_text(
        "[global]\nproxy = http://proxy.example:3128\nindex-url = https://far.example/simple\n"
        "[install]\nuser = true\ntarget = /stolen\nindex-url = https://near.example/simple\n"
        "trusted-host =\n  a.example\n  b.example\n"
    )
    return folder


@pytest.mark.parametrize(
    "name",
    [
        *("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_DRY_RUN", "PIP_NO_DEPS", "PIP_PYTHON"),
        *("PIP_REQUIREMENT", "PIP_CONSTRAINT", "PIP_IGNORE_INSTALLED", "PIP_NO_BINARY", "pip_target"),
    ],
)
def test_pip_is_not_sent_elsewhere(home: Path, name: str) -> None:
    variables = pip_variables(PYTHON, {"HOME": str(home), name: "1", "PIP_CONFIG_FILE": "/nowhere"})
    assert name not in variables
    assert variables["PIP_CONFIG_FILE"] == "/dev/null", "a file says more than is kept"


def test_where_packages_come_from_stays(home: Path) -> None:
    given = {"HOME": str(home), "PIP_CERT": "/ca.pem", "HTTPS_PROXY": "http://p", "PIP_FIND_LINKS": "/wheels"}
    variables = pip_variables(PYTHON, given)
    assert variables["PIP_INDEX_URL"] == "https://near.example/simple", "[install] comes before [global]"
    assert variables["PIP_PROXY"] == "http://proxy.example:3128"
    assert variables["PIP_TRUSTED_HOST"].split() == ["a.example", "b.example"]
    assert variables["PIP_CERT"] == "/ca.pem"
    assert variables["PIP_FIND_LINKS"] == "/wheels"
    assert variables["HTTPS_PROXY"] == "http://p"
    named = pip_variables(PYTHON, {**given, "PIP_INDEX_URL": "https://named.example/simple"})
    assert named["PIP_INDEX_URL"] == "https://named.example/simple", "a variable comes before a file"


def test_a_pip_conf_that_cannot_be_read_is_left_out(home: Path) -> None:
    (home / ".config" / "pip" / "pip.conf").write_text("[install\ntarget")
    assert "PIP_TARGET" not in pip_variables(PYTHON, {"HOME": str(home)})


@pytest.mark.parametrize(
    "name",
    [
        "npm_config_dry_run",
        "NPM_CONFIG_GLOBAL",
        "npm_config_prefix",
        "npm_config_omit",
        "NPM_CONFIG_BIN_LINKS",
    ],
)
def test_npm_is_not_sent_elsewhere(tmp_path: Path, name: str) -> None:
    assert name not in npm_variables({"HOME": str(tmp_path), name: "true"}, tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        *("npm_config_registry", "NPM_CONFIG_CAFILE", "npm_config_https_proxy", "npm_config_strict_ssl"),
        *("npm_config_//npm.example/:_authToken", "npm_config_@school:registry", "HTTPS_PROXY"),
    ],
)
def test_where_node_packages_come_from_stays(tmp_path: Path, name: str) -> None:
    assert npm_variables({"HOME": str(tmp_path), name: "x"}, tmp_path)[name] == "x"


def test_a_home_that_holds_no_cache_is_replaced_for_npm(tmp_path: Path) -> None:
    assert npm_variables({"HOME": "/proc"}, tmp_path)["npm_config_cache"] == str(tmp_path)
    assert "npm_config_cache" not in npm_variables({"HOME": str(tmp_path)}, tmp_path)
    assert npm_variables({"HOME": "/proc", "npm_config_cache": "/c"}, tmp_path)["npm_config_cache"] == "/c"


def test_options_of_the_command_line_come_before_a_npmrc() -> None:
    assert {"--location=project", "--global=false", "--dry-run=false", "--bin-links=true"} <= {
        *installers.NPM_OPTIONS
    }


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("pytest==0.1 \\", ["pytest"]),
        ("no-such-package==1.0 --hash=sha256:0", ["no-such-package"]),
        ("no-such-package==1.0 ; sys_platform == 'win32' \\", []),
        ("# via nothing", []),
    ],
)
def test_what_pip_left_out_is_found(tmp_path: Path, line: str, missing: list[str]) -> None:
    (tmp_path / "requirements.txt").write_text(f"{line}\n    --hash=sha256:0\n    # via something\n")
    assert missing_python_packages(PYTHON, tmp_path / "requirements.txt") == missing


def test_what_is_elsewhere_is_missing_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("pytest>=1\n")
    assert missing_python_packages(PYTHON, tmp_path / "requirements.txt") == []
    assert missing_python_packages(PYTHON, tmp_path / "requirements.txt", tmp_path) == ["pytest"]


def test_what_npm_left_out_is_found(tmp_path: Path) -> None:
    packages = {
        "": {"name": "root"},
        **{f"node_modules/{name}": {"version": "1.0.0"} for name in ("there", "old", "gone")},
        "node_modules/of-another-system": {"version": "1.0.0", "optional": True},
    }
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": packages}))
    for name, version in (("there", "1.0.0"), ("old", "0.9.0")):
        (tmp_path / "node_modules" / name).mkdir(parents=True)
        (tmp_path / "node_modules" / name / "package.json").write_text(json.dumps({"version": version}))
    assert missing_node_packages(tmp_path) == ["old", "gone"]


def test_a_folder_that_takes_no_file(tmp_path: Path) -> None:
    assert not takes_files(Path("/proc/here"))
    (tmp_path / "file").touch()
    assert not takes_files(tmp_path / "file" / "here")
    assert takes_files(tmp_path / "a" / "b")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
