"""Runs commands in turns and measures how long each takes.

They run in turns so that a machine that is busy for a while slows all of them and not one.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from education.errors import UserError
from tools.support.paths import ROOT


@dataclass
class Case:
    """One thing to measure: its label in the table, the function to run, and the seconds of each timed run."""

    label: str
    run: Callable[[], None]
    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The median of the timed runs, in seconds."""
        return statistics.median(self.seconds)


def command(*arguments: str, **variables: str) -> Callable[[], None]:
    """A function that runs a program with a minimal environment and `variables`. Raises `UserError` if it fails."""
    plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return lambda: _run(arguments, {**plain, **variables})


def python(*arguments: str, **variables: str) -> Callable[[], None]:
    """The same as `command`, with this Python interpreter."""
    return command(sys.executable, *arguments, **variables)


def _run(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    answer = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise UserError(f"{' '.join(arguments)} failed:\n{answer.stdout[-1000:]}{answer.stderr[-2000:]}")


def time_in_turns(cases: Sequence[Case], rounds: int) -> None:
    """Run each case once without timing, to fill caches, then `rounds` times in turns."""
    for case in cases:
        print(f"  warming up: {case.label}", file=sys.stderr, flush=True)
        case.run()
    for number in range(1, rounds + 1):
        for case in cases:
            start = time.perf_counter()
            case.run()
            case.seconds.append(time.perf_counter() - start)
            print(
                f"  round {number} of {rounds}: {case.seconds[-1]:6.2f} s  {case.label}",
                file=sys.stderr,
                flush=True,
            )
