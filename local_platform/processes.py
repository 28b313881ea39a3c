"""Finds and stops the processes of a platform by a mark in their environment.

The mark is inherited, so that it also finds what a killed parent left behind, and nothing else.
"""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

PATIENCE_SECONDS = 5.0


def marked(mark: str) -> dict[int, str]:
    """Process id and command line of each living process, other than this one, whose environment holds `mark`."""
    proc = Path("/proc")
    found = _marked_in_proc(proc, mark) if (proc / "self" / "environ").exists() else _marked_by_ps(mark)
    found.pop(os.getpid(), None)
    return found


def stop(mark: str, *, having: str = "") -> int:
    """Stop the marked processes whose command line holds `having`; returns how many there were."""
    victims = {pid for pid, command in marked(mark).items() if having in command}
    stop_these(victims)
    return len(victims)


def stop_these(victims: set[int]) -> None:
    """Ask processes to stop, and kill those that do not."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in victims:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while any(is_alive(pid) for pid in victims) and time.monotonic() < deadline:
            time.sleep(0.05)
        if not any(is_alive(pid) for pid in victims):
            return


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not yet waited for does not."""
    with contextlib.suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    with contextlib.suppress(OSError):
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not Path("/proc/self").exists()


def _marked_in_proc(proc: Path, mark: str) -> dict[int, str]:
    found = {}
    for folder in proc.glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile, or belongs to someone else
            if mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                found[int(folder.name)] = command.decode(errors="replace")
    return found


def _marked_by_ps(mark: str) -> dict[int, str]:
    listing = subprocess.run(
        ["ps", "eww", "-A", "-o", "pid=,command="],
        capture_output=True,
        text=True,
        check=False,
        errors="replace",
    ).stdout
    lines = (line.strip().partition(" ") for line in listing.splitlines() if f" {mark} " in f"{line} ")
    return {int(pid): command for pid, _, command in lines}
