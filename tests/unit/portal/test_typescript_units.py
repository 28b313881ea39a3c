"""The unit tests of the portal's TypeScript, which vitest runs."""

import shutil
import subprocess

from tools.support.paths import ROOT


def test_the_unit_tests_of_the_portal_pass() -> None:
    npm = shutil.which("npm")
    assert npm is not None
    result = subprocess.run(
        [npm, "run", "--silent", "test", "--workspace", "portal"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
