"""The cdktf command line installs on every version of Node.js: no package of it is compiled or fetched for one."""

import json

from tools.support.paths import ROOT


def test_no_package_runs_a_script_when_it_is_installed() -> None:
    """Such a script downloads or compiles for some versions of Node.js and fails on a later one."""
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert packages
    assert [name for name, package in packages.items() if package.get("hasInstallScript")] == []
