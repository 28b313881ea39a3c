"""`make test`: the integration tests begin with the quick ones, and are stopped if one of those fails."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tools.checks import run_tests

START = (
    "import sys, time\nfrom pathlib import Path\nbegun, cleaned = Path('begun-{0}'), Path('cleaned-{0}')\n"
)
AFTER_THE_OTHERS_BEGAN = "import sys, time\nfrom pathlib import Path\n" + (
    "while len(list(Path().glob('begun-*'))) < 2: time.sleep(0.02)\n"
)
INTEGRATION = Path("tests/integration")
LOGS = "tests/integration/platform/test_logs.py"


def programs(monkeypatch: pytest.MonkeyPatch, here: Path, *, quick: str, slow: tuple[str, str]) -> None:
    """Run these scripts instead of pytest, in the folder `here`: `quick` once two groups of slow ones have begun."""

    def program(arguments: Sequence[str]) -> list[str]:
        if list(arguments) in (groups := [[*run_tests.ONCE_MORE, name] for name in "ab"]):
            number = groups.index(list(arguments))
            script = START.format(number) + slow[number]
        else:
            script = AFTER_THE_OTHERS_BEGAN + quick
        return [sys.executable, "-c", script]

    monkeypatch.setattr(run_tests, "_pytest", program)
    monkeypatch.setattr(run_tests, "GROUPS", (("a",), ("b",)))
    monkeypatch.setattr(run_tests, "ROOT", here)


def test_all_run_at_the_same_time_and_are_shown_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    later = "begun.touch()\nwhile not Path('begun-1').exists(): time.sleep(0.02)\nprint('first passed')"
    programs(
        monkeypatch, tmp_path, quick="sys.exit(0)", slow=(later, "begun.touch(); print('second passed')")
    )
    assert run_tests.run_tests([]) == 0
    assert capsys.readouterr().out == "first passed\nsecond passed\n"


@pytest.mark.parametrize("failing", [0, 1])
def test_a_failing_integration_test_is_reported_after_the_others_have_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], failing: int
) -> None:
    slow = ["begun.touch(); print('all passed')"] * 2
    slow[failing] = "begun.touch(); print('1 failed'); sys.exit(3)"
    programs(monkeypatch, tmp_path, quick="sys.exit(0)", slow=(slow[0], slow[1]))
    assert run_tests.run_tests([]) == 3
    assert sorted(capsys.readouterr().out.splitlines()) == ["1 failed", "all passed"]


def test_a_test_that_fails_once_is_named_and_one_that_fails_twice_is_the_exit_code(tmp_path: Path) -> None:
    (tmp_path / "test_late.py").write_text(
        "from pathlib import Path\nhere = Path(__file__).parent / 'tried'\n"
        "def test_late():\n    tried = here.exists()\n    here.touch()\n    assert tried\n"
        "def test_broken():\n    assert False\n"
    )
    programs = [
        subprocess.run(
            [sys.executable, "-m", "pytest", *run_tests.ONCE_MORE, f"test_late.py::{name}"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        for name in ("test_late", "test_broken")
    ]
    assert [program.returncode for program in programs] == [0, 1]
    assert "RERUN test_late.py::test_late" in programs[0].stdout


def test_a_failing_quick_test_stops_the_integration_tests_which_clean_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = "try:\n  begun.touch()\n  time.sleep(600)\nexcept KeyboardInterrupt:\n  cleaned.touch()"
    programs(monkeypatch, tmp_path, quick="sys.exit(2)", slow=(slow, slow))
    assert run_tests.run_tests(["-x"]) == 2
    assert {path.name for path in tmp_path.glob("cleaned-*")} == {"cleaned-0", "cleaned-1"}


def test_each_integration_test_is_in_one_group_and_each_group_checks_its_logs() -> None:
    run: list[str] = []
    for group in run_tests.GROUPS:
        left_out = {part.removeprefix("--ignore=") for part in group if part.startswith("--ignore=")}
        files = [
            path.as_posix()
            for part in group
            if not part.startswith("-")
            for path in ([Path(part)] if part.endswith(".py") else sorted(Path(part).glob("**/test_*.py")))
        ]
        run += set(files) - left_out - {LOGS}
        assert LOGS in files, f"{group}: nothing looks for personal data in what these tests log"
    everything = {path.as_posix() for path in INTEGRATION.glob("**/test_*.py")} - {LOGS}
    assert everything - set(run) == set(), "no group of run_tests.GROUPS runs these"
    assert len(run) == len(set(run)), "each platform costs a minute: run nothing twice"
