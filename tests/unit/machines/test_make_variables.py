"""The Makefile and the variables of a shell: which environment is meant, and what does not divert a command."""

import os
import subprocess
from pathlib import Path

import pytest

from tools.__main__ import main
from tools.deploy import stack
from tools.support.paths import ROOT


def shown(*arguments: str, **variables: str) -> list[str]:
    """The commands that make would run."""
    made = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.splitlines()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The commands of a stack that were started, with their environments."""
    calls: list[tuple[str, str]] = []
    monkeypatch.setattr(stack, "start", lambda command, suffix, **_: calls.append((command, suffix)))
    return calls


@pytest.mark.parametrize(
    ("arguments", "variables", "suffix"),
    [
        ([], {}, "dev"),
        (["ENV=prod"], {}, "prod"),
        ([], {"ENVIRONMENT_SUFFIX": "staging"}, "staging"),
        (["ENV=prod"], {"ENV": "staging"}, "prod"),
        ([], {"ENV": "/etc/profile"}, "dev"),
    ],
)
def test_make_takes_the_environment_from_its_command_line_or_from_the_suffix(
    arguments: list[str], variables: dict[str, str], suffix: str
) -> None:
    for target in ("synth", "deploy", "destroy", "bootstrap"):
        assert (
            shown(target, *arguments, **variables)[-1].split(" --environment ")[1].startswith(f'"{suffix}"')
        )


@pytest.mark.parametrize("command", ["synth", "deploy", "destroy"])
def test_without_an_option_the_variable_names_the_environment(
    started: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("ENVIRONMENT_SUFFIX", "staging")
    assert main([command]) == 0
    assert started == [(command, "staging")]


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {"ENVIRONMENT_SUFFIX": "staging"},
            "'dev' is named here and 'staging' in the variable ENVIRONMENT_SUFFIX",
        ),
        ({"EDUCATION_SHELL_ENV": "staging"}, "the shell's variable ENV is 'staging'"),
    ],
)
def test_two_different_names_are_refused(
    started: list[tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variables: dict[str, str],
    sentence: str,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main(["deploy", "--environment", "dev"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"error: {sentence}")
    assert said.count("\n") == 1
    assert not started


@pytest.mark.parametrize(
    ("arguments", "variables", "code"),
    [
        ([], {"ENV": "staging"}, 1),
        (["ENV=staging"], {"ENV": "prod"}, 0),
        (["ENV=staging"], {"ENVIRONMENT_SUFFIX": "staging"}, 0),
        (["ENV=dev"], {"ENVIRONMENT_SUFFIX": "staging"}, 1),
        ([], {"ENV": "/etc/profile"}, 0),
    ],
)
def test_make_hands_on_what_the_shell_says(
    tmp_path: Path, arguments: list[str], variables: dict[str, str], code: int
) -> None:
    """The whole way, with a python that only looks at the option."""
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    script = "import sys; from tools.support.options import one_environment; one_environment(sys.argv[-1])"
    python.write_text(
        f"#!/bin/sh\nfor last; do :; done\ncd '{ROOT}'\nexec {ROOT}/.venv/bin/python -c '{script}' \"$last\"\n"
    )
    (tmp_path / "installer").write_text("#!/bin/sh\n")
    for file in (python, tmp_path / "installer"):
        file.chmod(0o755)
    made = subprocess.run(
        ["make", "deploy", f"PYTHON={tmp_path / 'installer'}", *arguments],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert bool(made.returncode) == bool(code), made.stderr


def test_a_stray_variable_of_the_shell_changes_no_command() -> None:
    names = ("WORKERS", "PLANS", "OUTPUTS", "BOOTSTRAP", "LOCK", "FUZZ_EXAMPLES", "ENVIRONMENTS")
    stray = dict.fromkeys(names, "4")
    for target in ("unit", "plan", "apply", "bootstrap", "unlock", "fuzz", "prove-pipeline"):
        assert shown(target, **stray) == shown(target)


def test_a_variable_on_the_command_line_does() -> None:
    assert shown("unit", "WORKERS=-n 1")[-1].endswith("pytest -n 1 tests/unit")


def test_a_python_of_the_shell_that_is_too_old_is_passed_over() -> None:
    assert shown("install", PYTHON="false") == shown("install")


@pytest.mark.parametrize("name", ["two words", "doll$ar", 'quo"te', "apo'strophe", "prüfung", "back`tick"])
def test_a_checkout_may_be_in_any_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    for file in (folder / "installer", folder / ".venv" / "bin" / "python"):
        file.write_text(
            '#!/bin/sh\n[ -z "$PYTHONSAFEPATH$PYTHONDONTWRITEBYTECODE" ] && echo "$VIRTUAL_ENV"\n'
        )
        file.chmod(0o755)
    made = subprocess.run(
        ["make", "synth", "PYTHON=./installer"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONSAFEPATH": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    assert made.stdout.splitlines()[-1] == str(folder / ".venv")
