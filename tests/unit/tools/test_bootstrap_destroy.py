"""`make bootstrap-destroy` can be interrupted anywhere, and run again it finishes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest

from education.errors import UserError
from education.pipeline.bootstrap_stack import state_key
from education.settings.load import load_settings
from tools.pipeline.bootstrap import PROVIDER, Bootstrap
from tools.setup.toolchain import Toolchain
from tools.support.account import Account

STATE = {"resources": [{"mode": "managed", "type": "aws_s3_bucket", "name": "state"}]}


RAN: list[tuple[str, ...]] = []


class Terraform:
    """Moves the state as the real one does, and destroys everything, or only the table and then fails."""

    def __init__(self, bootstrap: Bootstrap, fails: list[bool]) -> None:
        self.bootstrap, self.fails, self.ran = bootstrap, fails, RAN

    def init(self, *options: str) -> None:
        if options:
            self.bootstrap.first_state.parent.mkdir(parents=True, exist_ok=True)
            self.bootstrap.first_state.write_text(json.dumps(STATE))

    def addresses(self) -> set[str]:
        return {"aws_s3_bucket.state", f"{PROVIDER}.github"}

    def destroy(self, **_: object) -> None:
        self.run("destroy", "-input=false", "-auto-approve")

    def run(self, command: str, *arguments: str, log: bool = True) -> None:
        state = self.bootstrap.settings.state
        self.ran.append((command, *arguments))
        if command == "destroy" and self.bootstrap.first_state.is_file():
            tables = boto3.client("dynamodb", "us-east-1")
            if state.lock_table in tables.list_tables()["TableNames"]:
                tables.delete_table(TableName=state.lock_table)
            if self.fails and self.fails.pop():
                raise UserError("terraform destroy was killed.")
            boto3.client("s3", "us-east-1").delete_bucket(Bucket=state.bucket)


@pytest.fixture
def bootstrap(emulator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bootstrap:
    """A bootstrap whose bucket and table are really there, in the AWS emulator."""
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
    RAN.clear()
    monkeypatch.setattr(Bootstrap, "_synthesized", lambda self, **_: Terraform(self, left))
    monkeypatch.setattr(Bootstrap, "_foreign", lambda *_: {})


def test_it_takes_everything_away(bootstrap: Bootstrap, monkeypatch: pytest.MonkeyPatch) -> None:
    destroyable(monkeypatch)
    bootstrap.destroy()
    assert not bootstrap.bucket.exists()
    assert not bootstrap.first_state.exists()


def test_every_request_to_the_state_bucket_names_its_owner(bootstrap: Bootstrap) -> None:
    """Bucket names are unique in all of AWS: another account may have made this one, and let everybody in."""
    asked: list[tuple[str, object]] = []

    def note(model: Any, params: Any, **_: object) -> None:
        asked.append((model.name, params["headers"].get("x-amz-expected-bucket-owner")))

    bucket = bootstrap.bucket
    bucket.client.meta.events.register("before-call.s3", note)
    assert bucket.exists()
    assert bucket.states()
    bucket.empty()
    names = {"HeadBucket", "ListObjectsV2", "GetObject", "ListObjectVersions", "DeleteObjects"}
    assert {name for name, _ in asked} == names
    assert {owner for _, owner in asked} == {bootstrap.account.id}


def test_a_destroy_continues_after_an_interruption_behind_the_emptied_bucket(
    bootstrap: Bootstrap, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    destroyable(monkeypatch, True)
    with pytest.raises(UserError, match="was killed"):
        bootstrap.destroy()
    assert bootstrap.bucket.exists()
    bootstrap.destroy()
    assert "so this continues it" in capsys.readouterr().out
    assert not bootstrap.bucket.exists()
    assert not bootstrap.first_state.exists()


def test_a_destroy_continues_when_even_the_bucket_is_gone(
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
    with pytest.raises(UserError, match="has no bootstrap, so there is nothing to destroy"):
        bootstrap.destroy()


def test_a_provider_that_others_sign_in_by_stays(
    bootstrap: Bootstrap, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    iam = boto3.client("iam", "us-east-1")
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": bootstrap.provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    name = f"other-team-{uuid4().hex[:8]}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
    destroyable(monkeypatch)
    try:
        bootstrap.destroy()
    finally:
        iam.delete_role(RoleName=name)
    assert [ran[:2] for ran in RAN] == [("state", "rm"), ("destroy", "-input=false")]
    assert RAN[0][2:] == (f"{PROVIDER}.github",)
    assert f"it stays for {name}" in capsys.readouterr().out


def test_a_provider_that_it_made_is_kept_where_nothing_here_needs_it_any_more(bootstrap: Bootstrap) -> None:
    """As where both roles are reached through another account from now on: other environments may use it."""
    chained = bootstrap.settings.pipeline.model_copy(
        update={"pipeline_role_arns": ("a",), "pipeline_plan_role_arns": ("b",)}
    )
    there = replace(bootstrap, settings=bootstrap.settings.model_copy(update={"pipeline": chained}))
    held = {"resources": [{"mode": "managed", "type": PROVIDER, "instances": [{}]}]}
    assert there._foreign(held)["EDUCATION_OIDC_PROVIDER"] == ""
    assert there._foreign({})["EDUCATION_OIDC_PROVIDER"] == "existing", "nothing is made that no role needs"


def test_a_continued_destroy_still_refuses_other_states(
    bootstrap: Bootstrap, monkeypatch: pytest.MonkeyPatch
) -> None:
    destroyable(monkeypatch, True)
    with pytest.raises(UserError, match="was killed"):
        bootstrap.destroy()
    boto3.client("s3", "us-east-1").put_object(
        Bucket=bootstrap.settings.state.bucket, Key="dev/TapStackdev.tfstate", Body=json.dumps(STATE)
    )
    with pytest.raises(UserError, match=r"still has states: dev/TapStackdev\.tfstate \(1 resources\)"):
        bootstrap.destroy()
