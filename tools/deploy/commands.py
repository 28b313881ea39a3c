"""The commands that synthesize, plan and deploy the stack of an environment."""

from typing import Annotated

import typer

from education.errors import UserError
from tools.support.options import OUTPUTS, Environment, OutputsFolder, PlanFolder, plan_folder

DRIFT_EXIT_CODE = 2


def synth(environment: Environment = "dev") -> None:
    """Synthesize the stack into cdktf.out."""
    from tools.deploy import stack

    stack.start("synth", environment)


def deploy(environment: Environment = "dev") -> None:
    """Deploy the stack without asking, then write its outputs."""
    from tools.deploy import stack

    stack.start("deploy", environment)


def destroy(
    environment: Environment = "dev",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for the environment's name.")] = False,
) -> None:
    """Destroy the stack, after asking for the environment's name."""
    from tools.deploy import stack

    stack.start("destroy", environment, ask=not yes)


def diff(environment: Environment = "dev") -> None:
    """Show what a deploy would change."""
    from tools.deploy import stack

    stack.start("diff", environment)


def outputs(environment: Environment = "dev") -> None:
    """Write outputs/SUFFIX.json from the deployed stack."""
    from tools.deploy import stack

    stack.start("outputs", environment)


def plan(environment: Environment, plan: PlanFolder = None) -> None:
    """Plan a deployment and save it with checksums."""
    from tools.deploy.plan import planner

    planner(environment, plan_folder(plan, environment)).make()


def apply(environment: Environment, plan: PlanFolder = None, outputs: OutputsFolder = OUTPUTS) -> None:
    """Apply exactly the saved plan.

    Refuses a plan that was changed, that belongs to another account, or that is older than the state.
    """
    from tools.deploy.plan import planner

    planner(environment, plan_folder(plan, environment)).apply(outputs)


def drift(environment: Environment, plan: PlanFolder = None) -> None:
    """Say whether the deployed stack differs from its code. Exit code 2: it does."""
    from tools.deploy.plan import planner
    from tools.deploy.saved_plan import TEXT
    from tools.support.paths import displayed

    folder = plan_folder(plan, environment)
    if planner(environment, folder).drift():
        print(f"{environment} differs from its code; see {displayed(folder / TEXT)}")
        raise typer.Exit(DRIFT_EXIT_CODE)
    print(f"{environment} matches its code")


def unlock(
    environment: Environment,
    plan: PlanFolder = None,
    lock: Annotated[
        str, typer.Option(metavar="ID", help="The id that the message about the lock names.")
    ] = "",
) -> None:
    """Release the lock on the state that a killed Terraform left behind."""
    from tools.deploy.plan import planner

    opened = planner(environment, plan_folder(plan, environment))
    if not lock:
        raise UserError("which lock? Name it: `make unlock ENV=… LOCK=<the id in the message>`.")
    opened.unlock(lock)


COMMANDS = (synth, deploy, destroy, diff, outputs, plan, apply, drift, unlock)
