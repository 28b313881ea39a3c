"""A deployment and a plan are refused before Terraform would drop an index that functions still use."""

from pathlib import Path
from typing import Any

import pytest

from education.errors import UserError
from tests.unit.tools.test_preflight import Aws, production, refusal
from tools.deploy import index_moves, link_keys, package_keys, plan, refusals, stack
from tools.deploy.cdktf import Cdktf
from tools.deploy.plan import Planner
from tools.setup.toolchain import Toolchain

EARLY = {"education-course-progress-prod": {"course-roster-index": "ACTIVE"}}
TOOLCHAIN = Toolchain(Path("terraform"), "1.11.4", None, Path("terraform.rc"))


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Aws:
    """An account in which a table has an index that this version would drop."""
    aws = Aws(indexes=EARLY)
    monkeypatch.setattr(index_moves, "client", aws)
    for others in (link_keys, package_keys):
        monkeypatch.setattr(others, "refuse_in_one_step", lambda _: None)
    return aws


def test_a_deployment_that_drops_an_index_too_early_is_refused(
    account: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack, "find_toolchain", lambda: TOOLCHAIN)
    monkeypatch.setattr(stack, "settings_from_variables", lambda *_: production())
    monkeypatch.setattr(Cdktf, "synth", lambda _: None)
    with pytest.raises(UserError, match=r"course-roster-index(.|\n)*Nothing was changed"):
        stack.run("deploy", "prod", {"ENVIRONMENT_SUFFIX": "prod"})


def test_a_plan_that_drops_an_index_too_early_is_refused(
    account: Aws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(plan, "current_account", lambda _: Aws())
    monkeypatch.setattr(Aws, "identity_arn", "arn", raising=False)
    kept = tmp_path / "plan.txt"
    kept.write_text("the plan before")
    with pytest.raises(UserError, match="course-roster-index"):
        Planner(production(), TOOLCHAIN, tmp_path).make()
    assert kept.read_text() == "the plan before"


def test_a_role_that_may_not_look_is_let_through(account: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(**_: str) -> Any:
        raise refusal("AccessDenied", "DescribeTable")

    monkeypatch.setattr(account, "describe_table", closed)
    refusals.refuse_in_one_step(production())
