"""Runs all tests but those of the pipeline: the quick ones while the integration tests deploy their platform.

That deployment takes more than a minute, most of which Terraform waits.
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
SLOW = ("tests/integration",)
STOP_SECONDS = 60


def run_tests(options: Sequence[str]) -> int:
    """Run all tests; returns pytest's exit code, of the quick tests if they fail. `options` are for the quick tests.

    What the integration tests print appears when the quick tests have ended. If one of those fails, they are stopped.
    """
    with tempfile.TemporaryDirectory() as folder, _interruptible():
        log = Path(folder, "integration.log")
        with log.open("w") as output:
            # A group of its own: Ctrl-C reaches it once, from here, so that it removes its platform.
            slow = subprocess.Popen(
                _pytest(SLOW), cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, process_group=0
            )
        try:
            code = subprocess.run(_pytest([*options, *QUICK]), cwd=ROOT, check=False).returncode
            return code or _show(slow, log)
        finally:
            _stop(slow)


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


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Interrupt a process that still runs, and wait until it has cleaned up."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        process.kill()
        process.wait()
