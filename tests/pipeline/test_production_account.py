"""Production in an account of its own, to which GitHub does not sign in. The pipeline's own roles lead there.

The AWS emulator runs both accounts. The pipeline's account has GitHub's provider and two roles, as docs/operations.md
describes them. Production has what `make bootstrap` creates. These tests deploy nothing, because other tests show
that the permissions of the roles suffice.
"""

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_platform.strict.instance import ROOT_KEYS, StrictInstance, strict_aws
from tests.pipeline.account import IMMUTABLE, ISSUER, REPOSITORY, Account, check_out
from tests.pipeline.runner import WorkflowRun
from tests.pipeline.workflows import workflow
from tests.ports import free_port

PIPELINE, PRODUCTION = "000000000000", "111111111111"
EXTERNAL_ID = "education-prod-5f0c"
DEPLOY, PLAN = (
    f"arn:aws:iam::{PRODUCTION}:role/education-deploy-prod",
    f"arn:aws:iam::{PRODUCTION}:role/education-plan-prod",
)
OWN_DEPLOY, OWN_PLAN = (
    f"arn:aws:iam::{PIPELINE}:role/education-pipeline-{what}prod" for what in ("", "plan-")
)
INPUTS = {"inputs.environment": "prod"}
DEPLOY_SUBJECT, MAIN, REVIEW = "environment:prod", "ref:refs/heads/main", "pull_request"


@dataclass(frozen=True)
class TwoAccounts:
    """Both accounts after the bootstrap of production, with the output of the bootstrap."""

    account: Account
    production: StrictInstance
    output: str

    def own(self, arn: str, subject: str) -> StrictInstance:
        """Sign in to one of the pipeline's own roles as a GitHub job with this subject."""
        return self.account.assume(arn, f"{REPOSITORY}:{subject}")


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoAccounts]:
    """Both accounts, with production bootstrapped in its own one."""
    machines = (tmp_path_factory.mktemp("machine") for _ in itertools.count())
    with strict_aws(tmp_path_factory.mktemp("accounts"), free_port()) as aws:
        account = Account(aws, check_out(tmp_path_factory.mktemp("checkout")), machines)
        production = aws.with_credentials(
            {"AWS_ACCESS_KEY_ID": PRODUCTION, "AWS_SECRET_ACCESS_KEY": ROOT_KEYS.secret_key}
        )
        iam = aws.client("iam")
        iam.create_open_id_connect_provider(Url=ISSUER, ClientIDList=["sts.amazonaws.com"])
        make_own_role(iam, OWN_DEPLOY, DEPLOY, [DEPLOY_SUBJECT])
        make_own_role(iam, OWN_PLAN, PLAN, [REVIEW, MAIN])
        settings = account.checkout / "environments" / "prod.toml"
        settings.write_text(
            settings.read_text()
            + f'allowed_account_ids = ["{PRODUCTION}"]\n'
            + f'pipeline_role_arns = ["{OWN_DEPLOY}"]\n'
            + f'pipeline_plan_role_arns = ["{OWN_PLAN}"]\n'
            + f'conditions = {{ "sts:ExternalId" = "{EXTERNAL_ID}" }}\n'
        )
        said = account.run("make bootstrap ENV=prod", production)
        account.variables |= dict(
            re.findall(r"^  (AWS_(?:PIPELINE|EXTERNAL)\w+) +(\S+)$", said, re.MULTILINE)
        )
        yield TwoAccounts(account, production, said)


def make_own_role(iam: Any, arn: str, target: str, subjects: list[str]) -> None:
    """Create a role of the pipeline's account for jobs of these subjects. It may only assume the role `target`."""
    name = arn.rpartition("/")[2]
    host = ISSUER.removeprefix("https://")
    claims = {
        f"{host}:aud": "sts.amazonaws.com",
        f"{host}:sub": [
            f"{repository}:{subject}" for repository in (REPOSITORY, IMMUTABLE) for subject in subjects
        ],
    }
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{PIPELINE}:oidc-provider/{host}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": claims},
    }
    grant = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": target}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))
    iam.put_role_policy(RoleName=name, PolicyName="chain", PolicyDocument=document(grant))


def document(statement: dict[str, Any]) -> str:
    """A policy document with one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def identity(user: StrictInstance) -> str:
    """The ARN of a user, from STS."""
    return str(user.client("sts").get_caller_identity()["Arn"])


def test_the_bootstrap_names_the_variables_to_set(accounts: TwoAccounts) -> None:
    assert accounts.account.variables == {
        "AWS_PIPELINE_ROLE_PROD": OWN_DEPLOY,
        "AWS_PIPELINE_PLAN_ROLE_PROD": OWN_PLAN,
        "AWS_EXTERNAL_ID_PROD": EXTERNAL_ID,
    }
    assert f"AWS_DEPLOY_ROLE_PROD  {DEPLOY}" in accounts.output


def test_production_knows_no_provider_of_github(accounts: TwoAccounts) -> None:
    providers = accounts.production.client("iam").list_open_id_connect_providers()
    assert providers["OpenIDConnectProviderList"] == []


def test_the_pipelines_own_roles_lead_to_production(accounts: TwoAccounts) -> None:
    for own, subject, target in (
        (OWN_DEPLOY, DEPLOY_SUBJECT, DEPLOY),
        (OWN_PLAN, REVIEW, PLAN),
        (OWN_PLAN, MAIN, PLAN),
    ):
        user = accounts.account.assume_through(accounts.own(own, subject), target, EXTERNAL_ID)
        assert identity(user).startswith(
            f"arn:aws:sts::{PRODUCTION}:assumed-role/{target.rpartition('/')[2]}/"
        )


@pytest.mark.parametrize("target", [DEPLOY, PLAN])
@pytest.mark.parametrize("external_id", ["", "education-prod", EXTERNAL_ID.upper(), "**"])
def test_a_wrong_external_id_is_refused(accounts: TwoAccounts, target: str, external_id: str) -> None:
    own, subject = (OWN_DEPLOY, DEPLOY_SUBJECT) if target == DEPLOY else (OWN_PLAN, REVIEW)
    with pytest.raises(ClientError, match="AccessDenied"):
        accounts.account.assume_through(accounts.own(own, subject), target, external_id)


def test_a_pull_request_cannot_assume_the_deploy_role(accounts: TwoAccounts) -> None:
    """Neither through the plan role, even if its policy allowed it, nor through the pipeline's deploy role."""
    account = accounts.account
    user = accounts.own(OWN_PLAN, REVIEW)
    wider = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    name = OWN_PLAN.rpartition("/")[2]
    account.aws.client("iam").put_role_policy(
        RoleName=name, PolicyName="wider", PolicyDocument=document(wider)
    )
    try:
        with pytest.raises(ClientError, match="AccessDenied"):
            account.assume_through(user, DEPLOY, EXTERNAL_ID)
        account.assume_through(user, PLAN, EXTERNAL_ID)
    finally:
        account.aws.client("iam").delete_role_policy(RoleName=name, PolicyName="wider")
    for subject in (REVIEW, MAIN, "environment:dev"):
        with pytest.raises(ClientError, match="AccessDenied"):
            accounts.own(OWN_DEPLOY, subject)


@pytest.mark.parametrize("target", [DEPLOY, PLAN])
def test_githubs_token_alone_cannot_assume_a_production_role(accounts: TwoAccounts, target: str) -> None:
    for subject in (DEPLOY_SUBJECT, MAIN, REVIEW):
        with pytest.raises(ClientError, match="AccessDenied"):
            accounts.own(target, subject)


def test_other_identities_of_the_pipelines_account_are_refused(accounts: TwoAccounts) -> None:
    for user in (accounts.account.aws, accounts.production):
        with pytest.raises(ClientError, match="AccessDenied"):
            accounts.account.assume_through(user, DEPLOY, EXTERNAL_ID)


def test_the_pipelines_own_roles_can_do_nothing_else(accounts: TwoAccounts) -> None:
    user = accounts.own(OWN_DEPLOY, DEPLOY_SUBJECT)
    for service, call in (("s3", "list_buckets"), ("iam", "list_roles"), ("lambda", "list_functions")):
        with pytest.raises(ClientError, match="AccessDenied"):
            getattr(user.client(service), call)()


def test_the_deploy_jobs_sign_in_through_the_pipelines_roles(accounts: TwoAccounts, tmp_path: Path) -> None:
    """The plan job of deploy.yml signs in to the plan role in production, the apply job to the deploy role."""
    run = WorkflowRun(accounts.account, tmp_path)
    planned = run.job(workflow("deploy"), "plan", INPUTS)
    assert "to create" in planned.output["make plan"]
    assert f":{PRODUCTION}:assumed-role/education-plan-prod/" in identity(planned.user)
    applying = run.job(workflow("deploy"), "apply", INPUTS, lost_before="make apply")
    assert f":{PRODUCTION}:assumed-role/education-deploy-prod/" in identity(applying.user)


@pytest.mark.parametrize(
    ("name", "job", "before", "subject"),
    [("pull-request", "plan", "make plan", REVIEW), ("nightly", "drift", "make drift-report", MAIN)],
)
def test_the_plan_jobs_sign_in_through_the_pipelines_plan_role(
    accounts: TwoAccounts, tmp_path: Path, name: str, job: str, before: str, subject: str
) -> None:
    event = {"matrix.environment": "prod", "github.event.pull_request.number": "7", "github.token": "t"}
    run = WorkflowRun(accounts.account, tmp_path, event, subject=subject)
    looking = run.job(workflow(name), job, lost_before=before)
    assert f":{PRODUCTION}:assumed-role/education-plan-prod/" in identity(looking.user)


def test_a_job_with_a_wrong_external_id_fails_at_the_sign_in(accounts: TwoAccounts, tmp_path: Path) -> None:
    wrong = {"vars.AWS_EXTERNAL_ID_PROD": "education-dev"}
    with pytest.raises(ClientError, match="AccessDenied"):
        WorkflowRun(accounts.account, tmp_path, wrong).job(workflow("deploy"), "apply", INPUTS)
