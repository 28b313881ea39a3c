"""Executes the workflow files: their make targets run in their order, under the roles that they name.

main.yml deploys its environments one after another in one account, and each gets the same bundles. Each job runs on a
machine of its own, which has only the artifacts of earlier jobs.
"""

import base64
import hashlib
import json
import re
import time
import zipfile
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from education.settings.load import load_settings
from tests.pipeline.account import IMMUTABLE, REPOSITORY, Account
from tests.pipeline.runner import JobError, Machine, WorkflowRun
from tests.pipeline.workflows import workflow
from tests.unit.github_fixture import FakeGithub

# The AWS emulator loses fields of alarms (docs/local-aws.md). Any other change would be real drift.
EMULATOR_DEFECT = "aws_cloudwatch_metric_alarm."
# Stream functions finish what requests began. A busy machine runs them one after the other.
ERASURE_SECONDS = 180


def changed(plan: str) -> list[str]:
    """The addresses that a plan changes, without those of the AWS emulator's defect."""
    found = re.findall(r"^  # (\S+) (?:will|must) be", plan, re.MULTILINE)
    return [address for address in found if not address.startswith(EMULATOR_DEFECT)]


def digests(folder: Path) -> set[str]:
    """The SHA-256 digests of the functions' bundles below a folder, in hex."""
    files = [path for path in folder.rglob("*") if path.is_file() and zipfile.is_zipfile(path)]
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def deployed_digests(account: Account, environment: str) -> set[str]:
    """The digests of the bundles that run in an environment, as AWS reports them, in hex."""
    pages = account.aws.client("lambda").get_paginator("list_functions").paginate()
    functions = [function for page in pages for function in page["Functions"]]
    own = [function for function in functions if function["FunctionName"].endswith(f"-{environment}")]
    return {decoded(function["CodeSha256"]) for function in own}


def decoded(digest: str) -> str:
    """A digest in hex; Lambda reports it in Base64."""
    return base64.b64decode(digest).hex()


def passed(tested: str) -> int:
    """The number of passed tests in the output of pytest."""
    return int(re.findall(r"(\d+) passed", tested)[-1])


def left_over(account: Account, environment: str) -> list[str]:
    """The users, the stored profiles and the courses that are not archived, of an environment."""
    cognito, dynamodb = account.aws.client("cognito-idp"), account.aws.client("dynamodb")
    pools = cognito.list_user_pools(MaxResults=60)["UserPools"]
    (pool,) = (each["Id"] for each in pools if each["Name"].endswith(f"-{environment}"))
    people = [user["Username"] for user in cognito.list_users(UserPoolId=pool)["Users"]]
    table = f"education-user-profiles-{environment}"
    profiles = dynamodb.scan(TableName=table, FilterExpression="attribute_exists(email)")["Items"]
    courses = dynamodb.scan(
        TableName=f"education-courses-{environment}",
        FilterExpression="attribute_exists(title) AND #status <> :archived",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":archived": {"S": "archived"}},
    )["Items"]
    found = [profile["userId"]["S"] for profile in profiles] + [course["courseId"]["S"] for course in courses]
    return people + found


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
def test_only_jobs_of_the_environment_assume_the_deploy_role(
    account: Account, subject: str, audience: str
) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        account.assume("education-deploy-dev", subject, audience)


def test_both_forms_of_the_subject_are_trusted(account: Account, environments: list[str]) -> None:
    environment = environments[0]
    for repository in (REPOSITORY, IMMUTABLE):
        account.assume(f"education-deploy-{environment}", f"{repository}:environment:{environment}")
        account.assume(f"education-plan-{environment}", f"{repository}:pull_request")


def test_a_release_has_an_sbom_of_each_bundle(merged: WorkflowRun) -> None:
    merged.job(workflow("main"), "release")
    release = merged.artifact("release")
    lists = [json.loads(file.read_text()) for file in release.glob("sbom/function-*.json")]
    assert {parts["metadata"]["component"]["hashes"][0]["content"] for parts in lists} == digests(release)


def test_each_environment_is_deployed_as_the_workflow_says(
    account: Account, merged: WorkflowRun, promoted: str
) -> None:
    machines = merged.deploy(promoted)
    planned, applied = machines["plan"].output, machines["apply"].output
    assert "to create" in planned["make plan"]
    assert f"Plan for {promoted}" in planned["make plan-summary"]
    tested = applied["make verify"]
    assert f"checking {promoted} from outside" in tested
    people = load_settings(promoted).pipeline.integration_tests == "people"
    assert passed(tested) > (300 if people else 40), "the integration tests ran against what was deployed"
    deadline = time.monotonic() + ERASURE_SECONDS
    while left := left_over(account, promoted):
        assert time.monotonic() < deadline, f"the tests left this behind: {left}"
        time.sleep(1)
    assert "announced to the alert topic" in applied["make announce"]
    outputs = json.loads((machines["apply"].folder / "outputs" / f"{promoted}.json").read_text())
    assert outputs["environment_suffix"] == promoted


def test_every_environment_gets_the_released_bundles(
    account: Account, merged: WorkflowRun, environments: list[str]
) -> None:
    """The released, the planned and the deployed bundles of each environment are the same."""
    released = digests(merged.artifact("release"))
    assert released
    for environment in environments:
        assert digests(merged.artifact(f"plan-{environment}") / "stack") == released, (
            f"planned for {environment}"
        )
        assert deployed_digests(account, environment) == released, f"deployed to {environment}"


def test_a_plan_artifact_contains_no_downloads(merged: WorkflowRun, environments: list[str]) -> None:
    for environment in environments:
        carried = [path for path in merged.artifact(f"plan-{environment}").rglob("*") if path.is_file()]
        assert not any(".terraform" in path.parts for path in carried)
        assert sum(path.stat().st_size for path in carried) < 50_000_000


def test_the_nightly_job_finds_no_real_drift(
    account: Account, promoted: str, github: FakeGithub, tmp_path: Path
) -> None:
    known = {"matrix.environment": promoted, "github.token": "t"}
    night = WorkflowRun(account, tmp_path, known, github.address)
    machine = night.job(workflow("nightly"), "drift")
    plan = (machine.folder / "build/plans" / promoted / "plan.txt").read_text()
    assert EMULATOR_DEFECT in plan
    assert changed(plan) == []
    assert [issue["title"] for issue in github.issues] == [f"Drift in {promoted}"]
    refused = machine.attempt("make apply")
    assert refused.returncode != 0, "the plan role plans and changes nothing"
    assert "may not" in refused.stderr or "not authorized" in refused.stderr + refused.stdout


def test_an_older_plan_is_refused(merged: WorkflowRun, promoted: str) -> None:
    refused = merged.machines["apply", promoted].attempt("make apply")
    assert refused.returncode != 0
    assert "the plan is older than the state" in refused.stderr


def test_a_plan_that_was_tampered_with_is_refused(merged: WorkflowRun, promoted: str) -> None:
    machine = merged.machines["apply", promoted]
    plan = machine.folder / "build/plans" / promoted / "plan.txt"
    plan.write_text(plan.read_text() + " ")
    refused = machine.attempt("make apply")
    assert refused.returncode != 0
    assert "is not the one that was made: plan.txt differs" in refused.stderr


def test_a_pull_request_shows_what_it_would_change(
    account: Account, environments: list[str], github: FakeGithub, tmp_path: Path
) -> None:
    event = {
        "github.event.pull_request.number": "7",
        "matrix.environment": environments[0],
        "github.token": "t",
    }
    opened = WorkflowRun(account, tmp_path, event, github.address, subject="pull_request")
    opened.job(workflow("pull-request"), "plan")
    (comment,) = github.comments
    assert f"Plan for {environments[0]}" in comment["body"]


def labeled(account: Account, folder: Path, number: int, lost_before: str = "") -> Machine:
    """Run the job that deploys an environment for a labelled pull request."""
    event = {"github.event.pull_request.number": str(number)}
    run = WorkflowRun(account, folder / str(number), event, subject="pull_request")
    return run.job(workflow("pull-request"), "ephemeral", lost_before=lost_before)


def left_of(account: Account, environment: str) -> set[str]:
    """The resources of an environment: functions, and the aliases of its keys."""
    pages = account.aws.client("kms").get_paginator("list_aliases").paginate()
    aliases = [str(alias["AliasName"]) for page in pages for alias in page["Aliases"]]
    return {
        *deployed_digests(account, environment),
        *(alias for alias in aliases if alias.endswith(f"-{environment}")),
    }


def test_an_environment_that_cannot_be_deployed_leaves_nothing(account: Account, tmp_path: Path) -> None:
    handler = account.checkout / "lambda_src/catalog/handler.py"
    source = handler.read_text()
    handler.write_text(f"{source}\ndef broken(:\n")
    try:
        with pytest.raises(JobError, match=r"catalog/handler\.py:\d+ is not valid Python") as failed:
            labeled(account, tmp_path, 6)
    finally:
        handler.write_text(source)
    assert set(failed.value.machine.output) == {"make dispose"}
    assert left_of(account, "pr-6") == set()


def test_the_nightly_job_removes_environments_of_closed_pull_requests(
    account: Account, github: FakeGithub, tmp_path: Path
) -> None:
    """A machine was lost before it removed its environment."""
    tried = labeled(account, tmp_path, 7, lost_before="make dispose")
    assert "checking pr-7 from outside" in tried.output["make verify"]
    night = WorkflowRun(account, tmp_path, {"github.token": "t"}, github.address)
    github.open_pulls = {7}
    deployed = left_of(account, "pr-7")
    assert "took away nothing\n" in night.job(workflow("nightly"), "leftovers").output["make sweep"]
    assert left_of(account, "pr-7") == deployed, "its pull request is open"
    github.open_pulls = set()
    assert "took away pr-7\n" in night.job(workflow("nightly"), "leftovers").output["make sweep"]
    assert left_of(account, "pr-7") == set()
