"""Rules for what deploys: the right commands in Makefile and pipelines, and no role that owns the account."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import tools.deploy.cdktf
from education.pipeline.bootstrap_stack import add_bootstrap_stack
from education.settings.load import load_settings
from tests.infrastructure.synthesized import ROOT, listed, statements
from tests.infrastructure.test_access_rules import MANAGED_POLICIES
from tools.deploy.cdktf import Cdktf
from tools.setup.toolchain import Toolchain

DEPLOYING = (
    "Makefile",
    "package.json",
    ".ci/run",
    ".github/**/*.yml",
    "tools/**/*.py",
    "local_platform/**/*.py",
)


@pytest.fixture(scope="module")
def bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The resources of prod's bootstrap stack, which has the pipeline's roles."""
    from cdktf import App

    folder = tmp_path_factory.mktemp("bootstrap")
    app = App(outdir=str(folder))
    add_bootstrap_stack(app, load_settings("prod"), {})
    app.synth()
    document: Mapping[str, Any] = json.loads((folder / "stacks/BootstrapStackprod/cdk.tf.json").read_text())
    return document


def test_nothing_runs_the_cdk_of_cloudformation() -> None:
    for path in (path for pattern in DEPLOYING for path in ROOT.glob(pattern)):
        found = re.findall(r"(?<![\w./-])cdk (?:synth|deploy|diff|destroy|bootstrap)\b", path.read_text())
        assert not found, f"{path.relative_to(ROOT)}: {found}: the command is cdktf"


def test_cdktf_is_called_without_a_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []
    monkeypatch.setattr(
        tools.deploy.cdktf,
        "run_logged",
        lambda command, **_: calls.append([Path(command[0]).name, *map(str, command[1:])]),
    )
    monkeypatch.setattr(Cdktf, "_read", lambda self, file: {"api_endpoint": "https://x"})
    toolchain = Toolchain(Path("terraform"), "1.11.4", tmp_path, tmp_path / "terraform.rc")
    cdktf = Cdktf("TapStackdev", toolchain, tmp_path, {}, tmp_path)
    cdktf.synth()
    cdktf.deploy(advice="")
    cdktf.destroy(advice="")
    commands = [" ".join(call) for call in calls]
    assert [command.split()[:2] for command in commands] == [
        ["cdktf", "synth"],
        ["cdktf", "deploy"],
        ["cdktf", "destroy"],
    ]
    assert all("--auto-approve" in command for command in commands[1:]), "a pipeline cannot answer questions"


def test_make_deploys_through_that_command() -> None:
    recipes = (ROOT / "Makefile").read_text()
    assert re.search(r"^deploy:.*\n\t.*-m tools deploy", recipes, re.MULTILINE)
    assert re.search(r"^synth:.*\n\t.*-m tools synth", recipes, re.MULTILINE)


def test_no_pipeline_role_has_a_managed_policy_of_aws(bootstrap: Mapping[str, Any]) -> None:
    text = json.dumps(bootstrap)
    unlisted = set(re.findall(r"iam::aws:policy/([\w/+=,.@-]+)", text)) - set(MANAGED_POLICIES)
    assert not unlisted, f"{unlisted}: a stolen token would own the account; list the actions"
    assert not re.findall(r"(?<![\w-])\d{12}(?![\w-])", text), "take the account id from AwsContext"


def test_no_pipeline_role_may_do_everything_with_a_service(bootstrap: Mapping[str, Any]) -> None:
    policies = bootstrap["resource"]["aws_iam_policy"]
    for name, body in policies.items():
        if "boundary" in name:
            continue  # a boundary grants nothing; it is the ceiling
        for statement in statements(body["policy"]):
            wild = [
                action
                for action in listed(statement.get("Action", []))
                if re.fullmatch(r"\*|\w[\w-]*:\*", action)
            ]
            assert statement["Effect"] == "Deny" or not wild, (
                f"{name} {statement.get('Sid')}: {wild}: list the actions"
            )


def test_pipeline_roles_are_for_this_repository_only(bootstrap: Mapping[str, Any]) -> None:
    for name, role in bootstrap["resource"]["aws_iam_role"].items():
        for statement in statements(role["assume_role_policy"]):
            if set(statement["Principal"]) == {"Service"}:
                continue  # a role that AWS itself uses; no token opens it
            condition = json.dumps(statement["Condition"])
            assert ":aud" in condition, f"{name}: a token for another audience would do"
            assert ":sub" in condition, f"{name}: a token of any repository would do"
