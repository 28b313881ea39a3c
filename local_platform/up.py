"""`make up`: brings the platform from any state to one that runs and passes the smoke test."""

import contextlib
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from education.errors import UserError
from education.openapi.description import load_api_description
from education.portal.web_build import PARTS, built
from local_platform import accounts, aws, emulator, smoke_test
from local_platform.deployment import Deployment, cdktf
from local_platform.emulator import Instance
from local_platform.platform import STACK, Platform
from local_platform.state_backend import StateBackend
from tools.deploy import package_keys
from tools.deploy.key_store import key_store_client
from tools.deploy.progress import ResourceCounter
from tools.setup.toolchain import find_toolchain
from tools.support.outputs import write_outputs
from tools.support.paths import displayed
from tools.support.steps import step

SMOKE_ADVICE = (
    "run `make up` again, which deploys everything anew; if it fails again, read the log group of that route's "
    "function."
)


def up(platform: Platform) -> dict[str, Any]:
    """Bring the platform up; returns the content of its outputs file. Does only what is not done already.

    Raises `UserError` for a mistake in the settings or in the API description before anything is started. For a mistake
    that is found later, but before the deploy, what was started is stopped first.
    """
    check_files(platform)
    with step("looking for Terraform and the AWS provider") as current:
        toolchain = find_toolchain()
        source = f"mirror {toolchain.mirror}" if toolchain.mirror else "the registry"
        current.note(f"Terraform {toolchain.terraform_version}, provider from {source}")
    with stop_emulator_on_failure(platform), ThreadPoolExecutor() as beside:
        portal = beside.map(built, PARTS)  # before the synth asks for it, since the emulator mostly waits
        instance = aws_emulator(platform)
        with step(f"building the portal, bundling the functions and synthesizing {STACK}"):
            list(portal)
            cdktf(platform, toolchain).synth()
    deployment = Deployment(platform, instance, StateBackend(platform))
    with step(f"deploying {STACK} with cdktf") as current:
        stack_outputs = deployment.outputs()
        if stack_outputs is not None:
            current.note("nothing changed")
        else:
            counter = ResourceCounter(current.progress)
            stack_outputs = deployment.deploy(toolchain, counter)
            current.note(counter.text)
    with step("filling the keys that open packages") as current:
        current.note(package_keys.fill(platform.settings, key_clients(platform)))
    with step("making the demo accounts"):
        people = accounts.ensure_accounts(platform, stack_outputs["user_pool_id"])
        outputs = {
            **stack_outputs,
            "aws_endpoint_url": platform.endpoint,
            **platform.keys.outputs,
            "demo_accounts": people,
        }
        write_outputs(platform.outputs_file, outputs)
    with step("smoke test: an instructor publishes a course, a student takes it"):
        try:
            smoke_test.run(outputs)
        except BaseException as problem:
            deployment.forget_deployment()  # the deployed stack has a defect: the next `make up` deploys all of it
            if isinstance(problem, UserError):
                raise UserError(f"{problem}\n  What to do: {SMOKE_ADVICE}") from None
            raise
    return outputs


def key_clients(platform: Platform) -> package_keys.KeyClients:
    """The clients with which the keys that open packages are filled."""
    return package_keys.KeyClients(
        aws.client(platform, "secretsmanager"),
        aws.client(platform, "cloudfront"),
        key_store_client(platform.endpoint, **platform.keys.outputs),
    )


def check_files(platform: Platform) -> None:
    """Refuse settings and an API description that cannot be deployed."""
    _ = platform.settings
    load_api_description()


@contextlib.contextmanager
def stop_emulator_on_failure(platform: Platform) -> Iterator[None]:
    """Stop the AWS emulator if the body of the `with` statement started it and then fails."""
    before = emulator.recorded(platform)
    try:
        yield
    except BaseException:
        if before is None or emulator.recorded(platform) != before:
            emulator.stop(platform)
        raise


def aws_emulator(platform: Platform) -> Instance:
    """A running AWS emulator, with a state backend that no killed Terraform has locked."""
    with step("starting the AWS emulator with IAM enforcement") as current:
        instance = emulator.running(platform)
        if instance is None and emulator.is_unresponsive(platform):
            current.note(
                f"it ran but did not answer for {emulator.BUSY_SECONDS:g} s, so this starts from empty"
            )
        if instance is not None and instance.port != platform.port:
            emulator.check_port(platform.port)  # before anything that runs is stopped
        emulator.stop_orphans(platform, instance)
        if instance is None:
            emulator.stop(platform)
        elif instance.port != platform.port:
            emulator.stop(platform)
            current.note(f"moved here from port {instance.port}, starting from empty")
            instance = None
        elif instance.code != emulator.code():
            emulator.stop(platform)
            current.note("its own code changed since it was started, so this starts from empty")
            instance = None
        else:
            current.note("it runs already")
        if instance is not None:
            StateBackend(platform).create()
            if StateBackend(platform).is_locked():
                emulator.stop(platform)
                current.note("the last deploy was killed half-way, so this starts from empty")
                instance = None
        if instance is None:
            instance = emulator.start(platform)
            # Terraform stores the address of the earlier state there.
            shutil.rmtree(platform.synthesized, ignore_errors=True)
    with step("making the state bucket and the lock table") as current:
        if not StateBackend(platform).create():
            current.note("they exist already")
    return instance


def summary(platform: Platform, outputs: dict[str, Any]) -> str:
    """What a person needs to know of a running platform."""
    lines = [
        "",
        f"The platform runs. Open {outputs['portal_url']} in a browser, and sign in with an account below.",
        f"  Portal         {outputs['portal_url']}",
        f"  API            {outputs['api_endpoint']}",
        f"  Content        {outputs['content_base_url']}",
        f"  AWS emulator   {platform.endpoint}",
        f"  All outputs    {displayed(platform.outputs_file)}",
        "",
        "Demo accounts",
        *(
            f"  {role:<14} {account['username']:<28} {account['password']}"
            for role, account in outputs["demo_accounts"].items()
        ),
        "",
        "After a change:  make up (or, for a function only, make reload)     To stop:  make down",
    ]
    return "\n".join(lines)
