"""The commands print and read UTF-8 in any locale."""

import locale
import os
import subprocess
import sys

import pytest

from education.encoding import speak_utf8
from tools.support.paths import ROOT

COMMANDS = (
    ["-m", "tools", "--help"],
    ["-m", "local_platform", "--help"],
    ["-m", "tools.setup.install", "--help"],
)
SCRIPT = "from education.encoding import speak_utf8; speak_utf8(); print('…ä')"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-16"])
def test_an_encoding_that_a_person_set_stops_no_output(encoding: str) -> None:
    said = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=True,
    )
    assert said.stdout.decode() == "…ä\n"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[1])
def test_every_command_speaks_it(command: list[str]) -> None:
    variables = {**os.environ, "PYTHONIOENCODING": "ascii:strict"}
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=variables, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_in_another_locale_python_is_started_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """With `-X utf8`, which also files are opened with; only where it is not on already."""
    started: list[list[str]] = []
    monkeypatch.setattr(locale, "getencoding", lambda: "ISO-8859-1")
    monkeypatch.setattr(os, "execv", lambda _, arguments: started.append(arguments))
    monkeypatch.setattr(sys, "orig_argv", ["python", "-m", "tools", "scan"])
    for name in ("PYTHONUTF8", "PYTHONIOENCODING"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    speak_utf8()
    assert sys.flags.utf8_mode or started == [[sys.executable, "-X", "utf8", "-m", "tools", "scan"]]


def test_a_program_that_a_command_starts_speaks_it_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONUTF8", "PYTHONIOENCODING"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setattr(locale, "getencoding", lambda: "utf-8")
    speak_utf8()
    assert (os.environ["PYTHONUTF8"], os.environ["PYTHONIOENCODING"]) == ("1", "utf-8:replace")
