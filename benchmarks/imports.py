"""Measures the start of a function: importing its handler from the unpacked zip and making one client.

The figure to compare with is importing boto3 and making one client. Each start has a process of its own and no
compiled copy of the function's code, as when Lambda starts it from a zip.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.operations.own_code import runtime_folder, unpacked
from benchmarks.operations.scenario import ENVIRONMENT
from education.errors import UserError
from education.functions.bundling import bundle, function_names

FLOOR = "boto3 and one client"
_TIMED = "import time; started = time.process_time()\n{}\nprint(time.process_time() - started)"
_FLOOR_CODE = "import boto3; boto3.client('dynamodb')"
_HANDLER_CODE = "import {0}.handler\nfrom toolkit import clients\nclients.dynamodb()"
_MORE = {
    "COUNTING_SECONDS": "60",
    "PACKAGES_FUNCTION": "packages",
    "SIGN_UP_DOMAINS": "*",
    "DEAD_LETTER_QUEUE_URL": "https://queue.example.org",
    "EVENT_BUS_NAME": "bus",
    "SENT_EVENTS_TABLE": "sent",
    "HOME_PAGE": "https://portal.example.org",
}


@dataclass(frozen=True)
class Start:
    """The start of a function: the median of processor seconds, and the size of its zip in bytes."""

    function: str
    seconds: float
    floor_seconds: float
    zip_bytes: int

    @property
    def ratio(self) -> float:
        """Seconds divided by those of boto3 and one client."""
        return self.seconds / self.floor_seconds


def measure(rounds: int) -> list[Start]:
    """Start every function `rounds` times, in turns with boto3 alone."""
    names = function_names()
    seconds: dict[str, list[float]] = {name: [] for name in (FLOOR, *names)}
    with tempfile.TemporaryDirectory() as folder:
        tasks = {name: unpacked(name, Path(folder)) for name in names}
        for number in range(rounds + 1):
            timed = {FLOOR: _run(_FLOOR_CODE, [])}
            timed |= {name: _run(_HANDLER_CODE.format(name), [task]) for name, task in tasks.items()}
            if number:  # the first round only fills the disk's cache
                for name, value in timed.items():
                    seconds[name].append(value)
    floor = statistics.median(seconds[FLOOR])
    return [
        Start(name, statistics.median(seconds[name]), floor, bundle(name).path.stat().st_size)
        for name in names
    ]


def _run(code: str, folders: list[Path]) -> float:
    path = os.pathsep.join(str(folder) for folder in [*folders, runtime_folder()])
    environment: Mapping[str, str] = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-S", "-B", "-c", _TIMED.format(code)],
        env={**environment, **ENVIRONMENT, **_MORE},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise UserError(f"{code!r} failed: {done.stderr[-2000:]}")
    return float(done.stdout.split()[-1])
