"""`make test`: the integration tests begin with the quick ones, and are stopped if one of those fails."""

import sys
from pathlib import Path

import pytest

from tools.checks import run_tests

START = "import sys, time\nfrom pathlib import Path\nbegun, cleaned = Path('begun'), Path('cleaned')\n"
AFTER_THE_OTHER_BEGAN = START + "while not begun.exists(): time.sleep(0.02)\n"


def programs(monkeypatch: pytest.MonkeyPatch, here: Path, *, quick: str, slow: str) -> None:
    """Run these scripts instead of pytest, in the folder `here`: `quick` once `slow` has begun."""

    def program(arguments: list[str]) -> list[str]:
        is_slow = tuple(arguments) == run_tests.SLOW
        script = START + slow if is_slow else AFTER_THE_OTHER_BEGAN + quick
        return [sys.executable, "-c", script]

    monkeypatch.setattr(run_tests, "_pytest", program)
    monkeypatch.setattr(run_tests, "ROOT", here)


def test_both_run_at_the_same_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    programs(monkeypatch, tmp_path, quick="sys.exit(0)", slow="begun.touch(); print('all passed')")
    assert run_tests.run_tests([]) == 0
    assert capsys.readouterr().out == "all passed\n"


def test_a_failing_integration_test_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    slow = "begun.touch(); print('1 failed'); sys.exit(3)"
    programs(monkeypatch, tmp_path, quick="sys.exit(0)", slow=slow)
    assert run_tests.run_tests([]) == 3
    assert capsys.readouterr().out == "1 failed\n"


def test_a_failing_quick_test_stops_the_integration_tests_which_clean_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = "try:\n  begun.touch()\n  time.sleep(600)\nexcept KeyboardInterrupt:\n  cleaned.touch()"
    programs(monkeypatch, tmp_path, quick="sys.exit(2)", slow=slow)
    assert run_tests.run_tests(["-x"]) == 2
    assert (tmp_path / "cleaned").exists()
