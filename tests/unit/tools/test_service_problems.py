"""A service that refuses or is silent ends a command with a sentence: which step, why, and what to do."""

import sys
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

import local_platform.__main__ as command
from education.errors import UserError
from local_platform import accounts, smoke_test
from local_platform import up as up_module
from local_platform.platform import Platform
from tools.deploy import package_keys
from tools.support.command_line import command_line
from tools.support.steps import ServiceError, step

NOBODY = "http://127.0.0.1:9"  # the discard service, which no machine runs


def refused() -> None:
    raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not\n authorized."}}, "CreateRole")


def silent_aws() -> None:
    config = Config(retries={"max_attempts": 0}, proxies={})
    boto3.client(
        "sts",
        "us-east-1",
        endpoint_url=NOBODY,
        config=config,
        aws_access_key_id="a",
        aws_secret_access_key="b",
    ).get_caller_identity()


def silent_server() -> None:
    session = requests.Session()
    session.trust_env = False
    session.get(f"{NOBODY}/courses", timeout=1)


FAILURES = [
    (refused, "AWS refused CreateRole (AccessDenied): not authorized."),
    (silent_aws, f'Could not connect to the endpoint URL: "{NOBODY}/".'),
    (silent_server, f"{NOBODY}/courses did not answer (ConnectionError)."),
]


@pytest.mark.parametrize(("fail", "sentence"), FAILURES)
def test_a_step_that_a_service_ends_has_failed_and_says_why(
    fail: Callable[[], None], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ServiceError) as failure, step("making roles"):
        fail()
    assert str(failure.value) == f"making roles: {sentence}"
    assert "FAILED" in capsys.readouterr().out


@pytest.mark.parametrize(("fail", "sentence"), FAILURES)
def test_so_has_a_command_outside_of_its_steps(
    fail: Callable[[], None], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line(fail) == 1
    assert capsys.readouterr().err == f"error: {sentence}\n"


@pytest.mark.parametrize("name", ["up", "reload"])
def test_the_local_platform_says_what_to_do(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(*_: object) -> None:
        with step("making the demo accounts"):
            silent_aws()

    monkeypatch.setenv("EDUCATION_LOCAL_HOME", str(tmp_path / "home"))
    for variable in ("NO_PROXY", "no_proxy"):  # which it sets
        monkeypatch.setenv(variable, "")
    monkeypatch.setattr(command, "_work", work)
    monkeypatch.setattr(sys, "argv", ["local_platform", name])
    with pytest.raises(
        UserError, match=rf"making the demo accounts: .*\n  What to do: run `make {name}` again"
    ):
        command.main()


def test_a_smoke_test_that_fails_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Deployment:
        def __init__(self, *_: object) -> None:
            pass

        def outputs(self) -> dict[str, str]:
            return {"user_pool_id": "pool"}

        def forget_deployment(self) -> None:
            forgotten.append(True)

    def fail(_: object) -> None:
        raise UserError("GET /courses as student@example.com answered 500: {}")

    forgotten: list[bool] = []
    monkeypatch.setattr(
        up_module, "find_toolchain", lambda: type("T", (), {"mirror": None, "terraform_version": "1"})
    )
    for name in ("aws_emulator", "StateBackend"):
        monkeypatch.setattr(up_module, name, lambda *_: None)
    monkeypatch.setattr(up_module, "cdktf", lambda *_: type("C", (), {"synth": lambda: None}))
    monkeypatch.setattr(up_module, "Deployment", Deployment)
    monkeypatch.setattr(package_keys, "fill", lambda *_: "filled")
    monkeypatch.setattr(accounts, "ensure_accounts", lambda *_: {})
    monkeypatch.setattr(smoke_test, "run", fail)
    platform = Platform(tmp_path, 1, tmp_path / "outputs" / "local.json")
    with pytest.raises(UserError, match=r"answered 500: \{\}\n  What to do: run `make up` again"):
        up_module.up(platform)
    assert forgotten == [True]
