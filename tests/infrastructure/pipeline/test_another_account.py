"""Rules for an account that GitHub does not sign in to: who is trusted there, and which settings are too wide."""

import json
from pathlib import Path
from typing import Any

import pytest

from education.settings.load import load_settings
from education.settings.model import EnvironmentSettings
from education.settings.pipeline import PipelineSettings
from tests.infrastructure.pipeline.test_bootstrap import synthesize
from tools.pipeline.next_steps import through_another_account


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stacks are synthesized."""
    return tmp_path_factory.mktemp("another-account")


def test_another_account_is_entered_through_the_pipelines_own_roles(folder: Path) -> None:
    settings = load_settings("prod")
    pipeline = settings.pipeline.model_copy(
        update={
            "pipeline_role_arns": ("arn:aws:iam::111111111111:role/education-pipeline-prod",),
            "conditions": {"sts:ExternalId": "education-prod", "aws:PrincipalOrgID": "o-example"},
        }
    )
    document = synthesize(folder, settings.model_copy(update={"pipeline": pipeline}))
    roles = {role["name"]: role for role in document["resource"]["aws_iam_role"].values()}
    (statement,) = json.loads(roles["education-deploy-prod"]["assume_role_policy"])["Statement"]
    assert statement["Action"] == "sts:AssumeRole"
    assert statement["Principal"] == {"AWS": ["arn:aws:iam::111111111111:role/education-pipeline-prod"]}
    assert statement["Condition"] == {
        "StringEquals": {"sts:ExternalId": "education-prod", "aws:PrincipalOrgID": "o-example"}
    }


def entered_through(**more: Any) -> EnvironmentSettings:
    """Production's settings where its account is entered through the pipeline's own roles."""
    settings = load_settings("prod")
    values = {
        **settings.pipeline.model_dump(),
        "announcement": {},
        "pipeline_role_arns": ("arn:aws:iam::111111111111:role/education-pipeline-prod",),
        "conditions": {"sts:ExternalId": "education-prod"},
        **more,
    }
    return settings.model_copy(update={"pipeline": PipelineSettings.model_validate(values)})


OWN_PLAN_ROLE = "arn:aws:iam::111111111111:role/education-pipeline-plan-prod"


def test_the_plan_role_there_trusts_roles_of_its_own(folder: Path) -> None:
    document = synthesize(folder, entered_through(pipeline_plan_role_arns=(OWN_PLAN_ROLE,)))
    trusts = {
        role["name"]: json.loads(role["assume_role_policy"])["Statement"]
        for role in document["resource"]["aws_iam_role"].values()
    }
    (deploy,), (plan,) = trusts["education-deploy-prod"], trusts["education-plan-prod"]
    assert plan["Principal"] == {"AWS": [OWN_PLAN_ROLE]}
    assert OWN_PLAN_ROLE not in deploy["Principal"]["AWS"], "pull requests would deploy"
    assert plan["Condition"] == deploy["Condition"] == {"StringEquals": {"sts:ExternalId": "education-prod"}}


def test_without_one_github_signs_in_to_the_plan_role_only(folder: Path) -> None:
    document = synthesize(folder, entered_through())
    trusts = {r["name"]: r["assume_role_policy"] for r in document["resource"]["aws_iam_role"].values()}
    assert "AssumeRoleWithWebIdentity" in trusts["education-plan-prod"]
    assert "AssumeRoleWithWebIdentity" not in trusts["education-deploy-prod"]
    assert "aws_iam_openid_connect_provider" in document["resource"]


def test_the_bootstrap_says_which_variables_lead_there() -> None:
    assert through_another_account(load_settings("prod")) == []
    settings = entered_through(pipeline_plan_role_arns=(OWN_PLAN_ROLE,), conditions={"sts:externalid": "x-1"})
    assert through_another_account(settings) == [
        "  AWS_PIPELINE_ROLE_PROD  arn:aws:iam::111111111111:role/education-pipeline-prod",
        f"  AWS_PIPELINE_PLAN_ROLE_PROD  {OWN_PLAN_ROLE}",
        "  AWS_EXTERNAL_ID_PROD  x-1",
    ]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            {"pipeline_role_arns": (), "pipeline_plan_role_arns": (OWN_PLAN_ROLE,)},
            "pipeline_role_arns is empty",
        ),
        (
            {"pipeline_role_arns": (OWN_PLAN_ROLE,), "pipeline_plan_role_arns": (OWN_PLAN_ROLE,)},
            "pull requests",
        ),
        ({"session_minutes": 61}, "to one hour"),
        ({"conditions": {}}, "conditions is empty"),
    ],
)
def test_a_wide_trust_in_another_account_is_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        entered_through(**more)
