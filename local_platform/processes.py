"""Finds and stops the processes of a platform by a mark in their environment.

Child processes inherit the mark. So it also finds what a killed parent left behind, and nothing else.
"""

import contextlib
import time
from collections.abc import Iterable

import psutil

STOP_SECONDS = 5.0


def marked(mark: str) -> list[psutil.Process]:
    """The living processes, other than this one, whose environment has `mark`, which is written `NAME=value`.

    Other users' processes are left out: their environment cannot be read.
    """
    name, _, value = mark.partition("=")
    this = psutil.Process()
    return [
        process
        for process in psutil.process_iter(["environ"])
        if process != this and (process.info["environ"] or {}).get(name) == value
    ]


def command_line(process: psutil.Process) -> str:
    """The command line of a process; empty if the process has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def stop(processes: Iterable[psutil.Process]) -> int:
    """Ask processes to stop, and kill those that do not within STOP_SECONDS; returns how many there were."""
    remaining = list(processes)
    count = len(remaining)
    for send_signal in (psutil.Process.terminate, psutil.Process.kill):
        for process in remaining:
            with contextlib.suppress(psutil.NoSuchProcess):
                send_signal(process)
        deadline = time.monotonic() + STOP_SECONDS
        while (remaining := [each for each in remaining if is_alive(each)]) and time.monotonic() < deadline:
            time.sleep(0.05)
    return count


def is_alive(process: psutil.Process) -> bool:
    """Whether a process runs. One that has ended does not, even if its parent has not waited for it yet.

    `psutil.wait_procs` would wait for the parent, which in a container may never do that.
    """
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
