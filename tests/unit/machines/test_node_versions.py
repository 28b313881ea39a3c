"""The npm packages install on every version of Node.js: no script of theirs compiles or fetches for one."""

import json

from education.installers import NPM_OPTIONS
from tools.support.paths import ROOT

# Its script only refuses other installers than yarn.
NOT_RUN = ["node_modules/h5p-standalone"]


def test_no_package_needs_a_script_when_it_is_installed() -> None:
    """Such a script downloads or compiles for some versions of Node.js and fails on a later one."""
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert packages
    scripted = [name for name, package in packages.items() if package.get("hasInstallScript")]
    assert [name for name in scripted if not packages[name].get("optional")] == NOT_RUN


def test_no_script_of_a_package_runs() -> None:
    """Neither by the project's installer, nor by a person's own `npm ci`."""
    assert "--ignore-scripts=true" in NPM_OPTIONS
    assert "ignore-scripts=true" in (ROOT / ".npmrc").read_text().splitlines()
