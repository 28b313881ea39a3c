"""`make down`: removes everything of the platform, in any state that it is in."""

import contextlib
import shutil

from botocore.exceptions import BotoCoreError, ClientError

from education.errors import UserError
from local_platform import emulator
from local_platform.deployment import cdktf
from local_platform.emulator import Instance
from local_platform.platform import STACK, Platform
from local_platform.state_backend import StateBackend
from tools.deploy.progress import ResourceCounter
from tools.setup.toolchain import find_toolchain
from tools.support.paths import ROOT, displayed
from tools.support.steps import step

KEPT_LOG = ROOT / "build" / "logs" / "local-destroy.log"


def down(platform: Platform) -> None:
    """Destroy the stack where there is one, stop every process and remove every file of the platform.

    Needs neither valid settings nor a working toolchain: without them, the stack ends with the AWS emulator.

    Raises:
        UserError: the folder is not a platform's. Or Terraform could not destroy the stack; then everything else was
            removed first.
    """
    platform.check_home()
    instance = emulator.running(platform)
    emulator.stop_orphans(platform, instance)
    failed = False
    if instance is not None and _has_stack(platform, instance):
        with step(f"destroying {STACK}") as current:
            try:
                counter = ResourceCounter(current.progress)
                stack = cdktf(platform, find_toolchain())
                stack.destroy(advice="none is needed", is_synthesized=True, on_line=counter)
                current.note(counter.text)
            except (UserError, OSError):
                _keep_log(platform)
                failed = True
                current.note("failed, so it ends with the AWS emulator")
    with step("stopping the AWS emulator") as current:
        if emulator.stop(platform) == 0:
            current.note("it was not running")
    with step("removing its files"):
        platform.outputs_file.unlink(missing_ok=True)
        shutil.rmtree(platform.home, ignore_errors=True)
        with contextlib.suppress(OSError):  # the folder may have outputs of other environments
            platform.outputs_file.parent.rmdir()
    if failed:
        raise UserError(
            f"nothing is left of the platform, but Terraform could not destroy {STACK}: see {displayed(KEPT_LOG)}."
        )


def _has_stack(platform: Platform, instance: Instance) -> bool:
    """Whether there is a state that Terraform can still work on."""
    if instance.port != platform.port or not (platform.synthesized / "manifest.json").is_file():
        return False
    try:
        backend = StateBackend(platform)
        return bool(backend.version()) and not backend.is_locked()
    except (UserError, BotoCoreError, ClientError):  # the settings, which name its place, may be wrong by now
        return False


def _keep_log(platform: Platform) -> None:
    with contextlib.suppress(
        OSError
    ):  # without a log, or without space for it, the platform is still removed
        KEPT_LOG.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(platform.log("destroy"), KEPT_LOG)
