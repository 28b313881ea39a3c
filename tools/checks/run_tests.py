"""Runs all tests but those of the pipeline: the quick ones, and the integration tests in groups, at the same time.

Each group deploys a platform of its own. It waits much of its time: for Terraform, for retries, for streams.
"""

import contextlib
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.support.paths import ROOT

QUICK = ("tests/unit", "tests/infrastructure")
# Each checks the logs of its own platform at the end. The first one mostly waits, the second one mostly computes.
GROUPS = (
    ("tests/integration/platform", "tests/integration/people"),
    (
        "tests/integration/contract",
        "tests/integration/courses",
        "tests/integration/packages",
        "tests/integration/player",
        "tests/integration/portal",
        "tests/integration/platform/test_logs.py",
    ),
)
STOP_SECONDS = 60
# A busy machine makes a test in a browser late now and then. It runs a second time, and the summary names it (R).
ONCE_MORE = ("--reruns=1", "-raR")


def run_tests(options: Sequence[str]) -> int:
    """Run all tests; returns pytest's exit code, of the first tests that fail. `options` are for the quick tests.

    What the integration tests print appears when the quick tests have ended, group by group. If one of the quick tests
    fails, they are stopped.
    """
    with tempfile.TemporaryDirectory() as folder, _interruptible(), contextlib.ExitStack() as started:
        groups = []
        for number, group in enumerate(GROUPS):
            log = Path(folder, f"group-{number}.log")
            output = started.enter_context(log.open("w"))
            # A group of processes of its own: Ctrl-C reaches it once, from here, so that it removes its platform.
            process = subprocess.Popen(
                _pytest([*ONCE_MORE, *group]),
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
            started.callback(_stop, process)
            groups.append((process, log))
        started.callback(_interrupt, [process for process, _ in groups])
        code = subprocess.run(_pytest([*options, *QUICK]), cwd=ROOT, check=False).returncode
        if code:
            return code
        codes = [_show(process, log) for process, log in groups]
        return next((code for code in codes if code), 0)


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let the programs that are started be interrupted. A shell's background job ignores that, and so would they."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _pytest(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "pytest", *arguments]


def _show(process: "subprocess.Popen[bytes]", log: Path) -> int:
    """Print what a process writes into a log until it ends; returns its exit code."""
    with log.open(errors="replace") as written:
        ended = False
        while not ended:
            # Asked before the rest is read, so that the end is printed too.
            ended = process.poll() is not None
            print(written.read(), end="", flush=True)
            if not ended:
                time.sleep(0.2)
    return process.wait()


def _interrupt(processes: "Sequence[subprocess.Popen[bytes]]") -> None:
    """Interrupt all processes that still run, so that they clean up at the same time."""
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Wait until an interrupted process has cleaned up. A process that has ended stays as it is."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    process.kill()
    process.wait()
