"""The stack of an environment in a real account: synth, deploy, destroy, diff, outputs.

Credentials are AWS's usual ones (a profile, variables, single sign-on). The local platform has commands of its
own: `python -m local_platform`.
"""

import os
import sys
from collections.abc import Mapping

from education.errors import UserError
from education.settings.load import settings_from_variables
from education.settings.model import EnvironmentSettings
from tools.deploy import package_keys
from tools.deploy.cdktf import Cdktf
from tools.deploy.key_quota import refuse_without_room
from tools.deploy.progress import ResourceCounter
from tools.deploy.refusals import refuse_in_one_step
from tools.setup.toolchain import LOGS, find_toolchain
from tools.support.account import current_account, refuse_local
from tools.support.outputs import write_outputs
from tools.support.paths import ROOT, displayed
from tools.support.steps import step


def start(command: str, suffix: str, *, ask: bool = True) -> None:
    """Run one command after every check that needs no Terraform.

    Args:
        command: synth, deploy, destroy, diff or outputs.
        suffix: the environment.
        ask: whether destroy asks the operator for the environment's name first.

    Raises:
        UserError: the settings are wrong, or the credentials belong to another account.
    """
    variables = {**os.environ, "ENVIRONMENT_SUFFIX": suffix}
    settings = settings_from_variables(variables)
    if command != "synth":
        refuse_local(suffix)
    if command == "destroy":
        refuse_protected(settings)
    if command != "synth":
        with step("finding out which account this is") as current:
            current.note(current_account(settings).identity_arn)
    if command == "destroy" and ask:
        _confirm(suffix)
    run(command, suffix, variables)


def refuse_protected(settings: EnvironmentSettings) -> None:
    """Refuse to destroy an environment that protects its data. Terraform would stop only at the tables, half-way."""
    if settings.protect_data:
        raise UserError(
            f"{settings.environment_suffix} protects its data (protect_data = true), so it is not destroyed; nothing "
            "was changed. To delete the data too: set protect_data = false in the environment's file, "
            f"`make bootstrap ENV={settings.environment_suffix}` if a pipeline deploys it, "
            f"`make deploy ENV={settings.environment_suffix}`, and then destroy it."
        )


def run(command: str, suffix: str, variables: Mapping[str, str]) -> None:
    """Run one command for the environment that `variables` name."""
    with step("looking for Terraform and the AWS provider") as current:
        toolchain = find_toolchain()
        current.note(f"Terraform {toolchain.terraform_version}")
    stack = f"TapStack{suffix}"
    cdktf = Cdktf(stack, toolchain, ROOT / "cdktf.out", variables, LOGS / suffix)
    with step(f"bundling the functions and synthesizing {stack}") as current:
        cdktf.synth()
        current.note(displayed(cdktf.stack_folder / "cdk.tf.json"))
    if command == "deploy":
        settings = settings_from_variables(variables)
        refuse_in_one_step(settings)
        refuse_without_room(settings)
        with step(f"deploying {stack} with cdktf") as current:
            counter = ResourceCounter(current.progress)
            outputs = cdktf.deploy(advice=_advice(suffix), is_synthesized=True, on_line=counter)
            current.note(counter.text)
        with step("filling the keys that open packages") as current:
            current.note(package_keys.fill(settings, package_keys.current_clients(settings)))
        _write_outputs(suffix, outputs)
    elif command == "destroy":
        with step(f"destroying {stack}") as current:
            counter = ResourceCounter(current.progress)
            cdktf.destroy(advice=_advice(suffix), is_synthesized=True, on_line=counter)
            current.note(counter.text)
        (ROOT / "outputs" / f"{suffix}.json").unlink(missing_ok=True)
    elif command == "diff":
        cdktf.diff(advice=_advice(suffix), is_synthesized=True)
    elif command == "outputs":
        _write_outputs(suffix, cdktf.outputs(advice=_advice(suffix), is_synthesized=True))


def _write_outputs(suffix: str, outputs: Mapping[str, object]) -> None:
    """Write `outputs/<environment>.json`, which the integration tests and the portal read."""
    file = write_outputs(ROOT / "outputs" / f"{suffix}.json", {**outputs, "aws_endpoint_url": ""})
    print(f"  wrote {displayed(file)}")


def _advice(suffix: str) -> str:
    return (
        "read the error above. Credentials missing or expired: sign in to the account again. State bucket missing: "
        f"`make bootstrap ENV={suffix}` makes it."
    )


def _confirm(suffix: str) -> None:
    """Ask for the environment's name, so that a mistyped command destroys nothing."""
    print(
        f"This destroys everything of the environment {suffix!r}. Type its name to go on: ",
        end="",
        flush=True,
    )
    if sys.stdin.readline().strip() != suffix:
        raise UserError("that is not its name, so nothing was destroyed.")
