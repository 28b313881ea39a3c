"""Prepares an AWS account for the pipeline of one environment. Safe to repeat.

Runs with an administrator's credentials. What exists is adopted: the bucket, the lock table, roles and policies with
the right names are imported, and the account's GitHub provider and log role are used. The state is in the bucket that
this makes.
"""

import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from education.errors import UserError
from education.naming import Names
from education.pipeline.bootstrap_stack import state_key
from education.pipeline.github_trust import AUDIENCE, ISSUER, trusts_github
from education.settings.load import settings_from_variables
from education.settings.model import EnvironmentSettings
from tools.deploy.cdktf import Cdktf
from tools.deploy.progress import ResourceCounter
from tools.deploy.terraform import Terraform
from tools.pipeline.adoption import NOT_THERE, adopt
from tools.pipeline.state_bucket import StateBucket, managed
from tools.setup.toolchain import LOGS, Toolchain, find_toolchain
from tools.support.account import Account, client, current_account
from tools.support.steps import step

PROVIDER = "aws_iam_openid_connect_provider"


@dataclass(frozen=True)
class Bootstrap:
    """The bootstrap of one environment in the account that is signed in."""

    settings: EnvironmentSettings
    account: Account
    toolchain: Toolchain
    home: Path

    @property
    def stack(self) -> str:
        """The stack's id."""
        return f"BootstrapStack{self.settings.environment_suffix}"

    @property
    def provider_arn(self) -> str:
        """The ARN of the account's GitHub provider, made here or elsewhere."""
        return f"arn:{self.account.partition}:iam::{self.account.id}:oidc-provider/{ISSUER}"

    @property
    def first_state(self) -> Path:
        """The file of the state until the bucket exists. An interrupted first run leaves it."""
        return self.home / f"{self.account.id}.tfstate"

    @cached_property
    def bucket(self) -> StateBucket:
        """The state bucket."""
        state = self.settings.state
        return StateBucket(client("s3", state.bucket_region), state.bucket, self.account.id)

    def apply(self) -> dict[str, Any]:
        """Create what is missing and change what differs; returns the outputs."""
        with step("looking at what the account has"):
            stored = self._stored_state()
            foreign = self._foreign(stored or self._interrupted_state())
        with step(f"synthesizing {self.stack}"):
            terraform = self._synthesized(is_first_run=stored is None, foreign=foreign)
            terraform.init()
        with step("adopting what exists already") as current:
            current.note(
                ", ".join(adopt(terraform, self.account, self.settings.state.bucket_region)) or "nothing"
            )
        with step("making what is missing, changing what differs") as current:
            if terraform.plan():
                terraform.apply(on_line=ResourceCounter(current.progress))
            else:
                current.note("nothing to do")
        if stored is None:
            with step(f"moving the state into {self.settings.state.bucket}"):
                self._forget_digest()
                terraform = self._synthesized(is_first_run=False, foreign=foreign)
                terraform.init("-migrate-state", "-force-copy")
                self._forget_first_state()
        return terraform.outputs()

    def destroy(self) -> None:
        """Destroy everything, unless the bucket still has states of environments."""
        with step("looking for states that are still in use") as current:
            stored, left = self._stored_state(), self._interrupted_state()
            if stored is None and not managed(left):
                raise UserError(
                    f"{self.settings.state.bucket} has no bootstrap, so there is nothing to destroy."
                )
            self._refuse_while_in_use()
            if stored is None:
                current.note("the last destroy was interrupted, so this continues it")
        foreign = self._foreign(left if stored is None else stored)
        if stored is None:
            terraform = self._synthesized(is_first_run=True, foreign=foreign)
            terraform.init()
        else:
            with step("taking the state out of the bucket"):
                self._synthesized(is_first_run=False, foreign=foreign).init()
                terraform = self._synthesized(is_first_run=True, foreign=foreign)
                terraform.init("-migrate-state", "-force-copy")
        with step(f"emptying {self.settings.state.bucket}"):
            if self.bucket.exists():
                self.bucket.empty()
            self._unprotect_locks()
        with step("looking for other roles that use GitHub's provider") as current:
            current.note(self._leave_provider(terraform))
        with step("destroying") as current:
            terraform.destroy(on_line=ResourceCounter(current.progress))
            self._forget_first_state()

    def _leave_provider(self, terraform: Terraform) -> str:
        """Keep GitHub's provider where other roles trust it; returns a remark that names them."""
        own = {Names(self.settings.environment_suffix).of(role) for role in ("plan", "deploy", "test")}
        pages = client("iam", self.settings.aws_region).get_paginator("list_roles").paginate()
        others = [
            role["RoleName"]
            for page in pages
            for role in page["Roles"]
            if role["RoleName"] not in own
            and self.provider_arn in json.dumps(role.get("AssumeRolePolicyDocument"))
        ]
        provider = [address for address in terraform.addresses() if address.startswith(f"{PROVIDER}.")]
        if not (others and provider):
            return ""
        terraform.run("state", "rm", *provider, log=False)
        return f"it stays for {', '.join(others)}"

    def _unprotect_locks(self) -> None:
        """Allow the lock table to be deleted, unless an interrupted destroy has deleted it."""
        try:
            client("dynamodb", self.settings.state.bucket_region).update_table(
                TableName=self.settings.state.lock_table, DeletionProtectionEnabled=False
            )
        except ClientError as problem:
            if problem.response["Error"]["Code"] not in NOT_THERE:
                raise

    def _forget_first_state(self) -> None:
        for file in self.first_state.parent.glob(f"{self.first_state.name}*"):
            file.unlink()

    def _forget_digest(self) -> None:
        """Delete the checksum of a deleted state, since Terraform would compare the new state with it."""
        state = self.settings.state
        key = f"{state.bucket}/{state_key(self.settings.environment_suffix)}-md5"
        client("dynamodb", state.bucket_region).delete_item(
            TableName=state.lock_table, Key={"LockID": {"S": key}}
        )

    def _refuse_while_in_use(self) -> None:
        own = state_key(self.settings.environment_suffix)
        states = self.bucket.states() if self.bucket.exists() else {}
        used = {key: count for key, count in states.items() if count and key != own}
        if used:
            listed = ", ".join(f"{key} ({count} resources)" for key, count in sorted(used.items()))
            raise UserError(
                f"the bucket {self.settings.state.bucket} still has states: {listed}. Destroy those environments "
                "first (`make destroy ENV=…`); nothing was changed."
            )

    def _stored_state(self) -> dict[str, Any] | None:
        bucket = self.bucket
        return bucket.read(state_key(self.settings.environment_suffix)) if bucket.exists() else None

    def _interrupted_state(self) -> dict[str, Any]:
        return dict(json.loads(self.first_state.read_text())) if self.first_state.is_file() else {}

    def _owns_oidc_provider(self, state: dict[str, Any]) -> bool:
        """Whether GitHub's provider belongs to this stack: it made it, or needs it and there is none yet."""
        if any(resource["type"] == PROVIDER for resource in managed(state)):
            return True  # also where nothing here needs it any more, since other environments may
        if not trusts_github(self.settings.pipeline):
            return False
        arn = self.provider_arn
        try:
            found = client("iam", self.settings.aws_region).get_open_id_connect_provider(
                OpenIDConnectProviderArn=arn
            )
        except ClientError as problem:
            if problem.response["Error"]["Code"] in NOT_THERE:
                return True
            raise
        if AUDIENCE not in found["ClientIDList"]:
            raise UserError(
                f"the account's provider {arn} does not accept the audience {AUDIENCE}: add it (`aws iam "
                f"add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn {arn} --client-id "
                f"{AUDIENCE}`), or delete the provider if nothing uses it; nothing was changed."
            )
        return False

    def _owns_log_role(self, state: dict[str, Any]) -> bool:
        """Whether API Gateway's role for logs belongs to this stack: it set it, or none is set yet."""
        if any(resource["type"] == "aws_api_gateway_account" for resource in managed(state)):
            return True
        role = client("apigateway", self.settings.aws_region).get_account().get("cloudwatchRoleArn")
        own = Names(self.settings.environment_suffix).of("api-logs")
        return not role or role.endswith(f":role/{own}")

    def _foreign(self, state: dict[str, Any]) -> dict[str, str]:
        """Variables that tell the stack to use, and not to manage, what the account has from elsewhere."""
        owned = {
            "EDUCATION_OIDC_PROVIDER": self._owns_oidc_provider(state),
            "EDUCATION_LOG_ROLE": not self.settings.api.account_log_role or self._owns_log_role(state),
        }
        return {variable: "" if is_owned else "existing" for variable, is_owned in owned.items()}

    def _synthesized(self, *, is_first_run: bool, foreign: dict[str, str]) -> Terraform:
        variables = {
            **os.environ,
            "ENVIRONMENT_SUFFIX": self.settings.environment_suffix,
            "EDUCATION_STACK": "bootstrap",
            "EDUCATION_FIRST_STATE": str(self.first_state) if is_first_run else "",
            **foreign,
        }
        logs = LOGS / self.stack
        cdktf = Cdktf(self.stack, self.toolchain, self.home / "cdktf.out", variables, logs)
        cdktf.synth()
        return Terraform(cdktf.stack_folder, self.toolchain, variables, logs)


def open_bootstrap(suffix: str, home: Path) -> Bootstrap:
    """The bootstrap of an environment in the account that is signed in; `home` is the folder for its files.

    Raises:
        UserError: the environment has no pipeline, or Terraform or the credentials are missing.
    """
    settings = settings_from_variables(os.environ, suffix)
    if settings.environment_suffix != suffix or not settings.pipeline.is_enabled:
        raise UserError(
            f"environments/{suffix}.toml has no section [pipeline], so no pipeline deploys it: add one "
            "(environments/dev.toml has an example)."
        )
    with step("looking for Terraform, and who is signed in") as current:
        toolchain = find_toolchain()
        account = current_account(settings)
        current.note(f"{account.identity_arn}")
    return Bootstrap(settings, account, toolchain, (home / suffix).resolve())
