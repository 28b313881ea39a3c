"""Which integration tests follow a deployment, and with whose credentials."""

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import tools.pipeline.verify
from education.errors import UserError
from education.settings.load import load_settings
from tools.pipeline.verify import refuse_other_roles, run_tests


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, str]]]:
    """The commands that were run and their variables; nothing runs."""
    found: list[tuple[list[str], dict[str, str]]] = []

    def run(command: list[str], *, env: dict[str, str], **_: Any) -> Any:
        found.append((command, env))
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(tools.pipeline.verify, "subprocess", SimpleNamespace(run=run))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key-id")
    return found


def test_people_are_made_where_the_settings_say_so(runs: list[Any], tmp_path: Path) -> None:
    run_tests(load_settings("dev"), tmp_path / "dev.json")
    ((command, variables),) = runs
    assert command[command.index("-m", 3) + 1] == "not intrusive"
    assert variables["EDUCATION_OUTPUTS"] == str(tmp_path / "dev.json")
    assert variables["AWS_ACCESS_KEY_ID"] == "key-id"


def test_production_is_verified_from_outside_without_credentials(runs: list[Any], tmp_path: Path) -> None:
    run_tests(load_settings("prod"), tmp_path / "prod.json")
    ((command, variables),) = runs
    assert command[command.index("-m", 3) + 1] == "outside"
    assert not [name for name in variables if name.startswith("AWS_")]


@pytest.mark.parametrize("role", ["deploy", "plan"])
def test_a_role_that_cannot_create_people_is_refused_at_once(role: str) -> None:
    with pytest.raises(UserError, match=f"which the {role} role may not"):
        refuse_other_roles(f"arn:aws:sts::111122223333:assumed-role/education-{role}-dev/github-1")


@pytest.mark.parametrize(
    "who", ["assumed-role/education-test-dev/github-1", "user/ada", "assumed-role/Admin/ada"]
)
def test_the_test_role_and_administrators_go_on(who: str) -> None:
    refuse_other_roles(f"arn:aws:sts::111122223333:{who}")


def test_a_failing_test_ends_the_job_with_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(
        subprocess, "run", lambda *arguments, **_: subprocess.CompletedProcess(arguments, returncode=1)
    )
    with pytest.raises(UserError, match="Roll back"):
        run_tests(load_settings("dev"), tmp_path / "dev.json")
