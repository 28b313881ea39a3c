"""Commands on a real account: what is refused before anything is touched, and in which words."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from education.errors import UserError
from education.settings.load import load_settings
from education.settings.model import EnvironmentSettings
from tools.__main__ import main
from tools.deploy import cdktf, commands, stack
from tools.pipeline import ephemeral
from tools.setup.toolchain import Toolchain
from tools.support import account

Command = Callable[..., list[str]]
ACCOUNT, OTHER = "1" * 12, "2" * 12


class Sts:
    """An STS that knows one identity, or fails."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure

    def get_caller_identity(self) -> dict[str, str]:
        if self.failure is not None:
            raise self.failure
        return {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/ada"}


def settings_of(environment: str, *, allowed: tuple[str, ...] = ()) -> EnvironmentSettings:
    settings = load_settings(environment)
    pipeline = settings.pipeline.model_copy(update={"allowed_account_ids": allowed})
    return settings.model_copy(update={"pipeline": pipeline})


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs one command; returns which ones got as far as to start something."""

    def run(
        name: str,
        environment: str,
        *,
        allowed: tuple[str, ...] = (),
        sts: Sts | None = None,
        **more: bool,
    ) -> list[str]:
        started: list[str] = []
        monkeypatch.setattr(stack, "run", lambda command, *_: started.append(command))
        monkeypatch.setattr(
            stack, "settings_from_variables", lambda *_: settings_of(environment, allowed=allowed)
        )
        monkeypatch.setattr(account, "client", lambda *_: sts or Sts())
        getattr(commands, name)(environment, **more)
        return started

    return run


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_an_environment_that_protects_its_data_is_not_destroyed(command: Command, environment: str) -> None:
    with pytest.raises(
        UserError, match=f"{environment} protects its data .*nothing was changed.*protect_data = false"
    ):
        command("destroy", environment, yes=True)


def test_an_environment_of_a_pull_request_with_protected_data_is_not_disposed_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    protected = load_settings("pr-1").model_copy(update={"protect_data": True})
    monkeypatch.setattr(ephemeral, "settings_from_variables", lambda *_: protected)
    with pytest.raises(UserError, match="pr-1 protects its data"):
        ephemeral.dispose("pr-1")


def test_one_that_protects_nothing_is_destroyed(command: Command) -> None:
    assert command("destroy", "dev", yes=True) == ["destroy"]


@pytest.mark.parametrize("name", ["deploy", "destroy", "diff", "outputs"])
def test_a_wrong_account_is_refused_before_anything_is_started(command: Command, name: str) -> None:
    with pytest.raises(UserError, match=f"belong to account {ACCOUNT}, and dev is deployed to {OTHER} only"):
        command(name, "dev", allowed=(OTHER,))


@pytest.mark.parametrize("name", ["deploy", "diff", "outputs"])
def test_the_right_account_may(command: Command, name: str) -> None:
    assert command(name, "dev", allowed=(OTHER, ACCOUNT)) == [name]


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (NoCredentialsError(), "there are no AWS credentials"),
        (ClientError({"Error": {"Code": "ExpiredToken"}}, "GetCallerIdentity"), "credentials have expired"),
    ],
)
def test_credentials_that_are_missing_or_expired_are_told_in_one_sentence(
    command: Command, failure: Exception, sentence: str
) -> None:
    with pytest.raises(UserError, match=f"{sentence}.*sign in again.*nothing was changed") as refusal:
        command("deploy", "dev", sts=Sts(failure))
    assert "\n" not in str(refusal.value)


def test_synthesizing_needs_no_account(command: Command) -> None:
    assert command("synth", "prod", allowed=(OTHER,), sts=Sts(NoCredentialsError())) == ["synth"]


@pytest.mark.parametrize("name", ["deploy", "destroy", "diff", "outputs"])
def test_the_local_platform_is_in_no_account(command: Command, name: str) -> None:
    with pytest.raises(UserError, match="the local platform is not in a real account: use `make up`"):
        command(name, "local")


def test_it_can_be_synthesized(command: Command) -> None:
    assert command("synth", "local") == ["synth"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["redrive", "--dry-run"],
        ["restore", "--table", "courses", "--backup", "arn"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_no_other_command_uses_the_account_of_the_current_credentials(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(account, "client", lambda *_: pytest.fail("AWS was asked"))
    assert main([*arguments, "--environment", "local"]) == 1
    assert re.search(r"not in a real account.*nothing was changed", capsys.readouterr().err)


def test_it_has_no_pipeline_whose_roles_could_be_audited(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refusal = subprocess.CompletedProcess([], 1, stderr="error: environments/local.toml has no [pipeline].\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: refusal)
    assert main(["audit", "--environment", "local"]) == 1
    assert capsys.readouterr().err == "error: environments/local.toml has no [pipeline].\n"


def test_a_destroy_waits_for_a_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another Terraform of the same state may be about to end."""
    program = tmp_path / "cdktf"
    options = "$TF_CLI_ARGS_plan $TF_CLI_ARGS_apply $TF_CLI_ARGS_destroy"
    program.write_text(f'#!/bin/sh\necho "{options}"; echo Destroy complete!')
    program.chmod(0o755)
    monkeypatch.setattr(cdktf, "CDKTF", program)
    found = Toolchain(tmp_path / "terraform", "1.11.4", tmp_path, tmp_path / "mirror.tfrc")
    said: list[str] = []
    destroying = cdktf.Cdktf("TapStackdev", found, tmp_path / "cdktf.out", {}, tmp_path / "logs")
    destroying.destroy(advice="none", on_line=said.append)
    assert "".join(said).count("-lock-timeout=") == 3
