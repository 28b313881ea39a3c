"""The workflow files, walked: their make targets, in their order, under the roles that they name, for real.

Environments follow one another as main.yml says; what is promoted is the same bytes. Not run here is `make verify`,
which tests/integration does for the local platform.
"""

import hashlib
import json
import re
import zipfile
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.pipeline.account import IMMUTABLE, REPOSITORY, Account
from tests.pipeline.workflows import workflow

# An alarm is read back incompletely from the embedded AWS (LOCAL_AWS.md); anything else would be drift.
EMULATOR_DEFECT = "aws_cloudwatch_metric_alarm."
NOT_HERE = ("make verify",)


def changed(plan: str) -> list[str]:
    """The addresses that a plan's text changes."""
    return re.findall(r"^  # (\S+) (?:will|must) be", plan, re.MULTILINE)


def walk(account: Account, environment: str) -> dict[str, str]:
    """Run deploy.yml for one environment; returns what each command said."""
    deploy = workflow("deploy")
    said = {}
    for job, role in (("plan", "plan"), ("apply", "deploy")):
        user = account.job(role, environment)
        for command in deploy.commands(job):
            if command not in NOT_HERE:
                said[command] = account.run(command, user, ENV=environment)
    return said


def test_bootstrap_can_be_repeated(account: Account, environments: list[str]) -> None:
    assert "(nothing to do)" in account.run(f"make bootstrap ENV={environments[0]}")


@pytest.mark.parametrize(
    ("subject", "audience"),
    [
        (f"{REPOSITORY}:environment:prod", "sts.amazonaws.com"),
        (f"{REPOSITORY}:environment:dev2", "sts.amazonaws.com"),
        (f"{REPOSITORY}:pull_request", "sts.amazonaws.com"),
        (f"{REPOSITORY}-fork:environment:dev", "sts.amazonaws.com"),
        ("repo:someone-else/education-platform:environment:dev", "sts.amazonaws.com"),
        ("repo:example-org@1000001/education-platform@1000003:environment:dev", "sts.amazonaws.com"),
        (f"{REPOSITORY}:environment:dev", "https://github.com/example-org"),
    ],
)
def test_nobody_else_becomes_the_deploy_role(account: Account, subject: str, audience: str) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        account.assume("education-deploy-dev", subject, audience)


def test_both_forms_of_the_subject_are_trusted(account: Account) -> None:
    for repository in (REPOSITORY, IMMUTABLE):
        account.assume("education-deploy-dev", f"{repository}:environment:dev")
        account.assume("education-plan-dev", f"{repository}:pull_request")


def test_each_environment_is_deployed_as_the_workflow_says(account: Account, environments: list[str]) -> None:
    for environment in environments:
        said = walk(account, environment)
        assert "to create" in said["make plan"]
        assert f"Plan for {environment}" in said["make plan-summary"]
        outputs = json.loads((account.checkout / "outputs" / f"{environment}.json").read_text())
        assert outputs["environment_suffix"] == environment


def test_what_is_promoted_is_the_same_bytes(account: Account, environments: list[str]) -> None:
    bundles = [
        {
            hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (account.checkout / "build/plans" / environment / "stack").rglob("*")
            if path.is_file() and zipfile.is_zipfile(path) and ".terraform" not in path.parts
        }
        for environment in environments
    ]
    assert bundles[0], "a plan carries the functions' bundles"
    assert all(found == bundles[0] for found in bundles)


def test_the_plan_role_plans_and_changes_nothing(account: Account, environments: list[str]) -> None:
    environment = environments[0]
    account.run("make plan", account.job("plan", environment), ENV=environment)
    text = (account.checkout / "build/plans" / environment / "plan.txt").read_text()
    assert [address for address in changed(text) if not address.startswith(EMULATOR_DEFECT)] == []
    refused = account.attempt("make apply", account.job("plan", environment), ENV=environment)
    assert refused.returncode != 0
    assert "may not" in refused.stderr or "not authorized" in refused.stderr + refused.stdout


def test_a_plan_that_was_tampered_with_is_refused(account: Account, environments: list[str]) -> None:
    environment = environments[0]
    user = account.job("plan", environment)
    account.run("make plan", user, ENV=environment)
    plan: Path = account.checkout / "build/plans" / environment / "plan.txt"
    plan.write_text(plan.read_text() + " ")
    refused = account.attempt("make apply", account.job("deploy", environment), ENV=environment)
    assert refused.returncode != 0
    assert "is not the one that was made: plan.txt differs" in refused.stderr
