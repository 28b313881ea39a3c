"""Plans a deployment, and applies exactly the plan that was reviewed.

A plan is saved in `build/plans/<environment>`. A plan that was changed, that belongs to another account, or that is
older than the state is not applied.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from education.errors import UserError
from education.settings.load import LOCAL_ENVIRONMENT, settings_from_variables
from education.settings.model import EnvironmentSettings
from tools.deploy import package_keys
from tools.deploy.cdktf import Cdktf
from tools.deploy.key_quota import refuse_without_room
from tools.deploy.progress import ResourceCounter
from tools.deploy.refusals import refuse_in_one_step
from tools.deploy.saved_plan import TEXT, SavedPlan, count_changes
from tools.deploy.terraform import Terraform
from tools.setup.toolchain import LOGS, Toolchain, find_toolchain
from tools.support.account import current_account
from tools.support.outputs import write_outputs
from tools.support.paths import displayed
from tools.support.redaction import redacted
from tools.support.steps import step


@dataclass(frozen=True)
class Planner:
    """Plans and applies for one environment, with the credentials that are signed in."""

    settings: EnvironmentSettings
    toolchain: Toolchain
    folder: Path

    @property
    def suffix(self) -> str:
        """The environment."""
        return self.settings.environment_suffix

    @property
    def saved(self) -> SavedPlan:
        """The plan's folder."""
        return SavedPlan(self.folder)

    def make(self) -> SavedPlan:
        """Synthesize, plan and save."""
        with step("finding out which account this is") as current:
            account = current_account(self.settings)
            current.note(account.identity_arn)
        refuse_in_one_step(self.settings)
        shutil.rmtree(self.folder, ignore_errors=True)
        with step(f"synthesizing TapStack{self.suffix}"):
            self._synthesize()
        terraform = self._terraform(self.saved.stack)
        with step("reading the state"):
            terraform.init()
            state = terraform.state()
        with step("planning") as current:
            # Without the lock, which the plan role may not write. `apply` refuses a plan that is older than the state.
            terraform.plan(self.saved.file, "-lock=false")
            planned = terraform.show(self.saved.file)
            refuse_without_room(self.settings, planned)
            changes = count_changes(planned)
            current.note(", ".join(f"{count} to {kind}" for kind, count in changes.items()))
        (self.folder / TEXT).write_text(redacted(terraform.show_text(self.saved.file)))
        self.saved.seal(
            environment=self.suffix,
            account=account.id,
            commit=os.environ.get("GITHUB_SHA", "unknown"),
            terraform=self.toolchain.terraform_version,
            lineage=state.get("lineage", ""),
            serial=state.get("serial", 0),
            changes=changes,
        )
        print(f"  saved in {displayed(self.folder)}")
        return self.saved

    def apply(self, outputs_folder: Path) -> Path:
        """Apply the saved plan, or change nothing; returns the file of the outputs, which is in `outputs_folder`."""
        with step("checking the saved plan") as current:
            record = self.saved.record()
            if record.environment != self.suffix:
                raise UserError(
                    f"the saved plan is for {record.environment}, not for {self.suffix}; nothing was changed."
                )
            account = current_account(self.settings)
            if account.id != record.account:
                raise UserError(
                    f"the plan was made for account {record.account} and the credentials belong to {account.id}: sign "
                    "in to the right one; nothing was changed."
                )
            current.note(f"made from {record.commit}")
        self.saved.strip()  # Terraform would run a provider that another person put there
        terraform = self._terraform(self.saved.stack)
        with step("checking that the state is the one that was planned for"):
            terraform.init()
            state = terraform.state()
            if (state.get("lineage", ""), state.get("serial", 0)) != (record.lineage, record.serial):
                raise UserError(
                    f"the plan is older than the state (planned for serial {record.serial}, the state has "
                    f"{state.get('serial', 0)}): another apply has run since; plan again; nothing was changed."
                )
        with step(f"applying to {self.suffix}") as current:
            counter = ResourceCounter(current.progress, total=record.operations)
            terraform.apply(str(self.saved.file.resolve()), on_line=counter)
            current.note(counter.text)
        with step("filling the keys that open packages") as current:
            current.note(package_keys.fill(self.settings, package_keys.current_clients(self.settings)))
        outputs = write_outputs(
            outputs_folder / f"{self.suffix}.json", {**terraform.outputs(), "aws_endpoint_url": ""}
        )
        print(f"  wrote {displayed(outputs)}")
        return outputs

    def drift(self) -> bool:
        """Whether the deployed stack differs from the code. The plan's text stays in the folder."""
        saved = self.make()
        return any(saved.record().changes.values())

    def unlock(self, lock: str) -> None:
        """Release the lock of a Terraform that was killed."""
        self._synthesize()
        terraform = self._terraform(self.saved.stack)
        terraform.init()
        terraform.run("force-unlock", "-force", lock)

    def _synthesize(self) -> None:
        output = self.folder / "cdktf.out"
        variables = {**os.environ, "ENVIRONMENT_SUFFIX": self.suffix}
        cdktf = Cdktf(f"TapStack{self.suffix}", self.toolchain, output, variables, LOGS / self.suffix)
        cdktf.synth()
        shutil.rmtree(self.saved.stack, ignore_errors=True)
        cdktf.stack_folder.rename(self.saved.stack)
        shutil.rmtree(output)

    def _terraform(self, folder: Path) -> Terraform:
        return Terraform(folder, self.toolchain, dict(os.environ), LOGS / self.suffix)


def planner(suffix: str, folder: Path) -> Planner:
    """The planner of an environment, after its settings were read and Terraform was found.

    Raises:
        UserError: the settings are wrong, Terraform is missing, or the environment is the local platform.
    """
    settings = settings_from_variables(os.environ, suffix)
    if suffix == LOCAL_ENVIRONMENT:
        raise UserError("the local platform needs no plans: use `make up`.")
    with step("looking for Terraform and the AWS provider") as current:
        toolchain = find_toolchain()
        current.note(f"Terraform {toolchain.terraform_version}")
    return Planner(settings, toolchain, folder)
