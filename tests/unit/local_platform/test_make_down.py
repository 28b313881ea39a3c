"""`make down` after an interrupted installation: `.venv` exists, but the packages of the tools are missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tools.support.paths import ROOT

INSTALLER = """\
#!/bin/sh
echo "python $*"
[ "$*" = "-m tools.setup.install" ] && touch .venv/.installed
exit 0
"""
INSTALLED_ONLY = """\
#!/bin/sh
[ -f .venv/.installed ] || { echo "ModuleNotFoundError: No module named 'pydantic'"; exit 1; }
echo "venv $*"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose `.venv` has a Python, but no stamp yet."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name, script in (("installer", INSTALLER), (".venv/bin/python", INSTALLED_ONLY)):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(script)
        file.chmod(0o755)
    return tmp_path


def make_down(checkout: Path, **variables: str) -> list[str]:
    """The lines that `make down` prints."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    made = subprocess.run(
        ["make", "--no-print-directory", "down", f"PYTHON={checkout / 'installer'}"],
        cwd=checkout,
        env={**inherited, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return made.stdout.splitlines()


def test_without_a_platform_there_is_nothing_to_do(checkout: Path) -> None:
    assert make_down(checkout) == ["nothing is installed, so nothing runs"]


@pytest.mark.parametrize("home", [None, "elsewhere"])
def test_a_platform_that_may_run_is_stopped_after_finishing_the_installation(
    checkout: Path, home: str | None
) -> None:
    (checkout / (home or ".local")).mkdir()
    variables = {"EDUCATION_LOCAL_HOME": home} if home else {}
    assert make_down(checkout, **variables) == [
        "python -m tools.setup.install",
        "venv -m local_platform down",
    ]


def test_what_is_installed_is_not_installed_again(checkout: Path) -> None:
    (checkout / ".venv" / ".installed").touch()
    assert make_down(checkout) == ["venv -m local_platform down"]
