"""The settings of the pipeline: which GitHub repository may deploy an environment, to which account, within what.

The bootstrap stack, which makes the pipeline's roles, and the tools that deploy use them. An environment without this
section (local) is deployed by hand, and its roles have no permissions boundary.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from education.settings.types import matching

Repository = Annotated[
    str,
    AfterValidator(
        matching(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}", "a GitHub repository, as owner/name")
    ),
]
NumericId = Annotated[
    str, AfterValidator(matching(r"[0-9]{1,12}", "a number in quotes, as GitHub's API shows it"))
]
GithubEnvironment = Annotated[
    str, AfterValidator(matching(r"[A-Za-z0-9_-]{1,100}", "letters, digits, hyphens and underscores"))
]
AccountId = Annotated[
    str, AfterValidator(matching(r"[0-9]{12}", "the twelve digits of an AWS account id, in quotes"))
]
RoleArn = Annotated[
    str,
    AfterValidator(
        matching(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]{1,512}", "the ARN of an IAM role")
    ),
]
ResourceName = Annotated[
    str, AfterValidator(matching(r"education-[a-z0-9-]{1,50}", "a name that begins with education-"))
]
# A condition that everyone fulfils is none.
ExactValue = Annotated[str, AfterValidator(matching(r"[^*?]{1,256}", "an exact value, without a wildcard"))]

CHAINED_MINUTES = 60  # the longest session of a role that was assumed with another role (AWS's limit)


class Announcement(BaseModel):
    """Where a deployment is announced: the environment's alert topic, a Slack-compatible hook, both or neither.

    The hook's address is a secret. It comes from the variable DEPLOY_HOOK_URL, never from a settings file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    topic: bool = False
    hook: bool = False


class PipelineSettings(BaseModel):
    """`[pipeline]`: who deploys this environment, and within what limits.

    Attributes:
        repository: the only GitHub repository that the roles trust, with its two numeric ids.
        github_environment: the GitHub environment whose jobs may deploy.
        default_branch: the branch whose jobs, like those of pull requests, may plan.
        boundary: the permissions boundary of every role that is deployed.
        ephemeral: whether the roles also deploy the environments of pull requests, `pr-<number>`.
        session_minutes: the longest session of the pipeline's roles.
        old_state_days: how long replaced versions of a state are kept.
        allowed_account_ids: the AWS accounts that this environment may be in; checked before anything is changed.
        pipeline_role_arns: for an account that GitHub does not sign in to directly, the roles of the pipeline's account
            that assume the deploy role.
        pipeline_plan_role_arns: the same for the plan role; where it is empty, GitHub signs in to the plan role.
        conditions: what a caller must fulfil to assume the deploy role, or to come from the pipeline's account, by IAM
            condition key and exact value.
        announcement: where a deployment is announced.
        integration_tests: which tests follow a deployment. For `people` a role that may do nothing else creates people
            in the user pool. `outside` runs only the tests that need no people.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    repository: Repository | None = None
    repository_id: NumericId | None = None
    repository_owner_id: NumericId | None = None
    github_environment: GithubEnvironment | None = None
    default_branch: GithubEnvironment = "main"
    boundary: ResourceName | None = None
    ephemeral: bool = False
    session_minutes: int = Field(default=60, ge=60, le=720)  # IAM's limits of MaxSessionDuration
    old_state_days: int = Field(default=90, ge=1, le=3650)
    allowed_account_ids: tuple[AccountId, ...] = ()
    pipeline_role_arns: tuple[RoleArn, ...] = ()
    pipeline_plan_role_arns: tuple[RoleArn, ...] = ()
    conditions: dict[str, ExactValue] = Field(default_factory=dict)
    announcement: Announcement = Announcement()
    integration_tests: Literal["people", "outside"] = "outside"

    @property
    def is_enabled(self) -> bool:
        """Whether a pipeline deploys this environment."""
        return self.repository is not None

    @model_validator(mode="after")
    def _a_repository_is_named_in_full(self) -> Self:
        together = ("repository", "repository_id", "repository_owner_id", "github_environment", "boundary")
        missing = [name for name in together if getattr(self, name) is None]
        if missing and len(missing) < len(together):
            raise ValueError(f"{missing[0]} is missing; allowed: all of {', '.join(together)}, or none")
        return self

    @model_validator(mode="after")
    def _another_account_is_entered_narrowly(self) -> Self:
        both = set(self.pipeline_role_arns) & set(self.pipeline_plan_role_arns)
        if self.pipeline_role_arns and not self.conditions:
            raise ValueError(
                "conditions is empty but pipeline_role_arns is not; allowed: at least one condition, such as "
                '{ "sts:ExternalId" = "…" }'
            )
        if self.pipeline_plan_role_arns and not self.pipeline_role_arns:
            raise ValueError(
                "pipeline_role_arns is empty but pipeline_plan_role_arns is not; allowed: both, or the former alone"
            )
        if both:
            raise ValueError(
                f"{min(both)} is in pipeline_role_arns and in pipeline_plan_role_arns; allowed: one of them, since "
                "pull requests may use the latter"
            )
        if self.pipeline_role_arns and self.session_minutes > CHAINED_MINUTES:
            raise ValueError(
                f"session_minutes is {self.session_minutes}; allowed with pipeline_role_arns: {CHAINED_MINUTES}, "
                "because AWS limits the session of a role that was assumed with another role to one hour"
            )
        return self
