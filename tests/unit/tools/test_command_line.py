"""`python -m tools`: what its help shows, what it answers to bad input, and its exit codes."""

import subprocess
import sys

import pytest
import typer
from typer.core import TyperGroup

from tools.__main__ import THEMES, build, main
from tools.deploy import plan
from tools.setup import install
from tools.support.paths import ROOT

COMMANDS = typer.main.get_group(build()).commands


def words(text: str) -> list[str]:
    """The words of a help text, without the frames around it."""
    return text.replace("│", " ").split()


def test_the_help_lists_each_command_below_its_theme(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = words(capsys.readouterr().out)
    places = [said.index(theme) for theme in THEMES]
    assert places == sorted(places)
    listed = [word for word in said if word in COMMANDS]
    assert set(listed) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help_for_itself_and_for_each_option(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([name, "--help"]) == 0
    assert capsys.readouterr().out
    command = COMMANDS[name]
    for each in command.commands.values() if isinstance(command, TyperGroup) else [command]:
        assert each.help, each.name
        for option in each.params:
            assert getattr(option, "help", None), f"{each.name}: {option.name}"


def test_the_help_loads_nothing_that_only_the_commands_need() -> None:
    """It would take seconds instead of a moment."""
    script = "import sys, tools.__main__ as m; m.main(['--help']); print(*sorted(sys.modules))"
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()[-1]
    assert not {"boto3", "botocore", "requests", "cdktf", "education.settings.model"} & set(said.split())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["deplo"], "No such command 'deplo'. Did you mean 'deploy'? See `python -m tools --help`."),
        (["deploy", "--env"], "No such option: --env"),
        (
            ["plan"],
            "Missing option '--environment' (env var: 'ENVIRONMENT_SUFFIX'). See `python -m tools plan --help`.",
        ),
        (["scan", "nothing"], "nothing is no scanner; there are workflows, checkov,"),
        (["restore", "--environment", "dev", "--table", "courses"], "name either --backup or --at."),
        (["restore", "--environment", "dev", "--table", "courses", "--at", "noon"], "'noon'"),
    ],
)
def test_bad_input_is_answered_with_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert sentence in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(("differs", "code"), [(True, 2), (False, 0)])
def test_drift_is_an_exit_code(differs: bool, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    class Planner:
        def drift(self) -> bool:
            return differs

    monkeypatch.setattr(plan, "planner", lambda *_: Planner())
    assert main(["drift", "--environment", "dev"]) == code


def test_a_failing_test_is_the_exit_code_of_run_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was always 0, and so was that of `make test` and of every pull request."""
    monkeypatch.setattr("tools.checks.run_tests.run_tests", lambda options: 3)
    assert main(["run-tests"]) == 3


def test_what_the_installer_answers_is_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "main", lambda _: 1)
    assert main(["install"]) == 1


def test_an_interrupt_has_the_exit_code_of_a_shell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(install, "main", interrupted)
    assert main(["install"]) == 130
    assert "interrupted" in capsys.readouterr().err
