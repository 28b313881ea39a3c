"""Every mend of the emulator is in one list, which `make up` and the strict emulator both run with."""

import re

from tools.support.paths import ROOT

GATE = ROOT / "local_platform" / "gate"
# What refuses or leads requests in front of the emulator, and what others use.
NO_MENDS = {
    *("__init__", "__main__", "gate", "mends", "own_domains", "pages", "public", "root_keys", "signatures"),
    "starter",
}


def test_every_mend_is_in_the_list() -> None:
    called = set(re.findall(r"^    (\w+)\.\w+\(\)$", (GATE / "mends.py").read_text(), re.MULTILINE))
    assert called == {path.stem for path in GATE.rglob("*.py")} - NO_MENDS


def test_both_emulators_run_with_the_list_and_hide_the_project_from_functions() -> None:
    """A function that finds the project's own modules works without what its bundle lacks."""
    for program in ("gate", "strict"):
        main = (ROOT / "local_platform" / program / "__main__.py").read_text()
        assert main.count("mends.behave_as_aws()") == 1
        assert 'os.environ.pop("PYTHONPATH", None)' in main
