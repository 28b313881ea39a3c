"""Test sessions leave nothing behind, not even killed sessions."""

import subprocess
import sys
import time

from local_platform import processes
from tests.own_folder import mark_of, own_folder, remove_abandoned
from tools.support.paths import ROOT

SESSION = """
import os, subprocess, sys, time
from tests.own_folder import mark_of, own_folder
with own_folder() as folder:
    subprocess.Popen(["sleep", "60"], env={**os.environ, **mark_of(folder)}, start_new_session=True)
    print(folder, flush=True)
    time.sleep(60)
"""


def test_what_a_killed_session_left_is_removed_by_the_next_and_nothing_else() -> None:
    with own_folder() as alive:
        process = subprocess.Popen(
            [sys.executable, "-c", SESSION], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        with process:
            assert process.stdout is not None
            killed = alive.with_name(process.stdout.readline().strip().rpartition("/")[2])
            ((name, value),) = mark_of(killed).items()
            started = set(processes.marked(f"{name}={value}"))
            assert len(started) == 1
            remove_abandoned()
            assert set(processes.marked(f"{name}={value}")) == started, "a session that lives is left alone"
            process.kill()
        deadline = time.monotonic() + 5
        while killed.exists() and time.monotonic() < deadline:
            remove_abandoned()
        assert not killed.exists()
        assert processes.marked(f"{name}={value}") == []
        assert alive.exists()
    assert not alive.exists()
