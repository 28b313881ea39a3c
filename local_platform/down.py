"""`make down`: removes everything of the platform, in any state that it is in.

Terraform does not destroy the stack first: everything that it would destroy is in the memory of the AWS emulator, and
so is its state. tests/integration/platform/test_destroy.py proves that the stack can be destroyed.
"""

import contextlib
import shutil

from local_platform import emulator
from local_platform.platform import Platform
from tools.support.steps import step


def down(platform: Platform) -> None:
    """Stop every process of the platform and remove every file of it.

    Needs neither valid settings nor a working toolchain.

    Raises:
        UserError: the folder is not a platform's. Nothing was changed.
    """
    platform.check_home()
    with step("stopping the AWS emulator") as current:
        if emulator.stop(platform) == 0:
            current.note("it was not running")
    with step("removing its files"):
        platform.outputs_file.unlink(missing_ok=True)
        shutil.rmtree(platform.home, ignore_errors=True)
        with contextlib.suppress(OSError):  # the folder may have outputs of other environments
            platform.outputs_file.parent.rmdir()
