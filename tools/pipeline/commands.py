"""The commands that the workflows run around a deployment, and the bootstrap of an account for them."""

from pathlib import Path
from typing import Annotated

import typer

from tools.support.options import OUTPUTS, Environment, OutputsFolder, PlanFolder, plan_folder
from tools.support.paths import ROOT

BootstrapFolder = Annotated[
    Path, typer.Option("--home", metavar="FOLDER", help="The folder for what it synthesizes.")
]
BOOTSTRAP = ROOT / "build" / "bootstrap"


def bootstrap(
    environment: Environment, home: BootstrapFolder = BOOTSTRAP, outputs: OutputsFolder = OUTPUTS
) -> None:
    """Prepare an AWS account for the pipeline. Safe to repeat.

    Needs an administrator's credentials. What exists already is taken over: the state bucket, the lock table, roles and
    policies with the right names. The account's GitHub provider and its log role are used.
    """
    from tools.pipeline.bootstrap import open_bootstrap
    from tools.pipeline.next_steps import next_steps
    from tools.pipeline.preflight import say
    from tools.support.outputs import write_outputs

    opened = open_bootstrap(environment, home)
    say(opened.settings, opened.account)
    made = opened.apply()
    file = write_outputs(outputs / f"bootstrap-{environment}.json", made)
    print(next_steps(opened.settings, made, file))


def preflight(environment: Environment) -> None:
    """Look at settings, names and quotas before anything is deployed. Exit code 1: something must be mended first."""
    from tools.pipeline.preflight import preflight

    preflight(environment)


def bootstrap_destroy(environment: Environment, home: BootstrapFolder = BOOTSTRAP) -> None:
    """Destroy the bootstrap, if no environment's state is left in its bucket."""
    from tools.pipeline.bootstrap import open_bootstrap

    open_bootstrap(environment, home).destroy()


def plan_comment(environment: Environment, plan: PlanFolder = None) -> None:
    """Comment the saved plan on the pull request that PULL_REQUEST names."""
    from tools.deploy.saved_plan import SavedPlan
    from tools.pipeline import reports

    reports.comment_plan(SavedPlan(plan_folder(plan, environment)), environment)


def plan_summary(environment: Environment, plan: PlanFolder = None) -> None:
    """Put the saved plan on the page of the workflow run, or print it."""
    from tools.deploy.saved_plan import SavedPlan
    from tools.pipeline import reports

    reports.summarize_plan(SavedPlan(plan_folder(plan, environment)))


def drift_report(environment: Environment, plan: PlanFolder = None) -> None:
    """Look for drift, and keep the environment's one issue about it up to date."""
    from tools.deploy.saved_plan import SavedPlan
    from tools.pipeline import reports

    reports.report_drift(SavedPlan(plan_folder(plan, environment)), environment)


def verify(environment: Environment, outputs: OutputsFolder = OUTPUTS) -> None:
    """Check the deployed environment from outside, then run the integration tests against it.

    The checks wait until the environment is up. The setting pipeline.integration_tests chooses the tests. With
    "people", all tests run that are not intrusive: the credentials must be the test role's or an administrator's. With
    "outside", only the tests run that need no user.
    """
    from tools.pipeline.verify import verify_environment

    verify_environment(environment, outputs)


def announce(environment: Environment, outputs: OutputsFolder = OUTPUTS) -> None:
    """Announce the deployment on the alert topic and to a Slack-compatible hook.

    The settings choose between the two. The address of the hook is a secret: it comes from the variable
    DEPLOY_HOOK_URL and is never printed.
    """
    from tools.pipeline.announce import announce_deployment

    announce_deployment(environment, outputs)


def dispose(environment: Environment) -> None:
    """Destroy the environment of one pull request (pr-NUMBER)."""
    from tools.pipeline.ephemeral import dispose

    dispose(environment)


def sweep(environment: Environment) -> None:
    """Dispose of every environment whose pull request is closed, in the account of this environment."""
    from tools.pipeline.ephemeral import sweep

    print(f"took away {', '.join(sweep(environment)) or 'nothing'}")


COMMANDS = (
    preflight,
    bootstrap,
    bootstrap_destroy,
    plan_comment,
    plan_summary,
    drift_report,
    verify,
    announce,
    dispose,
    sweep,
)
