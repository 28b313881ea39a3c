"""`make bootstrap-destroy` can be interrupted anywhere, and run again it finishes."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest

from education.bootstrap_stack import state_key
from education.errors import UserError
from education.settings import load_settings
from tools.account import Account
from tools.bootstrap import Bootstrap
from tools.toolchain import Toolchain

STATE = {"resources": [{"mode": "managed", "type": "aws_s3_bucket", "name": "state"}]}


class Terraform:
    """Moves the state as the real one does, and destroys everything, or only the table and then fails."""

    def __init__(self, bootstrap: Bootstrap, fails: list[bool]) -> None:
        self.bootstrap, self.fails = bootstrap, fails

    def init(self, *options: str) -> None:
        if options:
            self.bootstrap.first_state.parent.mkdir(parents=True, exist_ok=True)
            self.bootstrap.first_state.write_text(json.dumps(STATE))

    def run(self, command: str, *_: str) -> None:
        state = self.bootstrap.settings.state
        if self.bootstrap.first_state.is_file():
            tables = boto3.client("dynamodb", "us-east-1")
            if state.lock_table in tables.list_tables()["TableNames"]:
                tables.delete_table(TableName=state.lock_table)
            if self.fails and self.fails.pop():
                raise UserError("terraform destroy was killed.")
            boto3.client("s3", "us-east-1").delete_bucket(Bucket=state.bucket)


@pytest.fixture
def bootstrap(emulator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bootstrap:
    """A bootstrap whose bucket and table are really there, in the embedded AWS."""
    for name, value in (("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test"), ("ENDPOINT_URL", emulator)):
        monkeypatch.setenv(f"AWS_{name}", value)
    settings, mark = load_settings("dev"), uuid4().hex[:8]
    state = settings.state.model_copy(update={"bucket": f"state-{mark}", "lock_table": f"locks-{mark}"})
    made = Bootstrap(
        settings.model_copy(update={"state": state}),
        Account("0" * 12, "aws", "arn:aws:iam::root"),
        Toolchain(Path("terraform"), "1", None, tmp_path / "cli.tfrc"),
        tmp_path,
    )
    s3 = boto3.client("s3", "us-east-1")
    s3.create_bucket(Bucket=state.bucket)
    s3.put_object(Bucket=state.bucket, Key=state_key("dev"), Body=json.dumps(STATE))
    boto3.client("dynamodb", "us-east-1").create_table(
        TableName=state.lock_table,
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )
    return made


def destroyable(monkeypatch: pytest.MonkeyPatch, *fails: bool) -> None:
    left = list(fails)
    monkeypatch.setattr(Bootstrap, "_synthesized", lambda self, **_: Terraform(self, left))
    monkeypatch.setattr(Bootstrap, "_foreign", lambda *_: {})


def test_it_takes_everything_away(bootstrap: Bootstrap, monkeypatch: pytest.MonkeyPatch) -> None:
    destroyable(monkeypatch)
    bootstrap.destroy()
    assert not bootstrap.bucket.exists()
    assert not bootstrap.first_state.exists()


def test_interrupted_after_the_bucket_was_emptied_it_goes_on(
    bootstrap: Bootstrap, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    destroyable(monkeypatch, True)
    with pytest.raises(UserError, match="was killed"):
        bootstrap.destroy()
    assert bootstrap.bucket.exists()
    bootstrap.destroy()
    assert "goes on where it stopped" in capsys.readouterr().out
    assert not bootstrap.bucket.exists()
    assert not bootstrap.first_state.exists()


def test_it_goes_on_where_even_the_bucket_is_gone(
    bootstrap: Bootstrap, monkeypatch: pytest.MonkeyPatch
) -> None:
    destroyable(monkeypatch, True)
    with pytest.raises(UserError, match="was killed"):
        bootstrap.destroy()
    boto3.client("s3", "us-east-1").delete_bucket(Bucket=bootstrap.settings.state.bucket)
    ran: list[Any] = []
    monkeypatch.setattr(Terraform, "run", lambda *arguments: ran.append(arguments[1]))
    bootstrap.destroy()
    assert ran == ["destroy"]
    with pytest.raises(UserError, match="holds no bootstrap, so there is nothing to destroy"):
        bootstrap.destroy()


def test_other_states_are_still_refused_when_it_goes_on(
    bootstrap: Bootstrap, monkeypatch: pytest.MonkeyPatch
) -> None:
    destroyable(monkeypatch, True)
    with pytest.raises(UserError, match="was killed"):
        bootstrap.destroy()
    boto3.client("s3", "us-east-1").put_object(
        Bucket=bootstrap.settings.state.bucket, Key="dev/TapStackdev.tfstate", Body=json.dumps(STATE)
    )
    with pytest.raises(UserError, match=r"still holds states: dev/TapStackdev\.tfstate \(1 resources\)"):
        bootstrap.destroy()
