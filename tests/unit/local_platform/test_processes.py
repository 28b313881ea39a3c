"""Processes of a platform are found and stopped, also those that a killed parent left behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local_platform import processes
from local_platform.platform import MARK


def test_a_stubborn_child_of_a_dead_parent_is_found_and_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.3)
    mark = f"{MARK}={tmp_path}"
    child = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    parent = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {child!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", parent],
        env={**os.environ, MARK: str(tmp_path)},
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.wait()
        assert len(processes.marked(mark)) == 1
        assert processes.stop(processes.marked(mark)) == 1
    assert processes.marked(mark) == []
