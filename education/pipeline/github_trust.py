"""Who may assume the pipeline's roles: jobs of one GitHub repository, or named roles of the pipeline's account.

GitHub's OIDC token has the subject in one of two forms, and the trust policy lists both: the classic form with names
only, and the immutable form with numeric ids. The latter is the default of repositories that were made or renamed since
the summer of 2026 (https://docs.github.com/actions/reference/openid-connect-reference). The policy uses no wildcard, no
set operator and no other claim.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from education.aws_context import AwsContext
from education.settings.pipeline import PipelineSettings

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"


def provider_arn(context: AwsContext) -> str:
    """The ARN of the account's GitHub OIDC provider; an account can have only one for an issuer."""
    return f"arn:{context.partition}:iam::{context.account_id}:oidc-provider/{ISSUER}"


def environment_subjects(pipeline: PipelineSettings) -> list[str]:
    """The subjects of jobs that run in this environment's GitHub environment."""
    return _subjects(pipeline, f"environment:{pipeline.github_environment}")


def review_subjects(pipeline: PipelineSettings) -> list[str]:
    """The subjects of jobs that only plan: jobs of pull requests, and jobs of the default branch."""
    return [
        *_subjects(pipeline, "pull_request"),
        *_subjects(pipeline, f"ref:refs/heads/{pipeline.default_branch}"),
    ]


def deploy_trust(context: AwsContext, pipeline: PipelineSettings) -> dict[str, Any]:
    """The statement of the deploy role's trust policy, with the conditions that the settings name."""
    if pipeline.pipeline_role_arns:
        return _another_account(pipeline.pipeline_role_arns, pipeline.conditions)
    return _web_identity(context, "GithubEnvironment", environment_subjects(pipeline), pipeline.conditions)


def plan_trust(context: AwsContext, pipeline: PipelineSettings) -> dict[str, Any]:
    """The statement of the plan role's trust policy."""
    if pipeline.pipeline_plan_role_arns:
        return _another_account(pipeline.pipeline_plan_role_arns, pipeline.conditions)
    return _web_identity(context, "GithubPullRequestsAndDefaultBranch", review_subjects(pipeline), {})


def trusts_github(pipeline: PipelineSettings) -> bool:
    """Whether GitHub signs in directly to at least one role of the environment's account."""
    return not (pipeline.pipeline_role_arns and pipeline.pipeline_plan_role_arns)


def _another_account(role_arns: Sequence[str], conditions: Mapping[str, str]) -> dict[str, Any]:
    return {
        "Sid": "PipelineOfAnotherAccount",
        "Effect": "Allow",
        "Principal": {"AWS": list(role_arns)},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": dict(conditions)},
    }


def _web_identity(
    context: AwsContext, sid: str, subjects: list[str], conditions: dict[str, str]
) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn(context)},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {**conditions, f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": subjects}},
    }


def _subjects(pipeline: PipelineSettings, what: str) -> list[str]:
    owner, _, name = str(pipeline.repository).partition("/")
    return [
        f"repo:{owner}/{name}:{what}",
        f"repo:{owner}@{pipeline.repository_owner_id}/{name}@{pipeline.repository_id}:{what}",
    ]
