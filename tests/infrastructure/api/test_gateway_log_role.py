"""API Gateway's log role is the account's: the bootstrap does not replace one that has another owner."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import tools.pipeline.bootstrap
from education.pipeline.bootstrap_stack import BootstrapStack
from education.settings.load import load_settings
from tools.pipeline.bootstrap import Bootstrap
from tools.setup.toolchain import Toolchain
from tools.support.account import Account

ROLE = "arn:aws:iam::111122223333:role"
OWN_STATE = {"resources": [{"mode": "managed", "type": "aws_api_gateway_account"}]}


@pytest.mark.parametrize("owns", [True, False])
def test_a_log_role_of_another_owner_is_not_changed(owns: bool) -> None:
    from cdktf import App, Testing

    stack = BootstrapStack(
        App(),
        "bootstrap",
        settings=load_settings("dev"),
        first_state=None,
        owns_oidc_provider=True,
        owns_log_role=owns,
    )
    assert ("aws_api_gateway_account" in json.loads(Testing.synth(stack))["resource"]) is owns


@pytest.mark.parametrize(
    ("role", "state", "owns"),
    [
        (None, {}, True),
        (f"{ROLE}/education-api-logs-dev", {}, True),
        (f"{ROLE}/somebody-elses", {}, False),
        (f"{ROLE}/education-api-logs-staging", {}, False),
        (f"{ROLE}/somebody-elses", OWN_STATE, True),
    ],
)
def test_the_account_says_who_owns_the_log_role(
    role: str | None, state: dict[str, Any], owns: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    api_gateway = SimpleNamespace(get_account=lambda: {"cloudwatchRoleArn": role} if role else {})
    monkeypatch.setattr(tools.pipeline.bootstrap, "client", lambda *_: api_gateway)
    monkeypatch.setattr(Bootstrap, "_owns_oidc_provider", lambda *_: True)
    toolchain = Toolchain(Path("terraform"), "1.11.4", Path(), Path())
    bootstrap = Bootstrap(load_settings("dev"), Account("111122223333", "aws", ""), toolchain, Path())
    variables = bootstrap._foreign(state)
    assert variables == {"EDUCATION_OIDC_PROVIDER": "", "EDUCATION_LOG_ROLE": "" if owns else "existing"}
