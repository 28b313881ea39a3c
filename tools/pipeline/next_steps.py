"""What an operator enters on GitHub after a bootstrap: the GitHub environment and the repository's variables."""

from pathlib import Path
from typing import Any

from education.settings.model import EnvironmentSettings
from tools.support.paths import displayed

EXTERNAL_ID = "sts:externalid"  # the condition key, as IAM compares it


def next_steps(settings: EnvironmentSettings, outputs: dict[str, Any], file: Path) -> str:
    """What the operator enters on GitHub after a bootstrap; `file` is where its outputs were written."""
    pipeline, suffix = settings.pipeline, settings.environment_suffix.upper()
    roles = [role for role in ("plan", "deploy", "test") if f"{role}_role_arn" in outputs]
    through = through_another_account(settings)
    return "\n".join(
        [
            "",
            f"In the settings of {pipeline.repository}: make the environment {pipeline.github_environment!r} and the",
            "repository variables (Secrets and variables, Actions, Variables):",
            *(f"  AWS_{role.upper()}_ROLE_{suffix}  {outputs[f'{role}_role_arn']}" for role in roles),
            f"(also in {displayed(file)})",
            *(["and, as this account is entered through the pipeline's own:", *through] if through else []),
        ]
    )


def through_another_account(settings: EnvironmentSettings) -> list[str]:
    """The variables that lead to an account that GitHub does not sign in to itself."""
    pipeline, suffix = settings.pipeline, settings.environment_suffix.upper()
    external = [value for key, value in pipeline.conditions.items() if key.lower() == EXTERNAL_ID]
    values = {
        "AWS_PIPELINE_ROLE": pipeline.pipeline_role_arns,
        "AWS_PIPELINE_PLAN_ROLE": pipeline.pipeline_plan_role_arns,
        "AWS_EXTERNAL_ID": external if pipeline.pipeline_role_arns else [],
    }
    return [f"  {name}_{suffix}  {' or '.join(held)}" for name, held in values.items() if held]
