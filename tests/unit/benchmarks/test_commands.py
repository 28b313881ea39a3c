"""Each command of the benchmarks says what it is for."""

import subprocess
import sys

import pytest

from tools.support.paths import ROOT

FOLDER = ROOT / "benchmarks"
COMMANDS = sorted(
    path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__main__")
    for path in FOLDER.rglob("*.py")
    if '__name__ == "__main__"' in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_helps(name: str) -> None:
    """It prints how it is called and what it measures, and measures nothing."""
    said = subprocess.run(
        [sys.executable, "-m", name, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert said.startswith(f"usage: python -m {name} ")
    assert len(said.splitlines()) > 5


def test_the_package_names_each_command() -> None:
    """A reader finds them all in one place."""
    described = (FOLDER / "__init__.py").read_text(encoding="utf-8")
    assert all(f"`python -m {name}`" in described for name in COMMANDS)
