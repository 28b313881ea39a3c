"""Destroys environments of pull requests: one (`dispose`), or all whose pull request is closed (`sweep`).

Safe to repeat, and after a deploy that stopped half-way. Refuses environments that do not belong to a pull request. An
environment with an empty state is not synthesized: the mistake that stopped its deploy would also stop its destroy.
"""

import os
import re

from education.errors import UserError
from education.settings.load import settings_from_variables
from education.settings.model import EnvironmentSettings
from tools.deploy.stack import refuse_protected
from tools.deploy.stack import run as run_stack
from tools.pipeline.github import current_github
from tools.pipeline.state_bucket import StateBucket
from tools.support.account import Account, client, current_account
from tools.support.service_problems import SERVICE_PROBLEMS, service_message
from tools.support.steps import step

PATTERN = re.compile(r"pr-(\d+)")


def dispose(suffix: str) -> None:
    """Destroy the stack of one environment."""
    if not PATTERN.fullmatch(suffix):
        raise UserError(
            f"{suffix} is no environment of a pull request (pr-<number>): use `make destroy ENV={suffix}`."
        )
    variables = {**os.environ, "ENVIRONMENT_SUFFIX": suffix}
    settings = settings_from_variables(variables)
    refuse_protected(settings)
    account = current_account(settings)
    with step("looking for what was deployed") as current:
        is_deployed = any(_states(settings, account, f"{suffix}/TapStack{suffix}.tfstate").values())
        current.note("" if is_deployed else "nothing")
    if is_deployed:
        run_stack("destroy", suffix, variables)


def sweep(suffix: str) -> list[str]:
    """Dispose of every environment in the account of `suffix` whose pull request is closed.

    An environment is found by its state.

    Raises `UserError` at the end if some of them could not be disposed of.
    """
    settings = settings_from_variables(os.environ, suffix)
    account = current_account(settings)
    found = {key.partition("/")[0] for key, count in _states(settings, account, "pr-").items() if count}
    open_numbers = current_github().open_pull_requests()
    numbers = sorted(int(match[1]) for name in found if (match := PATTERN.fullmatch(name)))
    left = [f"pr-{number}" for number in numbers if number not in open_numbers]
    problems = []
    for name in left:
        try:
            dispose(name)
        except UserError as problem:  # a lock that a lost machine left keeps this one, but not the others
            problems.append(f"{name} is still there: {problem}")
        except SERVICE_PROBLEMS as problem:
            problems.append(f"{name} is still there: {service_message(problem)}")
    if problems:
        raise UserError("\n".join(problems))
    return left


def _states(settings: EnvironmentSettings, account: Account, prefix: str) -> dict[str, int]:
    """How many resources each state in the environment's bucket has, by key."""
    state = settings.state
    return StateBucket(client("s3", state.bucket_region), state.bucket, account.id).states(prefix)
